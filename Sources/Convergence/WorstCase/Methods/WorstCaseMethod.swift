internal import Diagnostics
public import Numbers
public import Optimizers

/// A method by its name on the command line, with its settings.
public struct WorstCaseMethod: Sendable {
  public typealias Setting = (key: String, value: String)

  public let name: String
  public let settings: [Setting]
  /// `λ` of an optimizer with weight decay: the worst case is of `f + (λ/2)‖·‖²`. 0 for all others.
  public let weightDecay: Rational
  private let trace: @Sendable (WorstCaseQuestion) throws(Failure) -> FixedCoefficientMethod

  /// Why there is no fixed-coefficient method.
  public enum Failure: Error {
    case notFixedCoefficient(NotFixedCoefficient)
    case usage(WorstCaseError)
  }

  /// The methods that are no optimizers.
  public static let literature = ["ogm", "triple-momentum", "nesterov", "proximal", "subgradient"]

  /// - Parameters:
  ///   - name: one of `literature`, a built-in optimizer, or wrappers over one.
  ///   - settings: those of the optimizer; `learningRate` of `proximal` and `subgradient`.
  /// - Throws: for unknown names, and settings that are wrong: `WorstCaseError`, `SettingError`.
  public init(named name: String, settings: [Setting] = []) throws {
    self.name = name
    self.settings = settings
    guard Self.literature.contains(name) else {
      let optimizer = try Optimizer(named: name, settings: settings)
      weightDecay = optimizer.weightDecay
      trace = { question throws(Failure) in
        do throws(NotFixedCoefficient) {
          return try FixedCoefficientMethod(tracing: optimizer, steps: question.steps)
        } catch { throw .notFixedCoefficient(error) }
      }
      return
    }
    weightDecay = 0
    let takesRate = name == "proximal" || name == "subgradient"
    var rate: Rational?
    for (key, value) in settings {
      guard takesRate, ["learningRate", "lr"].contains(key) else {
        throw WorstCaseError.methodHasNoSetting(
          method: name, key: key, known: takesRate ? ["learningRate"] : [])
      }
      guard let number = Rational(value), number.signum() > 0 else {
        throw WorstCaseError.settingIsNoNumber(key: key, text: value)
      }
      rate = number
    }
    let typed = rate
    trace = { question throws(Failure) in
      try Self.literature(name, rate: typed, question)
    }
  }

  /// A method that is traced by the caller: after any number of steps.
  public init(
    name: String, weightDecay: Rational = 0,
    tracing trace:
      @escaping @Sendable (_ steps: Int) throws(NotFixedCoefficient) ->
      FixedCoefficientMethod
  ) {
    self.name = name
    settings = []
    self.weightDecay = weightDecay
    self.trace = { question throws(Failure) in
      do throws(NotFixedCoefficient) { return try trace(question.steps) } catch {
        throw .notFixedCoefficient(error)
      }
    }
  }

  /// An optimizer.
  public init(_ optimizer: Optimizer) {
    self.init(name: optimizer.name, weightDecay: optimizer.weightDecay) {
      steps throws(NotFixedCoefficient) in
      try FixedCoefficientMethod(tracing: optimizer, steps: steps)
    }
  }

  /// The affine maps of this method for a question.
  public func traced(for question: WorstCaseQuestion) throws(Failure) -> FixedCoefficientMethod {
    try trace(question)
  }

  private static func literature(
    _ name: String, rate: Rational?, _ question: WorstCaseQuestion
  ) throws(Failure) -> FixedCoefficientMethod {
    func traced(_ method: some FirstOrderMethod) throws(Failure) -> FixedCoefficientMethod {
      do throws(NotFixedCoefficient) {
        return try FixedCoefficientMethod(tracing: method, steps: question.steps)
      } catch { throw .notFixedCoefficient(error) }
    }
    func needs(_ what: String) -> Failure {
      .usage(
        .methodIsNotFor(
          functionClass: question.functionClass.name, method: name, reason: "it needs \(what)"))
    }
    let smoothness = question.functionClass.smoothness
    switch name {
    case "proximal": return try traced(ProximalPointMethod(stepSize: rate ?? 1))
    case "subgradient":
      if let rate { return try traced(SubgradientMethod(stepSize: rate)) }
      guard case .lipschitzConvex(let bound) = question.functionClass else {
        throw needs("a learningRate")
      }
      // γ = 1/(M√(N + 1)), the best of all.
      guard let root = Rational(question.steps + 1).roundedRoot(bits: 60),
        let stepSize = try? 1 / (bound * root)
      else { throw needs("a learningRate") }
      return try traced(SubgradientMethod(stepSize: stepSize.rounded(toBits: 56)))
    case "triple-momentum":
      guard let smoothness, question.functionClass.convexity.signum() > 0 else {
        throw needs("a convexity above 0")
      }
      return try traced(
        TripleMomentum(smoothness: smoothness, convexity: question.functionClass.convexity))
    case "nesterov":
      guard let smoothness else { throw needs("a smoothness") }
      return try traced(
        NesterovMethod(
          smoothness: smoothness, convexity: max(0, question.functionClass.convexity)))
    default:
      guard let smoothness else { throw needs("a smoothness") }
      return try traced(OptimizedGradientMethod(smoothness: smoothness))
    }
  }
}
