/// The name of a number that a rule reads: a hyper-parameter, or a scalar computed once a step.
///
/// A rule adds its own in an extension, with an index below 23 that no other key of that rule has; those
/// below are spread so that a rule may use any of them together, but for the four named `special`.
/// Keys are `@inlinable static var`: seen from another module a `static let` is a call, which keeps the
/// loop of a rule there scalar and makes it 48 times slower.
public struct Key: Sendable, Hashable {
  /// As it is set on the command line: `beta1`, `ayla.N1`.
  public let name: String
  @usableFromInline let index: Int

  /// - Precondition: `index` lies in `0 ..< 24`.
  @inlinable
  public init(_ name: String, _ index: Int) {
    self.name = name
    self.index = index
  }

  /// The name of its symbol in a trace, the last part of `name`: `N1`.
  public var symbol: String { name.split(separator: ".").last.map { String($0) } ?? name }

  @inlinable public static var learningRate: Key { Key("learningRate", 0) }
  @inlinable public static var momentum: Key { Key("momentum", 1) }
  @inlinable public static var beta1: Key { Key("beta1", 2) }
  @inlinable public static var beta2: Key { Key("beta2", 3) }
  @inlinable public static var beta3: Key { Key("beta3", 4) }
  @inlinable public static var epsilon: Key { Key("epsilon", 5) }
  @inlinable public static var weightDecay: Key { Key("weightDecay", 6) }
  @inlinable public static var dampening: Key { Key("dampening", 7) }
  /// `1 − βᵢ`, the weight of the newest term in a moving average.
  @inlinable public static var oneMinusBeta1: Key { Key("oneMinusBeta1", 8) }
  @inlinable public static var oneMinusBeta2: Key { Key("oneMinusBeta2", 9) }
  @inlinable public static var oneMinusBeta3: Key { Key("oneMinusBeta3", 10) }
  /// `1/(1 − βᵢᵗ)`, which removes a moving average's pull towards its start at 0.
  @inlinable public static var biasCorrection1: Key { Key("biasCorrection1", 11) }
  @inlinable public static var biasCorrection2: Key { Key("biasCorrection2", 12) }
  @inlinable public static var biasCorrection3: Key { Key("biasCorrection3", 13) }
  /// What the slot that steps is multiplied by: the learning rate, with its bias correction in it, `α/(1 − β₁ᵗ)`.
  @inlinable public static var stepRate: Key { Key("stepRate", 14) }
  /// What is left of a parameter after decoupled weight decay, `1 − αλ`.
  @inlinable public static var decayFactor: Key { Key("decayFactor", 15) }

  /// The factor that every gradient is multiplied by before a rule sees it: that of the loss transform,
  /// of clipping, of the sign of maximisation.
  @inlinable public static var gradientScale: Key { Key("gradientScale", 23) }
}
