internal import Numbers

/// A sum of products of powers with rational exponents, exactly: `1.5·s^0.5·a − b`.
///
/// The first symbol, `s`, stands for the magnitude of a loss: positive, and below 1 throughout or above 1
/// throughout. The other symbols may be any real numbers. Run on this type, the text of a transform is
/// decided for all losses of a region at once, in exact arithmetic: an identity that comes out here is
/// proved.
struct PowerSum: RuleNumber {
  /// Why an operation has no value of this type.
  struct Failure: Error {
    var reason: String
  }

  /// The coefficients by exponents, which end in none that is 0; no coefficient is 0.
  private(set) var terms: [[Rational]: Rational]
  /// Whether `s` lies below 1; nil where `s` does not occur.
  private var isBelowOne: Bool?
  /// Whether a comparison on the way here could not be decided.
  private(set) var isUndecided = false

  private init(_ terms: [[Rational]: Rational], _ isBelowOne: Bool?, undecided: Bool = false) {
    self.terms = terms.filter { !$0.value.isZero }
    self.isBelowOne = isBelowOne
    isUndecided = undecided
  }

  init(_ exact: Rational) { self.init([[]: exact], nil) }
  init(integerLiteral value: Int) { self.init(Rational(value)) }

  /// `sᵉ`.
  static func size(isBelowOne: Bool, to exponent: Rational = 1) -> PowerSum {
    PowerSum([exponent.isZero ? [] : [exponent]: 1], isBelowOne)
  }

  /// A symbol beside `s`, counted from 1.
  static func symbol(_ place: Int) -> PowerSum {
    PowerSum([[Rational](repeating: 0, count: place) + [1]: 1], nil)
  }

  /// Whether two sums are the same, and both are decided.
  func isIdentical(to other: PowerSum) -> Bool {
    !isUndecided && !other.isUndecided && terms == other.terms
  }

  /// The derivative with respect to `s`.
  var slope: PowerSum {
    var result: [[Rational]: Rational] = [:]
    for (exponents, coefficient) in terms {
      guard let first = exponents.first, !first.isZero else { continue }
      result[Self.trimmed([first - 1] + exponents.dropFirst()), default: 0] +=
        coefficient * first
    }
    return PowerSum(result, isBelowOne, undecided: isUndecided)
  }

  /// The value as `s → 1`, for a sum without other symbols.
  var valueAtOne: Rational? {
    guard !isUndecided, terms.keys.allSatisfy({ $0.count <= 1 }) else { return nil }
    return terms.values.reduce(0) { $0 + $1 }
  }

  /// The coefficient and the exponent of a single power of `s`; nil for what is none.
  var power: (coefficient: Rational, exponent: Rational)? {
    guard !isUndecided, terms.count == 1, let term = terms.first, term.key.count <= 1 else {
      return nil
    }
    return (term.value, term.key.first ?? 0)
  }

  private static func trimmed(_ exponents: [Rational]) -> [Rational] {
    var result = exponents
    while result.last?.isZero == true { result.removeLast() }
    return result
  }

  private static func product(_ x: [Rational], _ y: [Rational]) -> [Rational] {
    let (long, short) = x.count < y.count ? (y, x) : (x, y)
    var sum = long
    for (index, exponent) in short.enumerated() { sum[index] += exponent }
    return trimmed(sum)
  }

  static func + (x: PowerSum, y: PowerSum) -> PowerSum {
    PowerSum(
      x.terms.merging(y.terms, uniquingKeysWith: +), x.isBelowOne ?? y.isBelowOne,
      undecided: x.isUndecided || y.isUndecided)
  }

  static func - (x: PowerSum, y: PowerSum) -> PowerSum { x + (-y) }
  static prefix func - (x: PowerSum) -> PowerSum {
    PowerSum(x.terms.mapValues { -$0 }, x.isBelowOne, undecided: x.isUndecided)
  }

  static func * (x: PowerSum, y: PowerSum) -> PowerSum {
    var result: [[Rational]: Rational] = [:]
    for (exponents, coefficient) in x.terms {
      for (others, factor) in y.terms {
        result[product(exponents, others), default: 0] += coefficient * factor
      }
    }
    return PowerSum(
      result, x.isBelowOne ?? y.isBelowOne, undecided: x.isUndecided || y.isUndecided)
  }

  static func / (x: PowerSum, y: PowerSum) throws(Failure) -> PowerSum {
    try x * power(y, -1)
  }

  static func root(_ x: PowerSum) throws(Failure) -> PowerSum {
    try power(x, PowerSum(Rational(1, 2)))
  }

