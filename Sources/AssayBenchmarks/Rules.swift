internal import Foundation
internal import Numbers
internal import Optimizers

/// What both sides of a comparison work on in turn.
private struct Workload {
  var parameters: [Float]
  let gradients: [Float]
  var state: OptimizerState<Float>
  /// The slots of the loop written by hand.
  var first, second, third: [Float]
  var t = 0

  init(count: Int, optimizer: Optimizer) {
    parameters = [Float](repeating: 1, count: count)
    gradients = (0..<count).map { Float($0 % 37) * 0.37 - 2.385 }
    state = optimizer.makeState(of: Float.self, counts: [count])
    (first, second, third) = (parameters, parameters, parameters)
  }
}

/// A step through `any UpdateRule` and the driver, against a loop written by hand.
func runRuleBenchmarks() throws {
  print("\nA step through `any UpdateRule`, Float, medians of 25 interleaved pairs")
  print("(of 8 coordinates the time is that of the driver: the scalars of a step, the checks)")
  for count in [1_000_000, 10_000, 8] {
    try compare("Adam, by hand", Optimizer(Adam()), count: count) { work in
      work.t += 1
      HandWritten.adam(
        &work.parameters, work.gradients, &work.first, &work.second, t: work.t)
    }
    try compare("AMVT, by hand", Optimizer(AMVT()), count: count) { work in
      work.t += 1
      HandWritten.amvt(
        &work.parameters, work.gradients, &work.first, &work.second, &work.third,
        t: work.t)
    }
    guard count > 8 else { continue }
    let amvt = Optimizer(AMVT())
    for (title, optimizer) in [
      ("AYLA over AMVT, AMVT", chain(AYLA(N1: 2, N2: 1.4), AMVT())),
      ("AYLA over clip over AMVT, AMVT", chain(AYLA(N1: 2, N2: 1.4), chain(clip(1), AMVT()))),
      ("AMVT about the previous mean, AMVT", Optimizer(AMVT(varianceCentre: .previousMean))),
      ("AMVT about the corrected mean, AMVT", Optimizer(AMVT(varianceCentre: .correctedMean))),
      ("AMVT by one division, AMVT", Optimizer(AMVT(evaluation: .oneDivision))),
      ("AMVT with raw momentum, AMVT", Optimizer(AMVT(stepMomentum: .raw))),
      ("AMVT with ε outside, AMVT", Optimizer(AMVT(epsilonPlacement: .outsideRoot))),
      ("AMVT with decay, AMVT", Optimizer(AMVT(weightDecay: 0.01))),
      ("Adam with decay, AMVT", Optimizer(Adam(weightDecay: 0.01))),
      ("AMO, AMVT", Optimizer(AMO())),
      ("SGD, AMVT", Optimizer(SGD())),
      ("SGD with momentum, AMVT", Optimizer(SGD(momentum: 0.9))),
    ] {
      var state = amvt.makeState(of: Float.self, counts: [count])
      try compare(title, optimizer, count: count) { work in
        try amvt.step(&work.parameters, gradients: work.gradients, loss: 0.37, state: &state)
      }
    }
  }
}

private func compare(
  _ title: String, _ optimizer: Optimizer, count: Int,
  reference: (inout Workload) throws -> Void
) throws {
  var work = Workload(count: count, optimizer: optimizer)
  let comparison = try Comparison(
    repetitions: max(1, 10_000_000 / max(count, 100)),
    subject: {
      try optimizer.step(
        &work.parameters, gradients: work.gradients, loss: 0.37, state: &work.state)
    },
    reference: { try reference(&work) })
  let interval = comparison.ratioInterval
  print(
    title.padding(toLength: 38, withPad: " ", startingAt: 0),
    String(format: "%8d", count), microseconds(comparison.subject),
    microseconds(comparison.reference),
    String(format: "  ratio %.3f [%.3f, %.3f]", comparison.ratio, interval.lower, interval.upper))
}
