internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties

extension WrapperProperties {
  static let averaging = Behaviour<Scenario>(
    description: PropertyDescription(
      id: "wrapper.averaging",
      statement:
        "the average is the weighted mean of the parameters that its formula says, within their hull,"
        + " and leaves the run as it is",
      source: "Polyak & Juditsky 1992; Izmailov et al., Averaging weights leads to wider optima,"
        + " UAI 2018, Algorithm 1",
      domain: "several groups and tensors, absent gradients, rate changes",
      arithmetic: .float64, requires: [.parameterAverage], evidence: [.generated]),
    cases: { context throws(Exclusion) in
      guard context.subject.optimizer?.microBatches == 1 else {
        throw Exclusion("its steps are not those of the run, but of batches")
      }
      var shape = ScenarioShape.full
      shape.steps = 1...12
      return try scenarios(of: context, shape)
    },
    examination: { scenario, executor, _ in
      try examine(executor, AveragingLaws(), scenario)
    })
}

/// What an average of parameters has to be: a fixed point where they are constant, within their hull, the
/// response to each of them that its formula says, and for a plain mean no matter in which order they came.
struct AveragingLaws: WrapperLaws {
  func examine<S: OptimizerScalar>(
    _ scenario: Scenario, _ executor: OptimizerExecutor<S>
  ) throws -> Examination {
    let optimizer = executor.optimizer
    let places = optimizer.wrappers.indices.filter {
      ["ema", "swa"].contains(optimizer.wrappers[$0].name)
    }
    guard !places.isEmpty else { return .outsidePremise("it keeps no average") }
    var kept = [Trajectory<Double>](repeating: Trajectory(), count: places.count)
    let run = try executor.run(scenario, carryingOn: false) { _, _, state in
      for (index, place) in places.enumerated() {
        let average = state.tensors.map { $0.vectors[place] }
        kept[index].parameters.append(executor.grouped(average, as: scenario.groups))
      }
    }.trajectory
    // An average inside of slow weights sees the parameters before these meet.
    guard optimizer.place(ofWrapper: "lookahead") == nil else {
      return .outsidePremise("what is averaged is not what the run shows")
    }
    var plain = optimizer
    plain.wrappers = optimizer.wrappers.enumerated().filter { !places.contains($0.offset) }
      .map(\.element)
    let base = try OptimizerExecutor<S>(optimizer: plain).run(scenario)
    if let place = run.firstDifference(from: base) {
      return Examination(
        holds: false,
        summary: "\(place): \(run[place]), where the base without the average is at \(base[place])",
        trajectories: ["subject": run.json, "expected": base.json])
    }
    for (index, place) in places.enumerated() {
      let wrapper = optimizer.wrappers[place]
      if let examination = fault(kept[index], wrapper, run, scenario, executor) {
        return examination
      }
    }
    return Examination(holds: true, summary: "the averages are what their formulas say")
  }

  /// Where an average is not what its formula says.
  private func fault(
    _ averages: Trajectory<Double>, _ wrapper: any Wrapper, _ run: Trajectory<Double>,
    _ scenario: Scenario, _ executor: any SubjectExecutor
  ) -> Examination? {
    let unit = BlackBox.unitRoundoff(executor)
    for (group, own) in scenario.groups.enumerated() {
      for (tensor, values) in own.parameters.enumerated() {
        for (coordinate, start) in values.enumerated() {
          let path = run.parameters.map { $0[group][tensor][coordinate] }
          guard path.allSatisfy(\.isFinite) else { return nil }
          // The start as the subject holds it.
          let points = [executor.arithmetic == .float32 ? Double(Float(start)) : start] + path
          for step in 1...max(1, path.count) where step <= path.count {
            let average = averages.parameters[step - 1][group][tensor][coordinate]
            let seen = points[...step]
            let weights = weights(of: wrapper, after: step)
            let wanted = zip(weights, seen).map { $0 * $1 }.compensatedSum()
            let (low, high) = (seen.min() ?? 0, seen.max() ?? 0)
            let size = max(low.magnitude, high.magnitude)
            let allowance = 8 * unit * Double(step) * size
            let site = "step \(step), group \(group), tensor \(tensor), coordinate \(coordinate)"
            var reason: String?
            if low == high, average != low {
              reason = "is \(average), where every parameter was \(low)"
            } else if average < low - allowance || high + allowance < average {
              reason = "is \(average), outside the hull of the parameters, \(low) to \(high)"
            } else if !(abs(average - wanted) <= allowance) {
              reason = "is \(average), where the weights give \(wanted)"
            }
            if let reason {
              return Examination(
                holds: false, summary: "\(site): the average \(wrapper.name) \(reason)",
                trajectories: ["subject": averages.json, "expected": run.json])
            }
          }
        }
      }
    }
    return nil
  }

  /// The weights of `θ₀, …, θ_t` in the average after step `t`.
  private func weights(of wrapper: any Wrapper, after step: Int) -> [Double] {
    var weights = [Double](repeating: 0, count: step + 1)
    if wrapper.name == "ema" {
      let decay = wrapper.value(of: "ema.decay") ?? 0
      let rest = Double(1 - decay)
      var power = 1.0
      for index in stride(from: step, through: 1, by: -1) {
        weights[index] = rest * power
        power *= Double(decay)
      }
      weights[0] = power
      return weights
    }
    let start = wrapper.value(of: "swa.start").map { Int(Double($0)) } ?? 1
    let period = wrapper.value(of: "swa.period").map { Int(Double($0)) } ?? 1
    let entered = (1...step).filter { $0 >= start && ($0 - start) % period == 0 }
    for index in entered { weights[index] = 1 / Double(entered.count) }
    if entered.isEmpty { weights[0] = 1 }
    return weights
  }
}
