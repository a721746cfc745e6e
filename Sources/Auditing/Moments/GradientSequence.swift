internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties

/// The gradients of one coordinate, described in few words: powers of a ratio that end at 1, or a list.
struct GradientSequence: AuditCase, Hashable {
  private enum Description: Hashable {
    case powers(of: Rational, count: Int)
    case listed([Double])
  }
  private let description: Description
  static let lengthLimit = 100_000

  /// `rⁱ⁻ⁿ` for `i` from 1 to `n`: as large a ratio of moments as `rⁱ` gives.
  init(powersOf ratio: Rational, count: Int) { description = .powers(of: ratio, count: count) }
  init(_ gradients: [Double]) { description = .listed(gradients) }

  var gradients: [Double] {
    switch description {
    case .listed(let values): return values
    case .powers(let ratio, let count):
      let factor = Double(ratio)
      var values: [Double] = [1]
      while values.count < count { values.append(values[values.count - 1] / factor) }
      return values.reversed()
    }
  }

  var json: JSONValue {
    switch description {
    case .listed(let values): ["gradients": JSONValue(values)]
    case .powers(let ratio, let count):
      [
        "gradients": "ratio^(i - count), i = 1, ..., count",
        "ratio": .string(ratio.decimalDescription), "count": .integer(count),
      ]
    }
  }

  init(json: JSONValue) throws(CaseError) {
    guard let text = json["ratio"]?.string else {
      description = .listed(try doubles(json["gradients"] ?? .null, "gradients"))
      guard 1...Self.lengthLimit ~= stepCount else {
        throw CaseError(message: "a sequence has from 1 to \(Self.lengthLimit) gradients")
      }
      return
    }
    guard let ratio = Rational(text), ratio > 0, let count = json["count"]?.int,
      1...Self.lengthLimit ~= count
    else { throw CaseError(message: "a sequence has a ratio above 0, and a count") }
    description = .powers(of: ratio, count: count)
  }

  var scalarCount: Int { 1 }
  var stepCount: Int {
    switch description {
    case .listed(let values): values.count
    case .powers(_, let count): count
    }
  }
}

extension AuditSubject {
  /// A run on these gradients at rate 1, with an ε that does not matter beside gradients of size 1, and no
  /// weight decay, so that the steps are the ratio of the moments.
  private func ratioScenario(_ gradients: [Double]) -> Scenario {
    var scenario = Scenario(
      start: [0], gradients: gradients.map { [$0] },
      losses: requiresLoss ? [Double](repeating: 1, count: gradients.count) : nil)
    let settings: [String: Rational] = ["learningRate": 1, "epsilon": 1e-30, "weightDecay": 0]
    scenario.groups[0].hyperparameters = settings.filter { rule?.value(of: $0.key) != nil }
    return scenario
  }

  /// What runs its code in double precision.
  var doubleExecutor: (any SubjectExecutor)? { executors.first { $0.arithmetic == .float64 } }

  /// |Δθ|/α of each step in its own code.
  func stepRatios(_ gradients: [Double]) throws -> [Double] {
    guard let executor = doubleExecutor else {
      throw CaseError(message: "the subject does not run in double precision")
    }
    let trajectory = try executor.run(ratioScenario(gradients))
    var previous = 0.0
    return trajectory.parameters.map { step in
      defer { previous = step[0][0][0] }
      return (step[0][0][0] - previous).magnitude
    }
  }

  /// An enclosure of |Δθ|/α of the last step, by its text; nil without one.
  func enclosedLastRatio(_ gradients: [Double]) -> Interval? {
    guard let rule else { return nil }
    let scenario = ratioScenario(gradients)
    var run = ScenarioRun<Interval>(rule, groups: scenario.groups) { Interval($0) }
    var previous: Interval = 0
    for step in scenario.steps {
      previous = run.parameters[0][0][0]
      run.advance(step) { Interval($0) }
    }
    return (run.parameters[0][0][0] - previous).magnitude
  }
}
