public import Diagnostics
internal import Numbers

/// Why a step was not made. The parameters and the state are then as they were before.
public enum StepError: Diagnosable, Equatable {
  case lossIsMissing(optimizer: String)
  case lossIsNotFinite(loss: Double, step: Int)
  /// AYLA's `w(l)` is larger than the largest number of the run's type.
  case lossWeightOverflows(loss: Double, exponent: Double, step: Int)
  /// A decay of AYLA's equation 7, `1 − w(1 − β)` or `1 − w²(1 − β)`, lies outside `[0, 1)`.
  case decayOutsideDomain(
    moment: String, decay: Double, loss: Double, exponent: Double, weight: Double, step: Int)
  /// The factor on the gradients is larger than the largest number of the parameters' type.
  case gradientFactorOverflows(factor: Double, loss: Double?, step: Int)
  case gradientIsNotFinite(value: Double, step: Int, tensor: Int, coordinate: Int)
  case tensorCountDiffers(expected: Int, parameters: Int, gradients: Int)
  case shapeDiffers(tensor: Int, expected: Int, parameters: Int, gradients: Int)

  public var exitCode: ExitCode {
    switch self {
    case .tensorCountDiffers, .shapeDiffers: .usage
    default: .data
    }
  }

  public var message: String {
    switch self {
    case .lossIsMissing(let optimizer): "\(optimizer) needs the loss at every step, and got none"
    case .lossIsNotFinite(let loss, let step): "step \(step): the loss is \(loss)"
    case .lossWeightOverflows(let loss, let exponent, let step):
      "step \(step): w = n·|l|ⁿ⁻¹ is too large to represent at l = \(loss), n = \(exponent)"
    case .decayOutsideDomain(let moment, let decay, let loss, let exponent, let weight, let step):
      "step \(step): the decay of the \(moment) moment is \(decay), outside [0, 1),"
        + " at l = \(loss), n = \(exponent), w = \(weight)"
    case .gradientFactorOverflows(let factor, let loss, let step):
      "step \(step): the factor \(factor) on the gradients is too large for the parameters' type"
        + (loss.map { ", at l = \($0)" } ?? "")
    case .gradientIsNotFinite(let value, let step, let tensor, let coordinate):
      "step \(step): the gradient of tensor \(tensor) is \(value) at coordinate \(coordinate)"
    case .tensorCountDiffers(let expected, let parameters, let gradients):
      "the state is one of \(expected) tensors, got \(parameters) of parameters and \(gradients) of gradients"
    case .shapeDiffers(let tensor, let expected, let parameters, let gradients):
      "tensor \(tensor) has \(expected) coordinates, got \(parameters) parameters and \(gradients) gradients"
    }
  }
}

extension StepError {
  /// Refuses a loss that is not finite, and a weight that overflows.
  static func check(
    weight: Double, of transform: PowerTransform, loss: Double, step: Int
  ) throws(StepError) {
    guard loss.isFinite else { throw .lossIsNotFinite(loss: loss, step: step) }
    guard weight.isFinite else {
      throw .lossWeightOverflows(loss: loss, exponent: transform.exponent(at: loss), step: step)
    }
  }
}
