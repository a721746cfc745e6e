internal import Diagnostics
internal import Numbers
internal import Properties

/// A run whose gradients are given, or are those of `½c·Σ(θ − 1)²` where the run has come to.
struct LoopScenario: ScenarioCase {
  /// In a closed loop its gradients say only which tensors have one.
  var scenario: Scenario
  /// `c`; nil where the gradients are given.
  var curvature: Double?

  init(scenario: Scenario, curvature: Double? = nil) {
    self.scenario = scenario
    self.curvature = curvature
  }

  var json: JSONValue {
    guard let curvature, case .object(var members) = scenario.json else { return scenario.json }
    members["curvature"] = JSONValue(curvature)
    return .object(members)
  }

  init(json: JSONValue) throws(CaseError) {
    scenario = try Scenario(json: json)
    curvature = json["curvature"]?.double
    if let curvature, !(curvature > 0 && curvature.isFinite) {
      throw CaseError(message: "`curvature` is above 0")
    }
  }

  /// The run with the gradients that the subject meets: each step is made where the ones before it lead.
  func unrolled(on executor: any SubjectExecutor) throws -> Scenario {
    guard let curvature else { return scenario }
    var result = scenario
    var parameters = scenario.groups.map(\.parameters)
    for index in result.steps.indices {
      func slope(_ value: Double) -> Double { executor.arithmetic.rounded(curvature * (value - 1)) }
      for (group, tensors) in parameters.enumerated() {
        for (tensor, values) in tensors.enumerated()
        where result.steps[index].gradients[group][tensor] != nil {
          result.steps[index].gradients[group][tensor] = values.map(slope)
        }
      }
      if result.steps[index].loss != nil {
        let squares = parameters.joined().joined().reduce(0) { $0 + ($1 - 1) * ($1 - 1) }
        result.steps[index].loss = executor.arithmetic.rounded(curvature * squares / 2)
      }
      // Beyond the numbers there are no gradients to go on with.
      let isFinite = result.steps[index].gradients.joined().allSatisfy {
        $0?.allSatisfy(\.isFinite) ?? true
      }
      guard isFinite, result.steps[index].loss?.isFinite ?? true else {
        result.steps.removeSubrange(index...)
        return result
      }
      guard index + 1 < result.steps.count else { break }
      var prefix = result
      prefix.steps.removeSubrange((index + 1)...)
      parameters = try executor.run(prefix).parameters.last ?? parameters
    }
    return result
  }
}
