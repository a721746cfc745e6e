internal import Diagnostics
internal import Numbers

/// A box as it is typed: `x=-6:6,y=-6:6`.
struct BoxArgument {
  /// The variables in the order typed, each with its closed interval.
  let sides: [(variable: String, lower: Rational, upper: Rational)]

  var variables: [String] { sides.map(\.variable) }

  init(_ text: String) throws(UsageError) {
    var sides: [(String, Rational, Rational)] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let pieces = part.split(separator: "=", omittingEmptySubsequences: false)
      guard pieces.count == 2 else {
        throw UsageError("`\(part)` is no side of a box; `x=-3:4` would be one", place: "--box")
      }
      let name = String(pieces[0].filter { $0 != " " })
      guard let first = name.first, first.isASCII, first.isLetter,
        name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
      else { throw UsageError("`\(name)` is no name of a variable", place: "--box") }
      guard !sides.contains(where: { $0.0 == name }) else {
        throw UsageError("the variable `\(name)` has two sides", place: "--box")
      }
      let bounds = pieces[1].split(separator: ":", omittingEmptySubsequences: false)
      guard bounds.count == 2 else {
        throw UsageError("`\(pieces[1])` is no interval; `-3:4` would be one", place: "--box")
      }
      var ends: [Rational] = []
      for bound in bounds {
        guard let end = Rational(String(bound)) else {
          throw UsageError("the bound `\(bound)` of `\(name)` is no number", place: "--box")
        }
        ends.append(end)
      }
      guard ends[0] < ends[1] else {
        let kind = ends[0] == ends[1] ? "empty" : "reversed"
        throw UsageError("the box is \(kind) in `\(name)`: \(pieces[1])", place: "--box")
      }
      sides.append((name, ends[0], ends[1]))
    }
    self.sides = sides
  }
}
