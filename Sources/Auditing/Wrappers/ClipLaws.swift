internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties

extension WrapperProperties {
  static let clip = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "wrapper.clip",
      statement:
        "the clipped gradient has at most the norm, is the gradient itself below it, points the same way,"
        + " and is not clipped again; neither the order nor the parting of tensors matters",
      source: "Pascanu, Mikolov & Bengio, On the difficulty of training recurrent neural networks,"
        + " ICML 2013, Algorithm 1",
      domain: "one step, several tensors; an infinite norm makes the factor 0",
      arithmetic: .float64, requires: [.globalNormClip], evidence: [.generated]),
    cases: { context throws(Exclusion) in
      var shape = ScenarioShape.vector
      shape.tensors = 1...3
      shape.steps = 1...1
      let norms = Generator<Rational>.element(of: [1, 0.5, 10, 0.001])
      let scenarios = try scenarios(of: context, shape)
      return Generator { source throws(Rejection) in
        var scenario = try scenarios.make(source)
        scenario.groups[0].hyperparameters = ["clip": try norms.make(source)]
        return scenario
      }
    },
    examination: { scenario, executor, _ in
      try examine(executor, ClipLaws(), scenario)
    })
}

/// The clip of an optimizer's own stages, seen through a step of gradient descent at rate 1 from 0.
struct ClipLaws: WrapperLaws {
  func examine<S: OptimizerScalar>(
    _ scenario: Scenario, _ executor: OptimizerExecutor<S>
  ) throws -> Examination {
    let stages = executor.clipped(as: scenario).stages
    let norms = stages.compactMap { stage in
      stage.hyperparameters.first { $0.key.name == "clip" }?.value
    }
    guard norms.count == 1, stages.count == 1, let step = scenario.steps.first else {
      return .outsidePremise("the clip is not its only stage, or there is no step")
    }
    let limit = Double(norms[0])
    let probe = OptimizerExecutor<S>(
      optimizer: Optimizer(SGD(learningRate: 1), stages: stages))
    func clip(_ gradients: [[Double]]) throws -> [[Double]] {
      let run = Scenario(
        groups: [Scenario.Group(parameters: gradients.map { $0.map { _ in 0 } })],
        steps: [Scenario.Step(gradients: [gradients])])
      return try probe.run(run).parameters[0][0].map { $0.map { -$0 } }
    }
    // As the subject holds them.
    let given = step.gradients.joined().compactMap(\.self).map { $0.map { Double(S($0)) } }
    guard !given.isEmpty else { return .outsidePremise("there is no gradient") }
    let clipped = try clip(given)
    let unit = BlackBox.unitRoundoff(executor)
    let tolerance = 8 * unit
    let smallest =
      executor.arithmetic == .float32 ? Binary32.smallestNormal : Binary64.smallestNormal
    let (norm, size) = (euclidean(clipped), euclidean(given))
    func fails(_ law: String) -> Examination {
      Examination(
        holds: false, summary: "a gradient of norm \(size), clipped to \(limit): \(law)",
        trajectories: [
          "subject": .array(clipped.map { JSONValue($0) }),
          "expected": .array(given.map { JSONValue($0) }),
        ])
    }
    func agree(_ x: [[Double]], _ y: [[Double]]) -> Bool {
      zip(x.joined(), y.joined()).allSatisfy {
        abs($0 - $1) <= tolerance * max($0.magnitude, $1.magnitude) + smallest
      }
    }
    if !(norm <= limit * (1 + tolerance)) { return fails("its norm is \(norm)") }
    if size <= limit * (1 - tolerance), clipped != given {
      return fails("it is below, and changed")
    }
    let factor = size > limit ? limit / size : 1
    if !agree(clipped, given.map { $0.map { $0 * factor } }) {
      return fails("it is not the gradient times \(factor)")
    }
    if !agree(try clip(clipped), clipped) { return fails("clipped once more, it changes") }
    let whole = try clip([Array(given.joined())])
    if !agree(whole, clipped) { return fails("as one tensor it is clipped otherwise") }
    let reversed = try clip(given.reversed())
    if !agree(reversed.reversed(), clipped) {
      return fails("with the tensors in the other order it is clipped otherwise")
    }
    var infinite = given
    infinite[0][0] = .infinity
    let rest = try clip(infinite).joined().dropFirst()
    if !rest.allSatisfy({ $0 == 0 }) {
      return fails("beside an infinite coordinate others are left")
    }
    return Examination(holds: true, summary: "the clip keeps its laws")
  }

  /// The Euclidean norm, without overflow in the squares.
  private func euclidean(_ tensors: [[Double]]) -> Double {
    let largest = tensors.joined().reduce(0) { max($0, $1.magnitude) }
    guard largest > 0, largest.isFinite else { return largest }
    let sum = tensors.joined().map { ($0 / largest) * ($0 / largest) }.compensatedSum()
    return largest * sum.squareRoot()
  }
}
