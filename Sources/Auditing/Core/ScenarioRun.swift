internal import Numbers
internal import Optimizers

/// Runs the text of a rule on a scenario, at any number type.
///
/// Tensors count their steps each for itself: one without a gradient is left as it is, and does not count.
struct ScenarioRun<N: RuleNumber> {
  /// A tensor, and the number of steps that it has made.
  private struct TensorState {
    var coordinates: [CoordinateState<N>]
    var stepCount = 0
  }

  private let rule: any TransparentRule
  private var tensors: [[TensorState]]
  private var hyperparameters: [[N]]

  /// - Parameter number: how a value that the subject is given becomes an `N`.
  init(
    _ rule: any TransparentRule, groups: [Scenario.Group], number: (Double) -> N
  ) {
    self.rule = rule
    tensors = groups.map { group in
      group.parameters.map { values in
        TensorState(coordinates: values.map { rule.start(at: number($0)) })
      }
    }
    hyperparameters = groups.map { rule.values(as: N.self, replacing: $0.hyperparameters) }
  }

  /// Sets the parameters, leaving the state as it is: the run goes on from somebody else's.
  mutating func setParameters(_ values: [[[Double]]], number: (Double) -> N) {
    for (group, tensorValues) in values.enumerated() {
      for (tensor, coordinates) in tensorValues.enumerated() {
        for (coordinate, value) in coordinates.enumerated() {
          tensors[group][tensor].coordinates[coordinate].parameter = number(value)
        }
      }
    }
  }

  /// Makes one step.
  mutating func advance(_ step: Scenario.Step, number: (Double) -> N) throws(N.Failure) {
    for (group, changes) in step.changes {
      for (index, entry) in rule.hyperparameters.enumerated() {
        if let value = changes[entry.name] { hyperparameters[group][index] = N(value) }
      }
    }
    let loss = step.loss.map(number)
    var all: [N] = []
    for gradient in step.gradients.joined() { all += (gradient ?? []).map(number) }
    let factor = try rule.gradientFactor(
      gradients: all, loss: loss, hyperparameters: hyperparameters.first ?? [])
    for (group, gradients) in step.gradients.enumerated() {
      for (tensor, gradient) in gradients.enumerated() {
        guard let gradient else { continue }
        tensors[group][tensor].stepCount += 1
        let t = N(Rational(tensors[group][tensor].stepCount))
        for (coordinate, value) in gradient.enumerated() {
          try rule.step(
            &tensors[group][tensor].coordinates[coordinate], gradient: factor * number(value),
            context: StepContext(t: t, loss: loss), hyperparameters: hyperparameters[group])
        }
      }
    }
  }

  var parameters: [[[N]]] { tensors.map { $0.map { $0.coordinates.map(\.parameter) } } }
  var slots: [[[[N]]]] { tensors.map { $0.map { $0.coordinates.map(\.slots) } } }
}
