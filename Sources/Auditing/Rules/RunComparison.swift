internal import Diagnostics
internal import Numbers
internal import Properties

extension RuleProperties {
  /// Runs a scenario and its image under a symmetry, and compares the image's run with the image of the
  /// run.
  ///
  /// - Parameters:
  ///   - other: what the image is called in messages.
  ///   - tolerance: how many unit roundoffs of the values' size a step may differ by; 0 for none, where a
  ///     symmetry does not touch a rounding.
  ///   - source: the place of the original run that a place of the image's run comes from.
  ///   - image: what a value of the original run becomes.
  static func compareRuns(
    _ scenario: Scenario, _ transformed: Scenario, _ executor: any SubjectExecutor,
    _ other: String, tolerance: Double = 0,
    from source: (Place) -> Place = { $0 }, image: (Double) -> Double = { $0 }
  ) throws -> Examination {
    let original: Trajectory<Double>
    let run: Trajectory<Double>
    do {
      original = try executor.run(scenario)
      run = try executor.run(transformed)
    } catch let fault as SubjectFault {
      return .outsidePremise(fault.reason)
    }
    var expected = run
    for (step, groups) in run.parameters.enumerated() {
      for (group, tensors) in groups.enumerated() {
        for (tensor, values) in tensors.enumerated() {
          for coordinate in values.indices {
            let place = Place(step: step, group: group, tensor: tensor, coordinate: coordinate)
            expected.parameters[step][group][tensor][coordinate] = image(
              original[source(place)])
          }
        }
      }
    }
    let unit = executor.arithmetic.unitRoundoff
    guard let place = run.firstDifference(from: expected, tolerance: tolerance * unit) else {
      return Examination(holds: true, summary: "the two runs agree")
    }
    return Examination(
      holds: false,
      summary:
        "\(place): \(other) is at \(run[place]), where the symmetry puts it at \(expected[place])",
      lines: comparisonLines(run, expected),
      trajectories: ["subject": run.json, "expected": expected.json])
  }
}
