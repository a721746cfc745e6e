internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties

extension WrapperProperties {
  static let accumulation = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "wrapper.accumulation",
      statement:
        "k micro-batches are one step on their mean gradient and mean loss, clipped, decayed and averaged"
        + " once; between, nothing moves",
      source: "a batch's gradient is the mean of its parts'; losses as the batch's mean",
      domain: "equal micro-batches, several groups and tensors, absent gradients",
      arithmetic: .float64, requires: [.accumulation], evidence: [.generated]),
    cases: { context throws(Exclusion) in
      guard let count = context.subject.optimizer.flatMap(microBatches(of:)), count > 1 else {
        throw Exclusion("its micro-batches are known of compiled optimizers of several a step")
      }
      var shape = ScenarioShape.full
      shape.steps = 1...(3 * count)
      shape.repeatsSteps = false
      shape.changesHyperparameters = false
      shape.absentShare = 0.3
      let scenarios = context.subject.scenarios(shape)
      // Sums of small whole numbers are exact in any order.
      let gradients = Generator<Int>.integers(in: -8...8, origin: 1).map { Double($0) }
      return Generator { source throws(Rejection) in
        var scenario = try scenarios.make(source)
        for index in scenario.steps.indices {
          for (group, list) in scenario.steps[index].gradients.enumerated() {
            for (tensor, values) in list.enumerated() {
              guard let values else { continue }
              scenario.steps[index].gradients[group][tensor] =
                try gradients.vector(count: values.count).make(source)
            }
          }
        }
        return scenario
      }
    },
    examination: { scenario, executor, _ in
      try examine(executor, AccumulationLaws(), scenario)
    })

  /// How many micro-batches an optimizer says that it makes a step of; nil where it gathers none.
  fileprivate static func microBatches(of optimizer: Optimizer) -> Int? {
    optimizer.place(ofWrapper: "accumulation")
      .flatMap { optimizer.wrappers[$0].value(of: "accumulation.k") }.map { Int(Double($0)) }
  }
}

/// A run in micro-batches beside one in batches.
struct AccumulationLaws: WrapperLaws {
  func examine<S: OptimizerScalar>(
    _ scenario: Scenario, _ executor: OptimizerExecutor<S>
  ) throws -> Examination {
    let optimizer = executor.optimizer
    guard let place = optimizer.place(ofWrapper: "accumulation"),
      let count = WrapperProperties.microBatches(of: optimizer), count >= 1
    else { return .outsidePremise("it does not accumulate") }
    let run = try executor.run(scenario)
    var batches = scenario
    batches.steps = stride(from: 0, to: scenario.steps.count - count + 1, by: count).map {
      batch(of: Array(scenario.steps[$0..<($0 + count)]))
    }
    var whole = optimizer
    whole.wrappers.remove(at: place)
    let base = try OptimizerExecutor<S>(optimizer: whole).run(batches)
    // What the run should show after each micro-batch: the start, or the latest batch.
    var expected = Trajectory<Double>()
    let start = scenario.groups.map { $0.parameters.map { $0.map { Double(S($0)) } } }
    for index in scenario.steps.indices {
      let done = (index + 1) / count
      expected.parameters.append(done == 0 ? start : base.parameters[done - 1])
    }
    // The mean is rounded once more in one of the two: relative to a gradient, and so to a step of the rate.
    let rate =
      optimizer.hyperparameters.first { $0.key == "learningRate" }
      .map { Double($0.value) } ?? 0
    return BlackBox.hold(
      run, to: expected, roundoffs: 64, size: 8 * rate, executor,
      "one step a batch of \(count) micro-batches")
  }

  /// The batch of some micro-batches: a tensor that has no gradient in one of them has 0 there.
  private func batch(of parts: [Scenario.Step]) -> Scenario.Step {
    var step = parts[0]
    let share = Double(parts.count)
    for group in step.gradients.indices {
      for tensor in step.gradients[group].indices {
        let present = parts.compactMap { $0.gradients[group][tensor] }
        step.gradients[group][tensor] = present.first.map { first in
          first.indices.map { place in
            present.reduce(0) { $0 + $1[place] } / share
          }
        }
      }
    }
    let losses = parts.compactMap(\.loss)
    step.loss = losses.isEmpty ? nil : losses.reduce(0, +) / share
    return step
  }
}
