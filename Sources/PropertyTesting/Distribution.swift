internal import Numbers

extension IntegerDomain {
  /// Each alike likely.
  func uniform(_ words: inout Philox) -> Int {
    let last = last
    let step = last == .max ? words.next() : words.below(last + 1)
    return Int(truncatingIfNeeded: UInt64(bitPattern: Int64(lower)) &+ step)
  }

  /// Small ranges uniformly; of large ones, half of the numbers have a random count of bits, so that all
  /// magnitudes occur; one in eight is an end, the origin or beside one of them.
  ///
  /// - Parameters:
  ///   - size: from 0 to 100; the smaller, the fewer bits.
  ///   - recent: a number that was drawn before, drawn again one time in eight: programs break on ties.
  func random(_ words: inout Philox, size: Int, recent: Int? = nil) -> Int {
    let last = last
    if last < 8 { return uniform(&words) }
    let word = words.next()
    if word & 0x700 == 0, let recent, contains(recent) { return recent }
    if word & 7 == 0 {
      let step = Int(truncatingIfNeeded: word >> 8 & 1)
      return switch word >> 3 & 7 {
      case 0, 1: lower + step
      case 2, 3: upper - step
      case 4: clamp(origin &+ 1)
      case 5: clamp(origin &- 1)
      default: origin
      }
    }
    let isUniform = word >> 16 & 0xFF < UInt64(last < 4096 ? 160 : size)
    if isUniform { return uniform(&words) }
    let most = 64 - last.leadingZeroBitCount
    let bits = (Int(word >> 24 & 0xFFFF) * (min(most, 3 + most * size / 100) + 1)) >> 16
    let magnitude = words.next() >> UInt64(64 - min(bits, 63))
    return value(at: min(magnitude, last))
  }
}

/// How the numbers of a floating-point domain are drawn.
struct FloatDistribution: Sendable {
  let domain: FloatDomain
  /// The numbers where programs break, as far as they belong to the domain.
  private let special: [Double]
  private let isWide: Bool
  /// The least and the greatest exponent of two of the magnitudes in the domain.
  private let exponents: (Int, Int)

  /// Constants of optimisation and of floating-point arithmetic; their neighbours are added.
  private static let constants: [Double] = [
    0, 1, 2, 3, 10, 100, 0.5, 0.25, 0.1, 0.01, 0.001, 1e-8, 1e-16, 0.9, 0.99, 0.999, 0.9999,
    1e10, 1e16, 1e100, 1e300, 0x1p53, 0x1p24, .pi, 0.1 + 0.2, 1.0 / 3,
    .ulpOfOne, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude,
    Double(Float.leastNonzeroMagnitude), Double(Float.leastNormalMagnitude),
    Double(Float.greatestFiniteMagnitude), Double(Float.ulpOfOne), 1e-45, 3e38,
  ]

  init(_ domain: FloatDomain) {
    self.domain = domain
    var found: [Double] = []
    var known: Set<UInt64> = []
    func add(_ value: Double) {
      let value = domain.isSingle ? Double(Float(value)) : value
      if domain.contains(value), known.insert(value.bitPattern).inserted { found.append(value) }
    }
    func addNeighbours(_ value: Double) {
      if domain.isSingle {
        let single = Float(value)
        for near in [single, single.nextUp, single.nextDown] { add(Double(near)) }
      } else {
        for near in [value, value.nextUp, value.nextDown] { add(near) }
      }
    }
    addNeighbours(domain.lower)
    addNeighbours(domain.upper)
    for value in Self.constants {
      add(value)
      add(-value)
    }
    for value in [1.0, 0.5, 2] {
      addNeighbours(value)
      addNeighbours(-value)
    }
    add(.infinity)
    add(-.infinity)
    if domain.allowsNaN { found.append(.nan) }
    special = found
    let reach = max(domain.lower.magnitude, domain.upper.magnitude)
    let nearest =
      domain.lower <= 0 && domain.upper >= 0
      ? 0
      : min(
        domain.lower.magnitude, domain.upper.magnitude)
    let least = domain.isSingle ? -149 : -1074
    let greatest = domain.isSingle ? 127 : 1023
    exponents = (
      nearest == 0 ? least : max(least, Int(min(nearest.exponent, 1023))),
      reach == 0 ? least : reach.isInfinite ? greatest : Int(reach.exponent)
    )
    isWide = !(reach <= 0x1p20)
  }

  /// A number of the domain.
  ///
  /// - Parameters:
  ///   - size: from 0 to 100; the smaller, the nearer to 1 are the magnitudes.
  ///   - recent: a number that was drawn before, drawn again one time in eight.
  @inline(__always)
  func random(_ words: inout Philox, size: Int, recent: Double? = nil) -> Double {
    let word = words.next()
    if word >> 60 < 2, let recent, domain.contains(recent) { return recent }
    switch word & 15 {
    case 0, 1: return special.isEmpty ? domain.simplest : special[index(word, special.count)]
    case 2, 3: return simple(word)
    case 4...9 where !isWide: return uniform(word, &words)
    case 4...6: return domain.clamp(small(word))
    case 7...9: return domain.clamp((Double(word >> 11) * 0x1p-52 - 1) * Double(1 + size))
    default: return magnitude(word, &words, size: size)
    }
  }

  private func index(_ word: UInt64, _ count: Int) -> Int {
    Int((word >> 32).multipliedFullWidth(by: UInt64(count) << 32).high)
  }

  /// A whole number or one of few decimals, small.
  private func small(_ word: UInt64) -> Double {
    let whole = Double(Int(word >> 16 & 0x3F) - 32)
    return word >> 8 & 1 == 0 ? whole : whole / 10
  }

  /// A simple fraction of the way from one end to the other, or a small number.
  private func simple(_ word: UInt64) -> Double {
    if isWide { return domain.clamp(small(word)) }
    let parts = Double(1 + word >> 8 & 0xF)
    let fraction = Double(word >> 16 & 0xF).truncatingRemainder(dividingBy: parts + 1) / parts
    return domain.clamp(domain.lower + (domain.upper - domain.lower) * fraction)
  }

  private func uniform(_ word: UInt64, _ words: inout Philox) -> Double {
    let fraction = words.unit()
    return domain.clamp(domain.lower * (1 - fraction) + domain.upper * fraction)
  }

  /// All exponents alike likely.
  private func magnitude(_ word: UInt64, _ words: inout Philox, size: Int) -> Double {
    var (least, greatest) = exponents
    if isWide || least < -60 {
      // Small cases stay near 1, whatever the domain allows.
      let reach = 8 + 1100 * size / 100
      least = max(least, min(-reach, greatest))
      greatest = min(greatest, max(reach, least))
    }
    let span = UInt64(greatest - least) + 1
    let exponent = least + Int(((word >> 16 & 0xFFFF_FFFF) * span) >> 32)
    var value = scaled(1 + words.unit(), by: exponent)
    let isNegative = domain.lower < 0 && (domain.upper <= 0 || word >> 50 & 1 == 1)
    if isNegative { value = -value }
    return domain.clamp(value)
  }

  private func scaled(_ value: Double, by exponent: Int) -> Double {
    if exponent >= -1022 {
      return value * Double(sign: .plus, exponent: exponent, significand: 1)
    }
    return value * 0x1p-1022 * Double(sign: .plus, exponent: exponent + 1022, significand: 1)
  }
}
