internal import Numbers

/// A symmetric matrix of rationals over one denominator.
struct SymmetricIntegerMatrix: Equatable {
  let order: Int
  /// At least 1.
  var denominator: BigInteger
  /// The lower triangle, row by row.
  private var entries: [BigInteger]

  init(order: Int, denominator: BigInteger = 1) {
    self.order = order
    self.denominator = denominator
    entries = [BigInteger](repeating: 0, count: order * (order + 1) / 2)
  }

  /// An entry's numerator.
  subscript(row: Int, column: Int) -> BigInteger {
    get { entries[Self.place(row, column)] }
    set { entries[Self.place(row, column)] = newValue }
  }

  private static func place(_ row: Int, _ column: Int) -> Int {
    row >= column ? row * (row + 1) / 2 + column : column * (column + 1) / 2 + row
  }

  /// The most bits of an entry.
  var bitWidth: Int { entries.map(\.bitWidth).max() ?? 0 }
}

/// What symmetric elimination says of a matrix.
enum Semidefiniteness: Equatable {
  case semidefinite
  /// The pivot of that row, after those before it, is negative.
  case negativePivot(row: Int)
  /// The pivot of that row is 0, but an entry beside it is not.
  case zeroPivot(row: Int)
}

/// Symmetric elimination without fractions: after each step every entry is a minor of the matrix, so that the
/// division by the pivot before leaves no remainder.
///
/// A symmetric matrix is positive semidefinite exactly if every pivot is positive, or 0 with only zeros beside
/// it. `n³/6` steps of two products and a division, of numbers that grow to `n` times the bits of an entry.
///
/// Source: Bareiss, *Sylvester's identity and multistep integer-preserving Gaussian elimination*, 1968.
struct SymmetricElimination {
  private(set) var outcome = Semidefiniteness.semidefinite
  /// The Schur complement of the last row of the order, numerator and denominator in units of the matrix'
  /// own denominator; nil where the rows before it are not semidefinite.
  private(set) var lastComplement: (numerator: BigInteger, denominator: BigInteger)?

  /// - Parameter last: the row that comes last, the others keep their order; nil for none.
  init(_ matrix: SymmetricIntegerMatrix, last: Int? = nil) {
    var order = Array(0..<matrix.order)
    if let last {
      order.remove(at: last)
      order.append(last)
    }
    var rows = order.indices.map { i in (0...i).map { matrix[order[i], order[$0]] } }
    var previous: BigInteger = 1
    for step in rows.indices {
      let pivot = rows[step][step]
      if step == rows.count - 1 { lastComplement = (pivot, previous) }
      if pivot.isNegative {
        outcome = .negativePivot(row: order[step])
        return
      }
      if pivot.isZero {
        if rows[(step + 1)...].contains(where: { !$0[step].isZero }) {
          outcome = .zeroPivot(row: order[step])
          return
        }
        continue
      }
      let column = rows[(step + 1)...].map { $0[step] }
      for i in (step + 1)..<max(rows.count, step + 1) {
        let left = column[i - step - 1]
        for j in (step + 1)...i {
          let product = pivot * rows[i][j]
          let right = column[j - step - 1]
          let numerator = left.isZero || right.isZero ? product : product - left * right
          rows[i][j] = previous.isOne ? numerator : numerator / previous
        }
      }
      previous = pivot
    }
  }
}