  static func exp(_ x: PowerSum) throws(Failure) -> PowerSum {
    if x.isIdentical(to: 0) { return 1 }
    throw Failure(reason: "an exponential is no sum of powers")
  }

  static func log(_ x: PowerSum) throws(Failure) -> PowerSum {
    if x.isIdentical(to: 1) { return 0 }
    throw Failure(reason: "a logarithm is no sum of powers")
  }

  static func power(_ base: PowerSum, _ exponent: PowerSum) throws(Failure) -> PowerSum {
    guard exponent.terms.keys.allSatisfy(\.isEmpty) else {
      throw Failure(reason: "an exponent depends on the loss")
    }
    let n = exponent.terms[[]] ?? 0
    let isUndecided = base.isUndecided || exponent.isUndecided
    if n.isZero { return PowerSum([[]: 1], nil, undecided: isUndecided) }
    if n == 1 { return PowerSum(base.terms, base.isBelowOne, undecided: isUndecided) }
    if n == 2 {
      let square = base * base
      return PowerSum(square.terms, square.isBelowOne, undecided: isUndecided)
    }
    guard let term = base.terms.first else {
      guard n.signum() > 0 else { throw Failure(reason: "0 to a power of \(n)") }
      return PowerSum([:], base.isBelowOne, undecided: isUndecided)
    }
    guard base.terms.count == 1 else { throw Failure(reason: "a power of a sum") }
    guard n.isInteger || term.key.count <= 1 else {
      throw Failure(reason: "a broken power of a number of unknown sign")
    }
    do {
      let coefficient = try Rational.power(term.value, n)
      return PowerSum(
        [term.key.map { $0 * n }: coefficient], base.isBelowOne, undecided: isUndecided)
    } catch {
      throw Failure(reason: error.message)
    }
  }

  static func oneMinusPower(_ base: PowerSum, _ t: PowerSum) throws(Failure) -> PowerSum {
    try 1 - power(base, t)
  }

  /// −1, 0 or 1, where it is the same for every `s` of the region; nil where that is not seen.
  private var certainSign: Int? {
    if isUndecided { return nil }
    if terms.isEmpty { return 0 }
    guard terms.keys.allSatisfy({ $0.count <= 1 }) else { return nil }
    let signs = Set(terms.values.map { $0.signum() })
    if signs.count == 1 { return signs.first }
    guard terms.count == 2, let isBelowOne else { return nil }
    // a·sᵖ − b·s^q with a, b > 0: the sign of a/b·s^(p−q) − 1.
    guard let plus = terms.first(where: { $0.value.signum() > 0 }),
      let minus = terms.first(where: { $0.value.signum() < 0 })
    else { return nil }
    let difference = (plus.key.first ?? 0) - (minus.key.first ?? 0)
    let isGrowing = (difference.signum() > 0) != isBelowOne
    let ratio = plus.value + minus.value
    if isGrowing { return ratio.signum() >= 0 ? 1 : nil }
    return ratio.signum() <= 0 ? -1 : nil
  }

  private static let undecided = PowerSum([:], nil, undecided: true)

  static func select(
    _ x: PowerSum, isLessThan y: PowerSum, then consequent: PowerSum, else alternative: PowerSum
  ) -> PowerSum {
    guard let sign = (y - x).certainSign else { return undecided }
    return sign > 0 ? consequent : alternative
  }

  static func lesser(_ x: PowerSum, _ y: PowerSum) -> PowerSum {
    select(x, isLessThan: y, then: x, else: y)
  }
  static func greater(_ x: PowerSum, _ y: PowerSum) -> PowerSum {
    select(x, isLessThan: y, then: y, else: x)
  }
  static func sign(_ x: PowerSum) -> PowerSum {
    x.certainSign.map { PowerSum(Rational($0)) } ?? undecided
  }
  var magnitude: PowerSum {
    guard let sign = certainSign else { return .undecided }
    return sign < 0 ? -self : self
  }
}

extension PowerSum: CustomStringConvertible {
  /// `1.5*s^0.5`; other symbols are `a`, `b`, ….
  var description: String {
    if isUndecided { return "undecided" }
    if terms.isEmpty { return "0" }
    let ordered = terms.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    return ordered.map { exponents, coefficient in
      let factors = zip(["s", "a", "b", "c", "d", "e"], exponents).filter { !$0.1.isZero }.map {
        $0.1 == 1 ? $0.0 : "\($0.0)^\($0.1.decimalDescription)"
      }
      return ([coefficient.decimalDescription] + factors).joined(separator: "*")
    }.joined(separator: " + ")
  }
}
