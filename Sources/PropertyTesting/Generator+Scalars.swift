extension Generator where Value == Bool {
  /// True with a probability of one half; false is the simpler.
  public static var booleans: Generator {
    Generator { source throws(Rejection) in try source.boolean() }
  }
}

extension Generator where Value: FixedWidthInteger & Sendable {
  /// The whole numbers of a range; simpler ones are nearer to `origin`, or to the end next to it.
  ///
  /// - Parameter range: at most 2⁶⁴ numbers; a wider one makes no values, with that message.
  public static func integers(
    in range: ClosedRange<Value> = .min ... .max, origin: Value = 0
  ) -> Generator {
    let range = range
    // What no Int holds is shifted down by half of the range of UInt64.
    if let lower = Int(exactly: range.lowerBound), let upper = Int(exactly: range.upperBound) {
      let domain = IntegerDomain(lower...upper, origin: Int(clamping: origin))
      return Generator { source throws(Rejection) in
        Value(
          truncatingIfNeeded: try source.integer(domain))
      }
    }
    guard let lower = UInt64(exactly: range.lowerBound),
      let upper = UInt64(exactly: range.upperBound)
    else { return .invalid("a range holds at most 2⁶⁴ numbers, got \(range)") }
    func shifted(_ value: UInt64) -> Int { Int(bitPattern: UInt(value ^ 1 << 63)) }
    let domain = IntegerDomain(
      shifted(lower)...shifted(upper), origin: shifted(UInt64(clamping: origin)))
    return Generator { source throws(Rejection) in
      let drawn = try source.integer(domain)
      return Value(truncatingIfNeeded: UInt64(bitPattern: Int64(drawn)) ^ 1 << 63)
    }
  }

  /// The whole numbers of a half-open range; an empty one makes no values, with that message.
  public static func integers(in range: Range<Value>, origin: Value = 0) -> Generator {
    guard !range.isEmpty else { return .invalid("the range \(range) is empty") }
    return integers(in: range.lowerBound...(range.upperBound - 1), origin: origin)
  }

  /// The whole numbers from one to another; a reversed range makes no values, with that message.
  public static func integers(from lower: Value, through upper: Value) -> Generator {
    guard lower <= upper else { return .invalid("the range \(lower)...\(upper) is empty") }
    return integers(in: lower...upper)
  }
}

extension Generator where Value == [UInt8] {
  /// Bytes; fewer, then smaller, are simpler.
  public static func bytes(count: ClosedRange<Int> = 0...64) -> Generator {
    guard count.lowerBound >= 0, count.upperBound <= 1 << 20 else {
      return .invalid("the count of bytes lies in 0 ... 2²⁰, got \(count)")
    }
    return Generator { source throws(Rejection) in try source.bytes(count: count) }
  }
}

extension Generator where Value == String {
  /// Texts of the given characters, printable ASCII by default; shorter, then of earlier characters, are
  /// simpler.
  public static func strings(
    of characters: String = "abcdefghijklmnopqrstuvwxyz0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ"
      + "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    count: ClosedRange<Int> = 0...(.max - 1)
  ) -> Generator {
    Generator<Character>.element(of: Array(characters)).array(count: count).map { String($0) }
  }
}

extension Generator where Value: CaseIterable & Sendable {
  /// The cases of an enumeration; earlier ones are simpler.
  public static var cases: Generator { element(of: Array(Value.allCases)) }
}

/// A floating-point type whose numbers a `Double` holds.
public protocol GeneratedFloat: BinaryFloatingPoint, Sendable {
  static var isSingle: Bool { get }
}

extension Double: GeneratedFloat { public static var isSingle: Bool { false } }
extension Float: GeneratedFloat { public static var isSingle: Bool { true } }

extension Generator where Value: GeneratedFloat {
  /// Numbers from one bound to the other, with the boundary values between them: ±0, subnormals, neighbours
  /// of 1 and of the bounds, constants such as 0.9, 0.999, 1e-8.
  ///
  /// Simple numbers are smaller: whole ones by magnitude, then those of few decimal digits.
  ///
  /// - Parameters:
  ///   - lower: the least; −∞ makes every number down from `upper` and −∞ itself.
  ///   - upper: the greatest.
  ///   - excludingLower: whether `lower` itself is left out.
  ///   - excludingUpper: whether `upper` itself is left out.
  ///   - allowsNaN: whether NaN is made, too.
  public static func numbers(
    from lower: Value, through upper: Value, excludingLower: Bool = false,
    excludingUpper: Bool = false, allowsNaN: Bool = false
  ) -> Generator {
    guard !lower.isNaN, !upper.isNaN else {
      return .invalid("a bound is NaN: \(lower)...\(upper)")
    }
    // −0 and 0 are one number to a bound; 0 alone keeps −0 out of what begins there.
    let least = excludingLower ? lower.nextUp : lower
    let greatest = excludingUpper ? upper.nextDown : upper
    guard lower <= upper, least <= greatest else {
      return .invalid(
        "there is no number in \(excludingLower ? "(" : "[")\(lower), \(upper)\(excludingUpper ? ")" : "]")"
      )
    }
    let distribution = FloatDistribution(
      FloatDomain(
        lower: Double(least), upper: Double(greatest), allowsNaN: allowsNaN,
        isSingle: Value.isSingle))
    return Generator { source throws(Rejection) in
      Value(
        try source.float(distribution))
    }
  }

  /// The numbers of a range.
  public static func numbers(in range: ClosedRange<Value>) -> Generator {
    numbers(from: range.lowerBound, through: range.upperBound)
  }

  /// All finite numbers.
  public static var finite: Generator {
    numbers(from: -.greatestFiniteMagnitude, through: .greatestFiniteMagnitude)
  }

  /// All numbers, ±∞ and NaN.
  public static var all: Generator {
    numbers(from: -.infinity, through: .infinity, allowsNaN: true)
  }
}
