internal import Numbers

/// Proves that a matrix of rationals is positive semidefinite by a Cholesky factorisation in `Double`, with a
/// shift that covers every rounding.
///
/// Where the factorisation of `Ŝ − δI` runs to its end, `Ŝ − δI + Δ = RᵀR` with
/// `‖Δ‖ ≤ γ/(1 − γ)·tr Ŝ`, `γ = (n + 1)u/(1 − (n + 1)u)`, so that `S` is semidefinite once `δ` is above that and
/// above the rounding of `S` to `Ŝ`. A matrix whose least eigenvalue is below about `2nu·tr S` is not decided.
///
/// Source: Rump, *Verification of positive definiteness*, BIT 2006.
enum VerifiedCholesky {
  /// Whether the elimination in whole numbers would take more than some tenths of a second.
  static func isFaster(for matrix: SymmetricIntegerMatrix) -> Bool {
    matrix.order * matrix.bitWidth > 1 << 13
  }

  /// True is a proof; false decides nothing.
  static func provesSemidefinite(_ matrix: SymmetricIntegerMatrix) -> Bool {
    // Rows of zeros are semidefinite, and have no factor.
    let rows = (0..<matrix.order).filter { row in
      (0..<matrix.order).contains { !matrix[row, $0].isZero }
    }
    let n = rows.count
    guard n > 0 else { return true }
    // Each row and column is divided by a power of 2 that brings the diagonal near 1, exactly.
    var shifts: [Int] = []
    for row in rows {
      guard matrix[row, row].signum() > 0 else { return false }
      shifts.append(matrix[row, row].bitWidth / 2)
    }
    var entries = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0...i {
        entries[i * n + j] = scaled(matrix[rows[i], rows[j]], by: -shifts[i] - shifts[j])
      }
    }
    return factors(&entries, order: n)
  }

  /// `value·2^exponent` with a relative error below `2⁻⁵³ + 2⁻⁶⁰`.
  private static func scaled(_ value: BigInteger, by exponent: Int) -> Double {
    let excess = max(0, value.bitWidth - 62)
    guard let leading = Int(exactly: value >> excess), leading != 0 else { return 0 }
    return Double(sign: .plus, exponent: exponent + excess, significand: Double(leading))
  }

  private static func factors(_ a: inout [Double], order n: Int) -> Bool {
    let unit = 0x1p-53
    var trace = 0.0
    var squares = 0.0
    for i in 0..<n {
      trace += a[i * n + i]
      for j in 0...i { squares += (i == j ? 1 : 2) * a[i * n + j] * a[i * n + j] }
    }
    guard squares.isFinite else { return false }
    let count = Double(n)
    // Twice what is needed: the sums above are rounded themselves. The last term covers underflow.
    let shift =
      2 * unit * ((count + 2) * trace + squares.squareRoot() + trace) + count * 0x1p-1000
    for i in 0..<n { a[i * n + i] -= shift }
    return factorize(&a, order: n)
  }

  /// The Cholesky factor in place of the lower triangle, row by row; false where a pivot is not positive.
  static func factorize(_ a: inout [Double], order n: Int) -> Bool {
    for i in 0..<n {
      for j in 0...i {
        var total = a[i * n + j]
        for k in 0..<j { total -= a[i * n + k] * a[j * n + k] }
        if i == j {
          guard total > 0 else { return false }
          a[i * n + i] = total.squareRoot()
        } else {
          a[i * n + j] = total / a[j * n + j]
        }
      }
    }
    return true
  }
}
