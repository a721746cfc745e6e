internal import Diagnostics
internal import Numbers

/// How optimizers are tested elsewhere: a small problem, some hundred steps, and whether the loss went down.
enum SmokeTest {
  /// `Σ hᵢθᵢ²/2`.
  private static let curvatures = [1.0, 10]
  private static let steps = 200

  /// Whether a text, run on the problem as it is set up, ends below its start.
  static func passes(_ text: StepText) -> Bool {
    let start = [1.0, -0.5]
    var run = TextRun(TextRule(text), [Scenario.Group(parameters: [start])])
    for _ in 0..<steps {
      let theta = run.parameters[0][0]
      run.advance(
        Scenario.Step(gradients: [[zip(curvatures, theta).map { $0 * $1 }]], loss: loss(theta)))
    }
    let final = loss(run.parameters[0][0])
    return final < loss(start)
  }

  /// Whether a subject over the wire does.
  static func passes(_ subject: AuditSubject) -> Bool {
    guard let executor = subject.executors.first as? ProcessExecutor else { return false }
    let start = [1.0, -0.5]
    let groups = [Scenario.Group(parameters: [start])]
    let final = try? executor.process.converse(about: nil) { conversation in
      let id = try conversation.open(groups, hyperparameters: [[:]])
      var theta = start
      for _ in 0..<steps {
        let step = Scenario.Step(
          gradients: [[zip(curvatures, theta).map { $0 * $1 }]], loss: loss(theta))
        theta = try conversation.step(id, step, shapedLike: groups).parameters[0][0]
      }
      try conversation.close(id)
      return loss(theta)
    }
    return final.map { $0 < loss(start) } ?? false
  }

  private static func loss(_ theta: [Double]) -> Double {
    zip(curvatures, theta).reduce(0) { $0 + $1.0 * $1.1 * $1.1 / 2 }
  }
}
