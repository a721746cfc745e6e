public import Properties

/// What runs a subject's own code on a scenario.
public protocol SubjectExecutor: Sendable {
  /// The numbers that it computes in.
  var arithmetic: Arithmetic { get }

  /// The parameters after every step, each converted to `Double` without a rounding.
  ///
  /// - Throws: `SubjectFault` where the subject refuses a step, or does worse.
  func run(_ scenario: Scenario) throws -> Trajectory<Double>
}

/// A subject did not make a step.
public struct SubjectFault: Error, Sendable, Hashable {
  /// The step, counted from 1; nil where it is none in particular.
  public var step: Int?
  public var reason: String

  public init(step: Int?, reason: String) {
    self.step = step
    self.reason = reason
  }
}
