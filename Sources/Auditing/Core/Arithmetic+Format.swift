internal import Numbers
internal import Properties

extension Arithmetic {
  /// Half the spacing of numbers at 1; that of `Double` for what is computed in no format of its own.
  var unitRoundoff: Double { format.unitRoundoff }
  var smallestNormal: Double { format.smallestNormal }

  /// The format that bounds its roundings.
  var format: any RoundingFormat.Type {
    switch self {
    case .float32: Binary32.self
    case .bfloat16: BFloat16.self
    case .float16: Binary16.self
    case .float64, .real, .rational: Binary64.self
    }
  }

  /// The nearest number that it holds.
  func rounded(_ value: Double) -> Double {
    switch self {
    case .float32: Double(Float(value))
    case .bfloat16: BFloat16.rounded(value)
    case .float16: Binary16.rounded(value)
    case .float64, .real, .rational: value
    }
  }

  /// Whether it has fewer than 24 bits.
  var isHalf: Bool { self == .bfloat16 || self == .float16 }
}
