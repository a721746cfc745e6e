internal import Numbers
internal import Optimizers
internal import Properties

/// Runs that tell the families and their conventions apart.
enum Probe {
  /// The probes for a subject: each looks at another question.
  static func all(of subject: AuditSubject) -> [Scenario] {
    var subjectCanMiss = true
    if let process = subject.process {
      subjectCanMiss = process.capabilities.contains(.missingGradients)
    }
    let mixed = [1, -2, 4, -3, 5, -2, 1, 0.5, -1, 3, -0.25, 2]
    var probes = [
      // The first steps, and what they forget.
      run([Double](repeating: 1, count: 12)),
      run(mixed),
      run([8] + [Double](repeating: 0, count: 5) + [-1, 1]),
      run((0..<10).map { Double(1 << $0) / 64 }),
      run((0..<10).map { 8 / Double(1 << $0) }),
      // Warm-ups end, corrections fade.
      run((0..<40).map { mixed[$0 % mixed.count] * ($0 % 3 == 0 ? 0.5 : 1) }),
    ]
    // Where ε stands.
    probes.append(run(mixed.map { $0 / 4 }, setting: ["epsilon": 0.125], of: subject))
    probes.append(run(mixed.map { $0 / 67_108_864 }))
    // Whether the velocity holds the rate, and how decay follows it.
    var change = run(mixed)
    if let rate = subject.value(of: "learningRate"), subject.domains["learningRate"] != nil {
      change.steps[4].changes[0] = ["learningRate": rate * Rational(4)]
      change.steps[8].changes[0] = ["learningRate": rate]
      probes.append(change)
    }
    // How weight decay acts.
    probes.append(
      run(mixed, start: 4, setting: ["weightDecay": 0.5], of: subject))
    probes.append(
      run([Double](repeating: 0, count: 4), start: 4, setting: ["weightDecay": 0.5], of: subject))
    if subjectCanMiss {
      // What a step counts.
      probes.append(
        Scenario(
          groups: [Scenario.Group(parameters: [[1], [2]])],
          steps: mixed.prefix(8).enumerated().map { index, g in
            Scenario.Step(gradients: [[[g], index % 3 == 1 ? nil : [-g / 2]]])
          }))
    }
    if subject.requiresLoss || subject.process?.capabilities.contains(.loss) ?? false {
      for probe in probes.indices {
        for step in probes[probe].steps.indices {
          probes[probe].steps[step].loss = [0.5, 2, 1, 0.25][step % 4]
        }
      }
    }
    return probes
  }

  /// One coordinate, on gradients.
  private static func run(
    _ gradients: [Double], start: Double = 1, setting: [String: Rational] = [:],
    of subject: AuditSubject? = nil
  ) -> Scenario {
    var scenario = Scenario(start: [start], gradients: gradients.map { [$0] })
    scenario.groups[0].hyperparameters = setting.filter { name, value in
      subject?.value(of: name) != nil && subject?.domains[name]?.contains(value) ?? false
    }
    return scenario
  }
}

/// How far a run is from another: 0 for none, 1 for steps that have nothing in common.
func deviation(
  of run: Trajectory<Double>, from other: Trajectory<Double>, in scenario: Scenario
) -> Double {
  var (difference, size) = (0.0, 0.0)
  var before = scenario.groups.map(\.parameters)
  var otherBefore = before
  for (after, otherAfter) in zip(run.parameters, other.parameters) {
    for group in after.indices {
      for tensor in after[group].indices {
        for coordinate in after[group][tensor].indices {
          let step = after[group][tensor][coordinate] - before[group][tensor][coordinate]
          let expected =
            otherAfter[group][tensor][coordinate] - otherBefore[group][tensor][coordinate]
          guard step.isFinite, expected.isFinite else { return 1 }
          difference += abs(step - expected)
          size += max(step.magnitude, expected.magnitude)
        }
      }
    }
    (before, otherBefore) = (after, otherAfter)
  }
  return size == 0 ? 0 : min(1, difference / size)
}
