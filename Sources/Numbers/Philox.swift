/// Random bits that are a pure function of `(seed, property, case, draw)`.
///
/// Any draw of any case can be made alone, in any order and on any number of threads. The function is
/// Philox4x64-10: ten rounds of a keyed bijection of 256 bits, the key `(seed, property)`, the counter
/// `(draw / 4, case, stream, 0)`; draw `d` is word `d mod 4` of its block.
///
/// Source: Salmon, Moraes, Dror & Shaw, *Parallel random numbers: as easy as 1, 2, 3*, SC 2011.
public struct Philox: Sendable, RandomNumberGenerator {
  public let seed: UInt64
  public let property: UInt64
  public let `case`: UInt64
  /// Separates the uses that one case has for randomness, so that none disturbs another.
  public let stream: UInt64
  /// The number of the draw that `next` makes.
  @inlinable public var draw: UInt64 { position }
  @usableFromInline var position: UInt64
  @usableFromInline var block: Block

  /// - Parameters:
  ///   - seed: the run's seed.
  ///   - property: the property's number; `Philox.number(of:)` makes one of its name.
  ///   - case: the number of the case.
  ///   - stream: which of the case's uses of randomness this is, 0 for its generation.
  ///   - draw: the number of the first draw to make.
  @inlinable
  public init(
    seed: UInt64, property: UInt64, case: UInt64, stream: UInt64 = 0, draw: UInt64 = 0
  ) {
    self.seed = seed
    self.property = property
    self.case = `case`
    self.stream = stream
    position = draw
    block = Block(0, 0, 0, 0)
    if position & 3 != 0 { refill() }
  }

  /// The 64 bits of the current draw.
  @inlinable
  public mutating func next() -> UInt64 {
    let lane = position & 3
    if lane == 0 { refill() }
    position &+= 1
    return switch lane {
    case 0: block.x0
    case 1: block.x1
    case 2: block.x2
    default: block.x3
    }
  }

  @usableFromInline
  mutating func refill() {
    block = Self.block(
      counter: Block(position >> 2, `case`, stream, 0), key: (seed, property))
  }

  /// A number in `0 ..< bound`, each alike likely but for at most `bound / 2⁶⁴`.
  ///
  /// One draw, always: the number of draws never depends on their values.
  ///
  /// - Precondition: `bound` is at least 1.
  @inlinable
  public mutating func below(_ bound: UInt64) -> UInt64 {
    precondition(bound > 0, "the bound must be at least 1, got \(bound)")
    return next().multipliedFullWidth(by: bound).high
  }

  /// A number in `0 ..< 1`, a multiple of 2⁻⁵³.
  @inlinable
  public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// The number of a name: FNV-1a over its UTF-8, 64 bits.
  public static func number(of name: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }

  /// Four words, a counter or a block of output.
  public struct Block: Sendable, Hashable {
    public var x0, x1, x2, x3: UInt64
    @inlinable
    public init(_ x0: UInt64, _ x1: UInt64, _ x2: UInt64, _ x3: UInt64) {
      (self.x0, self.x1, self.x2, self.x3) = (x0, x1, x2, x3)
    }
  }

  /// The bijection itself.
  public static func block(counter: Block, key: (UInt64, UInt64)) -> Block {
    var (x0, x1, x2, x3) = (counter.x0, counter.x1, counter.x2, counter.x3)
    var (k0, k1) = key
    for _ in 0..<10 {
      let a = x0.multipliedFullWidth(by: 0xD2E7_470E_E14C_6C93)
      let b = x2.multipliedFullWidth(by: 0xCA5A_8263_9512_1157)
      (x0, x1, x2, x3) = (b.high ^ x1 ^ k0, b.low, a.high ^ x3 ^ k1, a.low)
      k0 &+= 0x9E37_79B9_7F4A_7C15
      k1 &+= 0xBB67_AE85_84CA_A73B
    }
    return Block(x0, x1, x2, x3)
  }
}
