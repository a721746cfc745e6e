internal import Numbers
internal import Optimizers

/// Runs the text of a rule on a scenario, at any number type.
///
/// Tensors count their steps each for itself: one without a gradient is left as it is, and does not count.
/// A rule that counts the steps of groups counts those of all its tensors.
struct ScenarioRun<N: RuleNumber> {
  /// A tensor, and the number of steps that it has made.
  private struct TensorState {
    var coordinates: [CoordinateState<N>]
    var stepCount = 0
  }

  private let rule: any TransparentRule
  private var tensors: [[TensorState]]
  private var hyperparameters: [[N]]
  private var stepCount = 0

  /// - Parameter number: how a value that the subject is given becomes an `N`.
  init(
    _ rule: any TransparentRule, groups: [Scenario.Group], number: (Double) -> N
  ) {
    self.rule = rule
    let hyperparameters = groups.map { rule.values(as: N.self, replacing: $0.hyperparameters) }
    self.hyperparameters = hyperparameters
    tensors = zip(groups, hyperparameters).map { group, own in
      group.parameters.map { values in
        TensorState(
          coordinates: values.map { rule.start(at: number($0), hyperparameters: own) })
      }
    }
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
    stepCount += 1
    let loss = step.loss.map(number)
    var all: [N] = []
    for gradient in step.gradients.joined() { all += (gradient ?? []).map(number) }
    let factor = try rule.gradientFactor(
      gradients: all, loss: loss, hyperparameters: hyperparameters.first ?? [])
    let places = Self.places(of: step, factor: factor, number: number)
    for place in places { tensors[place.group][place.tensor].stepCount += 1 }
    let reduced = try reductions(at: places, loss: loss)
    for (index, place) in places.enumerated() {
      let context = context(of: place, loss: loss)
      for (coordinate, gradient) in place.gradients.enumerated() {
        try rule.step(
          &tensors[place.group][place.tensor].coordinates[coordinate], gradient: gradient,
          context: context, hyperparameters: hyperparameters[place.group], reduced: reduced[index])
      }
    }
  }

  /// A tensor that has a gradient in a step.
  private struct Place {
    var group: Int
    var tensor: Int
    var gradients: [N]
  }

  private static func places(
    of step: Scenario.Step, factor: N, number: (Double) -> N
  ) -> [Place] {
    var places: [Place] = []
    for (group, gradients) in step.gradients.enumerated() {
      for (tensor, gradient) in gradients.enumerated() {
        guard let gradient else { continue }
        places.append(
          Place(group: group, tensor: tensor, gradients: gradient.map { factor * number($0) }))
      }
    }
    return places
  }

  private func context(of place: Place, loss: N?) -> StepContext<N> {
    let count =
      rule.stepCounter == .perTensor
      ? tensors[place.group][place.tensor].stepCount : stepCount
    return StepContext(t: N(Rational(count)), loss: loss)
  }

  /// What the coordinates make together before a step, for each of the tensors in it.
  private func reductions(at places: [Place], loss: N?) throws(N.Failure) -> [[N]] {
    var reduced = [[N]](repeating: [], count: places.count)
    for (index, reduction) in rule.reductions.enumerated() {
      var contributions: [[N]] = []
      for (number, place) in places.enumerated() {
        let context = context(of: place, loss: loss)
        let states = tensors[place.group][place.tensor].coordinates
        var own: [N] = []
        for (state, gradient) in zip(states, place.gradients) {
          own.append(
            try rule.contribution(
              to: index, of: state, gradient: gradient, context: context,
              hyperparameters: hyperparameters[place.group], reduced: reduced[number]))
        }
        contributions.append(own)
      }
      for (number, place) in places.enumerated() {
        var all: [N] = []
        for (other, own) in zip(places, contributions) {
          let isWithin =
            switch reduction.scope {
            case .vector: true
            case .group: other.group == place.group
            case .tensor: other.group == place.group && other.tensor == place.tensor
            }
          if isWithin { all += own }
        }
        reduced[number].append(try reduction.value(all))
      }
    }
    return reduced
  }

  var parameters: [[[N]]] { tensors.map { $0.map { $0.coordinates.map(\.parameter) } } }
  var slots: [[[[N]]]] { tensors.map { $0.map { $0.coordinates.map(\.slots) } } }
}
