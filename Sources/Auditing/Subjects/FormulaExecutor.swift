internal import Properties

/// Runs a formula file's rule in `Double`.
struct FormulaExecutor: SubjectExecutor {
  let rule: FormulaRule
  var arithmetic: Arithmetic { .float64 }

  func run(_ scenario: Scenario) throws -> Trajectory<Double> {
    var run = ScenarioRun<Double>(rule, groups: scenario.groups) { $0 }
    var trajectory = Trajectory<Double>()
    for step in scenario.steps {
      run.advance(step) { $0 }
      trajectory.parameters.append(run.parameters)
    }
    return trajectory
  }
}
