internal import Numbers

/// The four parts that 0 and ±1 leave of the line of losses.
enum LossRegion: CaseIterable {
  case belowMinusOne, minusOneToZero, zeroToOne, aboveOne

  var isBelowOne: Bool { self == .zeroToOne || self == .minusOneToZero }
  var sign: Rational { self == .zeroToOne || self == .aboveOne ? 1 : -1 }

  /// The loss, `±s`.
  var loss: PowerSum { PowerSum(sign) * .size(isBelowOne: isBelowOne) }

  /// A loss of the region.
  var sample: Double { Double(sign) * (isBelowOne ? 0.25 : 4) }

  /// `n` as declared.
  func exponent(of transform: any LossTransform) -> Rational {
    isBelowOne ? transform.smallExponent : transform.largeExponent
  }

  /// The derivative with respect to the loss, from that with respect to `s`.
  func slope(of value: PowerSum) -> PowerSum { PowerSum(sign) * value.slope }

  /// `sign(l)·|l|ⁿ` with the declared exponent.
  func declaredValue(of transform: any LossTransform) -> PowerSum {
    PowerSum(sign) * .size(isBelowOne: isBelowOne, to: exponent(of: transform))
  }

  /// `n·|l|ⁿ⁻¹` with the declared exponent.
  func declaredSlope(of transform: any LossTransform) -> PowerSum {
    let n = exponent(of: transform)
    return PowerSum(n) * .size(isBelowOne: isBelowOne, to: n - 1)
  }

  var text: String {
    switch self {
    case .belowMinusOne: "l < −1"
    case .minusOneToZero: "−1 < l < 0"
    case .zeroToOne: "0 < l < 1"
    case .aboveOne: "1 < l"
    }
  }
}
