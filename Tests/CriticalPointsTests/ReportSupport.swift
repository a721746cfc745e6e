import Optimizers
import CriticalPoints
import Diagnostics
import Formulas
import Numbers
import Testing

/// The report of a typed search.
func report(
  _ function: String, box: String, _ transform: String? = nil
) throws -> CriticalPointReport {
  try CriticalPointSearch(
    Formula(parsing: function), in: SearchBox(parsing: box),
    under: transform.map { text throws(CriticalPointError) in try PowerTransform(parsing: text) }
  ).run()
}

extension CriticalPoint {
  var place: [Double] { at.map(\.value) }
}

/// Whether two points agree within a tolerance relative to 1 or their size.
func isNear(_ x: [Double], _ y: [Double], within tolerance: Double = 1e-12) -> Bool {
  x.count == y.count
    && zip(x, y).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
}
