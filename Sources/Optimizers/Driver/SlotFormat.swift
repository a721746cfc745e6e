/// How the slots of a state lie in memory. All arithmetic is that of the parameters' type.
public enum SlotFormat: String, Sendable, Hashable, CaseIterable {
  /// As the parameters do.
  case full
  /// 8 bits of precision and the range of `Float`: each slot is rounded to nearest, ties to even, after each
  /// step.
  ///
  /// A moving average whose decay is above `1 − 2⁻⁹` stands still where its terms are of its own size.
  case bfloat16
  /// IEEE 754 `binary16`: 11 bits of precision, from 6·10⁻⁸ to 65504. Rounded as above.
  ///
  /// Squares of gradients below 10⁻³ or so vanish in it.
  case float16

  /// The bytes of one number, beside parameters of `scalarBytes` each.
  public func bytes(scalarBytes: Int) -> Int { self == .full ? scalarBytes : 2 }

  /// The relative error of a store in the normal range; 0 where nothing is rounded.
  public var unitRoundoff: Double {
    switch self {
    case .full: 0
    case .bfloat16: 0x1p-8
    case .float16: 0x1p-11
    }
  }

  /// The number with these bits.
  ///
  /// - Precondition: the format is one of 16 bits.
  @inline(__always)
  func widened(_ bits: UInt16) -> Float {
    switch self {
    case .full: preconditionFailure("slots of full precision are not packed")
    case .bfloat16: Float(bitPattern: UInt32(bits) << 16)
    case .float16: Float(Float16(bitPattern: bits))
    }
  }

  /// The bits of the nearest number, the even one of two.
  ///
  /// NaN stays NaN, and what is nearer to the next power of two than to the largest number becomes infinite.
  ///
  /// - Precondition: the format is one of 16 bits.
  @inline(__always)
  func packed(_ value: Float) -> UInt16 {
    switch self {
    case .full: preconditionFailure("slots of full precision are not packed")
    case .bfloat16: SlotFormat.bfloat16Bits(value)
    case .float16: Float16(value).bitPattern
    }
  }

  @inline(__always)
  private static func bfloat16Bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let rounded = (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16
    let quiet = bits >> 16 | 0x40
    return UInt16(truncatingIfNeeded: value == value ? rounded : quiet)
  }

  /// Widens packed numbers.
  static func widen(
    _ format: SlotFormat, _ packed: UnsafeMutablePointer<UInt16>,
    into values: UnsafeMutablePointer<Float>, count: Int
  ) {
    // The format is a literal inside each loop, or the loop stays scalar.
    switch format {
    case .full: preconditionFailure("slots of full precision are not packed")
    case .bfloat16:
      for i in 0..<count { unsafe values[i] = SlotFormat.bfloat16.widened(packed[i]) }
    case .float16:
      for i in 0..<count { unsafe values[i] = SlotFormat.float16.widened(packed[i]) }
    }
  }

  /// Rounds numbers into their packed form.
  static func pack(
    _ format: SlotFormat, _ values: UnsafeMutablePointer<Float>,
    into packed: UnsafeMutablePointer<UInt16>, count: Int
  ) {
    switch format {
    case .full: preconditionFailure("slots of full precision are not packed")
    case .bfloat16:
      for i in 0..<count { unsafe packed[i] = SlotFormat.bfloat16.packed(values[i]) }
    case .float16:
      for i in 0..<count { unsafe packed[i] = SlotFormat.float16.packed(values[i]) }
    }
  }
}
