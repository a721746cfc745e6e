internal import Diagnostics
internal import Numbers
internal import Properties
internal import Proving

/// Tells drivers' faults that a run shows from those that none shows.
struct DriverJudge: Sendable {
  private let scenarios: [Scenario]
  private let runs: [Trajectory<Double>]

  /// - Parameter right: the right rule over the wire, undeclared.
  init(_ right: AuditSubject, seed: UInt64) {
    let context = AuditContext(subject: right, seed: seed, effort: .quick)
    var shape = ScenarioShape.full
    shape.steps = 2...6
    var scenarios =
      Probe.all(of: right) + context.drawn(right.scenarios(shape), count: 12, "drivers")
    // Two groups of two like tensors, settings that change, absent gradients, a reload, and many steps.
    let gradients: [Double?] = [1, -2, nil, 0.5, 3]
    func step(_ index: Int) -> Scenario.Step {
      func list(_ shift: Int, _ size: Int) -> [Double]? {
        let value = gradients[(index + shift) % gradients.count]
        return value.map { value in (0..<size).map { value + 0.25 * Double($0 + shift) } }
      }
      return Scenario.Step(
        gradients: [[list(0, 5), list(1, 5)], [list(2, 5), list(3, 2)]],
        loss: right.requiresLoss ? 0.5 : nil)
    }
    var groups = Scenario(
      groups: [
        Scenario.Group(parameters: [[1, 2, 3, 4, 5], [2, 1, 0, -1, -2]]),
        Scenario.Group(parameters: [[1, 1, 1, 1, 1], [-3, 4]]),
      ], steps: (0..<12).map(step))
    if let rate = right.value(of: "learningRate") {
      groups.groups[1].hyperparameters = ["learningRate": rate * Rational(2)]
      groups.steps[3].changes = [0: ["learningRate": rate * Rational(4)]]
      groups.steps[6].changes = [1: ["learningRate": rate]]
    }
    groups.steps[8].reloads = true
    scenarios.append(groups)
    scenarios.append(
      Scenario(
        start: [1], gradients: (0..<300).map { [Double($0 % 7) / 4 - 0.5] },
        losses: right.requiresLoss ? [Double](repeating: 0.5, count: 300) : nil))
    if right.value(of: "rateDecay") != nil {
      // At its default of 0 nothing counts the steps.
      scenarios += scenarios.suffix(2).map { scenario in
        var counted = scenario
        for group in counted.groups.indices {
          counted.groups[group].hyperparameters["rateDecay"] = 0.5
        }
        return counted
      }
    }
    self.scenarios = scenarios
    runs = scenarios.map { (try? right.executors[0].run($0)) ?? Trajectory() }
  }

  func nature(of fault: DriverFault, _ faulty: AuditSubject) -> FaultNature {
    // The parameters do not show it.
    if fault == .mutatedGradient { return .different("the gradients that it leaves") }
    for (index, scenario) in scenarios.enumerated() {
      guard let run = try? faulty.executors[0].run(scenario) else { continue }
      if let place = run.firstDifference(from: runs[index]) {
        return .different("run \(index + 1), \(place)")
      }
    }
    return .undecided
  }
}
