/// Another basis for the Gram matrix: the points' positions in place of most gradients.
///
/// An interpolation inequality then speaks of two positions and two gradients, each a sum of a few basis
/// vectors, where on the gradients a difference of positions is a sum of all between.
enum PositionBasis {
  /// The old basis vectors on the new basis, rows of `V`; nil where the positions do not tell the gradients.
  ///
  /// - Parameters:
  ///   - positions: on the old basis, in units.
  ///   - order: the number of basis vectors.
  static func directions(positions: [[Double]], order: Int) -> [[Double]]? {
    // The new basis, its rows on the old one: positions as far as they are independent, then unit vectors.
    var rows: [[Double]] = []
    var echelon: [(pivot: Int, row: [Double])] = []
    func add(_ candidate: [Double]) {
      guard rows.count < order else { return }
      var rest = candidate
      for (pivot, row) in echelon where rest[pivot] != 0 {
        let factor = rest[pivot] / row[pivot]
        for place in 0..<order { rest[place] -= factor * row[place] }
      }
      let size = candidate.map(\.magnitude).max() ?? 0
      guard let pivot = rest.indices.max(by: { rest[$0].magnitude < rest[$1].magnitude }),
        rest[pivot].magnitude > 1e-6 * size
      else { return }
      echelon.append((pivot, rest))
      rows.append(candidate)
    }
    for position in positions { add(position) }
    for place in 0..<order { add((0..<order).map { $0 == place ? 1 : 0 }) }
    guard rows.count == order else { return nil }
    return inverse(rows)
  }

  /// By Gauss and Jordan with partial pivoting; entries that are rounding noise become 0.
  private static func inverse(_ matrix: [[Double]]) -> [[Double]]? {
    let n = matrix.count
    var rows = matrix.enumerated().map { index, row in
      row + (0..<n).map { $0 == index ? 1.0 : 0 }
    }
    for column in 0..<n {
      guard
        let pivot = (column..<n).max(by: {
          rows[$0][column].magnitude < rows[$1][column].magnitude
        }), rows[pivot][column].magnitude > 1e-9
      else { return nil }
      rows.swapAt(column, pivot)
      let scale = 1 / rows[column][column]
      for place in 0..<(2 * n) { rows[column][place] *= scale }
      for row in 0..<n where row != column && rows[row][column] != 0 {
        let factor = rows[row][column]
        for place in 0..<(2 * n) { rows[row][place] -= factor * rows[column][place] }
      }
    }
    return rows.map { row in
      let entries = row[n...]
      let noise = 1e-13 * (entries.map(\.magnitude).max() ?? 0)
      return entries.map { $0.magnitude <= noise ? 0 : $0 }
    }
  }
}
