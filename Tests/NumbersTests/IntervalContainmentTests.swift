internal import Numbers
internal import Testing

/// One kind of operation on intervals, and the same on exact members.
private struct Operation: Sendable, CustomTestStringConvertible {
  let name: String
  let enclosure: @Sendable (Interval, Interval) -> Interval
  /// Nil where the operation is not defined.
  let exact: @Sendable (Rational, Rational) -> Rational?
  var testDescription: String { name }

  static let all: [Operation] = [
    Operation(name: "sum", enclosure: { $0 + $1 }, exact: { $0 + $1 }),
    Operation(name: "difference", enclosure: { $0 - $1 }, exact: { $0 - $1 }),
    Operation(name: "product", enclosure: { $0 * $1 }, exact: { $0 * $1 }),
    Operation(name: "quotient", enclosure: { $0 / $1 }, exact: { try? $0 / $1 }),
    Operation(name: "square", enclosure: { x, _ in x.squared() }, exact: { x, _ in x.squared() }),
    Operation(
      name: "magnitude", enclosure: { x, _ in x.magnitude }, exact: { x, _ in x.magnitude }),
    Operation(name: "lesser", enclosure: Interval.lesser, exact: { min($0, $1) }),
    Operation(name: "greater", enclosure: Interval.greater, exact: { max($0, $1) }),
    Operation(name: "sign", enclosure: { x, _ in .sign(x) }, exact: { x, _ in .sign(x) }),
    Operation(
      name: "select",
      enclosure: { .select($0, isLessThan: $1, then: $0 + $1, else: $0 - $1) },
      exact: { $0 < $1 ? $0 + $1 : $0 - $1 }),
    Operation(name: "cube", enclosure: { x, _ in x.power(3) }, exact: { x, _ in x.power(3) }),
    Operation(
      name: "fourth power, inverse", enclosure: { x, _ in x.power(-4) },
      exact: { x, _ in try? x.power(4).reciprocal() }),
    // A root holds x when its square does: compared there, since most roots are irrational.
    Operation(name: "root", enclosure: { x, _ in .root(x) }, exact: { x, _ in x }),
  ]
}

@Suite("Intervals", .tags(.property))
struct IntervalContainmentTests {
  /// Thirteen operations, 80,000 each: 1,040,000 in all.
  @Test("hold every exact result", arguments: Operation.all)
  private func containment(operation: Operation) {
    var draws = Draws("containment.\(operation.name)")
    var failures: [String] = []
    var undefined = 0
    for _ in 0..<80_000 where failures.count < 5 {
      let (x, y) = (draws.interval(), draws.interval())
      let (a, b) = (draws.member(of: x), draws.member(of: y))
      let result = operation.enclosure(x, y)
      if result.lower.isNaN || result.upper.isNaN || result.lower > result.upper {
        failures.append("\(operation.name) of \(x), \(y): \(result)")
      }
      if !result.isDefined { undefined += 1 }
      guard let p = Rational(exactly: a), let q = Rational(exactly: b) else { continue }
      let isHeld: Bool
      if operation.name == "root" {
        guard !p.isNegative else {
          if result.isDefined { failures.append("root of \(x) claims to be defined") }
          continue
        }
        isHeld = holdsRoot(result, p)
      } else {
        guard let value = operation.exact(p, q) else {
          if result.isDefined { failures.append("\(operation.name) of \(x), \(y) is not defined") }
          continue
        }
        isHeld = result.contains(value)
      }
      if !isHeld { failures.append("\(operation.name) of \(a) in \(x), \(b) in \(y): \(result)") }
    }
    #expect(failures.isEmpty, "\(failures)")
    #expect(
      (undefined > 0) == ["quotient", "fourth power, inverse", "root"].contains(operation.name))
  }

  private func holdsRoot(_ result: Interval, _ square: Rational) -> Bool {
    let isAbove = Rational(exactly: result.lower).map { $0.squared() <= square } ?? false
    let isBelow = Rational(exactly: result.upper).map { square <= $0.squared() } ?? true
    return isAbove && isBelow && result.lower >= 0
  }

  /// At points both bounds have to be the neighbours of the exact result, unless it is tiny.
  @Test("are the tightest at points", arguments: Operation.all.prefix(5))
  private func tightness(operation: Operation) {
    var draws = Draws("tightness.\(operation.name)")
    for _ in 0..<5_000 {
      let (a, b) = (draws.double(), draws.double())
      guard let p = Rational(exactly: a), let q = Rational(exactly: b),
        let value = operation.exact(p, q)
      else { continue }
      let result = operation.enclosure(Interval(a), Interval(b))
      if value.isZero || value.magnitude >= Rational(exactly: 0x1p-960)! {
        guard a == 0 || a.magnitude >= 0x1p-960 else { continue }
        #expect(
          result.lower == value.doubleBelow && result.upper == value.doubleAbove,
          "\(operation.name) of \(a), \(b)")
      } else {
        #expect(result.lower >= value.doubleBelow.nextDown, "\(operation.name) of \(a), \(b)")
        #expect(result.upper <= value.doubleAbove.nextUp, "\(operation.name) of \(a), \(b)")
      }
    }
  }
}
