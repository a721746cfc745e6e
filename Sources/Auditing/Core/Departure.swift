internal import Foundation
internal import Numbers
internal import Properties

/// Where a subject's run first leaves what a rule's text allows a program in its arithmetic.
struct Departure: Sendable {
  var place: Place
  /// What the subject computed.
  var computed: Double
  /// An enclosure of the exact value.
  var exact: Interval
  /// How far from it a right program may be.
  var bound: Double

  var summary: String {
    guard computed.isFinite else {
      return "\(place): \(computed), where the exact value lies in \(exact)"
    }
    return
      "\(place): \(computed), where the exact value lies in \(exact), and rounding explains a distance of"
      + " \(shortened(bound)), not one of \(shortened(distance))"
  }

  private var distance: Double {
    max(exact.lower - computed, computed - exact.upper, 0)
  }
}

/// A number with three digits, for people.
func shortened(_ value: Double) -> String { String(format: "%.3g", value) }

/// A comparison of a run with a text.
struct Comparison: Sendable {
  var departure: Departure?
  /// How many values were held to a bound, and how many had none to be held to.
  var bounded = 0
  var unbounded = 0
  /// The exact values, or what encloses them, of the steps looked at.
  var expected: [[[[Interval]]]] = []
}

/// Steps a rule's text in enclosures on a scenario, from the subject's own parameters at each step, and
/// compares.
func compare(
  _ trajectory: Trajectory<Double>, of scenario: Scenario, with rule: any TransparentRule,
  in arithmetic: Arithmetic
) -> Comparison {
  // Each named, so that the code is compiled for each.
  switch arithmetic {
  case .float32: compare(trajectory, of: scenario, with: rule, format: Binary32.self)
  case .bfloat16: compare(trajectory, of: scenario, with: rule, format: BFloat16.self)
  case .float16: compare(trajectory, of: scenario, with: rule, format: Binary16.self)
  case .float64, .real, .rational:
    compare(trajectory, of: scenario, with: rule, format: Binary64.self)
  }
}

private func compare<Format: RoundingFormat>(
  _ trajectory: Trajectory<Double>, of scenario: Scenario, with rule: any TransparentRule,
  format: Format.Type
) -> Comparison {
  typealias Number = RunningError<Format>
  var comparison = Comparison()
  var run = ScenarioRun<Number>(rule, groups: scenario.groups) { Number(given: $0) }
  for (step, event) in scenario.steps.enumerated() where step < trajectory.parameters.count {
    if step > 0 {
      let previous = trajectory.parameters[step - 1]
      // A run that has left the numbers has no enclosure to go on from.
      guard previous.joined().joined().allSatisfy(\.isFinite) else { break }
      run.setParameters(previous) { Number(given: $0) }
    }
    run.advance(event) { Number(given: $0) }
    let expected = run.parameters
    comparison.expected.append(expected.map { $0.map { $0.map(\.exact) } })
    for (group, tensors) in expected.enumerated() {
      for (tensor, values) in tensors.enumerated() {
        for (coordinate, value) in values.enumerated() {
          let computed = trajectory.parameters[step][group][tensor][coordinate]
          guard value.isBounded else {
            comparison.unbounded += 1
            continue
          }
          comparison.bounded += 1
          if !value.allows(computed), comparison.departure == nil {
            comparison.departure = Departure(
              place: Place(step: step, group: group, tensor: tensor, coordinate: coordinate),
              computed: computed, exact: value.exact, bound: value.error)
          }
        }
      }
    }
    if comparison.departure != nil { break }
  }
  return comparison
}
