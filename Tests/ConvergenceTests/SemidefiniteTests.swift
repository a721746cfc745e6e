import Numbers
import Testing

@testable import Convergence

@Suite("The exact semidefinite check")
struct SemidefiniteTests {
  private func matrix(_ rows: [[Int]]) -> SymmetricIntegerMatrix {
    var matrix = SymmetricIntegerMatrix(order: rows.count)
    for row in rows.indices {
      for column in 0...row { matrix[row, column] = BigInteger(rows[row][column]) }
    }
    return matrix
  }

  /// `BBᵀ` of whole numbers drawn from Philox.
  private func gram(order: Int, rank: Int, seed: UInt64) -> SymmetricIntegerMatrix {
    var draws = Philox(seed: seed, property: 7, case: 1)
    let rows = (0..<order).map { _ in
      (0..<rank).map { _ in BigInteger(Int(draws.next() >> 20) - (1 << 43)) }
    }
    var matrix = SymmetricIntegerMatrix(order: order)
    for i in 0..<order {
      for j in 0...i {
        matrix[i, j] = zip(rows[i], rows[j]).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
    return matrix
  }

  @Test("small matrices are told apart by their definition")
  func small() {
    #expect(SymmetricElimination(matrix([])).outcome == .semidefinite)
    #expect(SymmetricElimination(matrix([[0]])).outcome == .semidefinite)
    #expect(SymmetricElimination(matrix([[-1]])).outcome == .negativePivot(row: 0))
    #expect(SymmetricElimination(matrix([[2], [1, 1]])).outcome == .semidefinite)
    #expect(SymmetricElimination(matrix([[1], [2, 3]])).outcome == .negativePivot(row: 1))
    // x² + 2·1·xy has no lower bound for a 0 on the diagonal.
    #expect(SymmetricElimination(matrix([[0], [1, 5]])).outcome == .zeroPivot(row: 0))
    #expect(SymmetricElimination(matrix([[0], [0, 5]])).outcome == .semidefinite)
    #expect(
      SymmetricElimination(matrix([[4], [2, 1], [0, 0, -1]])).outcome == .negativePivot(row: 2))
  }

  @Test(
    "a matrix BBᵀ is semidefinite at any rank, and not once a pivot is one below",
    arguments: [1, 3, 9])
  func rankDeficient(rank: Int) {
    var matrix = gram(order: 9, rank: rank, seed: 5)
    #expect(SymmetricElimination(matrix).outcome == .semidefinite)
    #expect(SymmetricElimination(matrix, last: 0).outcome == .semidefinite)
    let complement = SymmetricElimination(matrix).lastComplement!
    if rank < 9 { #expect(complement.numerator.isZero) }
    // Below the Schur complement by less than 1: only exact arithmetic sees it among 90-bit entries.
    let excess = (complement.numerator / complement.denominator) + 1
    matrix[8, 8] -= excess
    #expect(SymmetricElimination(matrix).outcome == .negativePivot(row: 8))
  }

  @Test("the last row's Schur complement is the quotient of determinants")
  func complement() {
    // det [[2, 1], [1, 5]] = 9.
    let last = SymmetricElimination(matrix([[2], [1, 5]])).lastComplement!
    #expect(last.numerator == 9 && last.denominator == 2)
    let first = SymmetricElimination(matrix([[2], [1, 5]]), last: 0).lastComplement!
    #expect(first.numerator == 9 && first.denominator == 5)
  }

  @Test("Cholesky in floating point proves what is clearly semidefinite, and nothing else")
  func verifiedCholesky() {
    #expect(VerifiedCholesky.provesSemidefinite(matrix([])))
    #expect(VerifiedCholesky.provesSemidefinite(matrix([[0], [0, 3]])))
    #expect(VerifiedCholesky.provesSemidefinite(matrix([[2], [1, 1]])))
    #expect(!VerifiedCholesky.provesSemidefinite(matrix([[1], [2, 3]])))
    #expect(!VerifiedCholesky.provesSemidefinite(matrix([[0], [1, 5]])))
    // Singular: semidefinite, but no rounding may decide it.
    #expect(!VerifiedCholesky.provesSemidefinite(matrix([[1], [1, 1]])))
    // Entries of 400 and of 40 bits in one matrix, which the scaling makes alike.
    var wide = matrix([[2], [1, 1]])
    wide[0, 0] = wide[0, 0] << 400
    wide[1, 0] = wide[1, 0] << 220
    wide[1, 1] = wide[1, 1] << 40
    #expect(VerifiedCholesky.provesSemidefinite(wide))
    // 2·1 − 1 = 1 is what the determinant has; with 3/2 beside the diagonal it is negative.
    wide[1, 0] = BigInteger(3) << 219
    #expect(!VerifiedCholesky.provesSemidefinite(wide))
  }

  @Test("a factorisation in floating point never proves what exact elimination refutes")
  func agreement() {
    var proved = 0
    for seed in 0..<40 as Range<UInt64> {
      var matrix = gram(order: 6, rank: 6, seed: seed)
      // From far below the Schur complement of the last row to far above it, and within rounding of it.
      let complement = SymmetricElimination(matrix).lastComplement!
      let exact = complement.numerator / complement.denominator
      let part = exact / BigInteger(1_000_000_007)
      matrix[5, 5] -= exact + part * (BigInteger(Int(seed)) - 20)
      if VerifiedCholesky.provesSemidefinite(matrix) {
        proved += 1
        #expect(SymmetricElimination(matrix).outcome == .semidefinite)
      }
    }
    #expect(proved > 10)
  }
}
