internal import Diagnostics
internal import Numbers
internal import PropertyTesting
internal import Properties

/// A rotation of the coordinates' plane rotates the run: true of gradient descent, whose steps are linear in
/// the gradient, and false of whatever steps by the sizes of single coordinates.
///
/// Of the latter it is asked all the same, undeclared: a rule that should fail and does not would mean that
/// the check sees nothing.
struct Rotation: AuditableProperty {
  let description = PropertyDescription(
    id: "rule.rotation",
    statement: "(θ, g) → (Qθ, Qg) rotates the run, for every orthogonal Q",
    source: "linear steps commute with Q; steps by the size of a coordinate do not",
    domain: "two coordinates, Q a rotation by arcs of rational sine and cosine",
    arithmetic: .float64, evidence: [.generated])

  private var property: Behaviour<RotatedScenario> {
    Behaviour(
      description: description,
      cases: { context throws(Exclusion) in
        try BlackBox.demandFamily(context.subject)
        guard !context.subject.traits.contains(.parameterBounds) else {
          throw Exclusion("its parameters are clamped to a box, which has corners")
        }
        var shape = ScenarioShape.scalar
        shape.coordinates = 2...2
        // RAdam is linear for its first steps.
        shape.steps = 1...10
        let scenarios = context.subject.scenarios(shape)
        return Generator { source throws(Rejection) in
          RotatedScenario(
            scenario: try scenarios.make(source),
            tangent: try Generator.element(of: [2, 3, 1, 4] as [Int]).make(source))
        }
      },
      examination: { value, executor, _ in try examineRotation(value, executor) })
  }

  func check(_ context: AuditContext) async throws -> Finding {
    var finding = try await property.check(context)
    guard finding.exclusion == nil else { return finding }
    if !context.subject.traits.contains(.linear) {
      finding.isInformation = true
      finding.detail =
        finding.candidate == nil
        ? "its steps go by single coordinates, so this should fail, and was not seen to"
        : "as it should be: its steps go by single coordinates"
    }
    return finding
  }

  func examine(_ json: JSONValue, _ context: AuditContext) async throws -> Examination {
    try await property.examine(json, context)
  }
}

/// A run of two coordinates, and a rotation of their plane by the angle whose half has the tangent `1/k`.
struct RotatedScenario: ScenarioCase {
  var scenario: Scenario
  var tangent: Int

  init(scenario: Scenario, tangent: Int) {
    self.scenario = scenario
    self.tangent = tangent
  }

  var json: JSONValue { ["scenario": scenario.json, "rotation": .integer(tangent)] }

  init(json: JSONValue) throws(CaseError) {
    scenario = try Scenario(json: json["scenario"] ?? .null)
    guard let tangent = json["rotation"]?.int, 1...1_000 ~= tangent else {
      throw CaseError(message: "`rotation` is a number from 1 to 1,000")
    }
    self.tangent = tangent
    try checkIsOneTensor()
    guard scenario.scalarCount == 2 else {
      throw CaseError(message: "the scenario has two coordinates")
    }
  }

  /// `(x, y) → (cx − sy, sx + cy)` with `c = (k² − 1)/(k² + 1)`, `s = 2k/(k² + 1)`.
  func rotate(_ values: [Double]) -> [Double] {
    let k = Double(tangent)
    let (c, s) = ((k * k - 1) / (k * k + 1), 2 * k / (k * k + 1))
    return [c * values[0] - s * values[1], s * values[0] + c * values[1]]
  }

  var rotated: Scenario {
    var result = scenario
    result.groups[0].parameters[0] = rotate(scenario.groups[0].parameters[0])
    for index in result.steps.indices {
      result.steps[index].gradients[0][0] = result.steps[index].gradients[0][0].map(rotate)
    }
    return result
  }
}

private func examineRotation(
  _ value: RotatedScenario, _ executor: any SubjectExecutor
) throws -> Examination {
  try BlackBox.examining {
    let run = try executor.run(value.scenario)
    let other = try executor.run(value.rotated)
    let unit = BlackBox.unitRoundoff(executor)
    // The largest that θ, or what a step adds to it, has been: all roundings are relative to that.
    var size = value.scenario.groups[0].parameters[0].map(\.magnitude).max() ?? 0
    for step in run.parameters.indices {
      let wanted = value.rotate(run.parameters[step][0][0])
      let actual = other.parameters[step][0][0]
      size = (wanted + actual).reduce(size) { max($0, $1.magnitude) }
      guard size.isFinite else { return .outsidePremise("a parameter is not finite") }
      let allowance = 64 * unit * Double(step + 1) * size
      guard zip(wanted, actual).allSatisfy({ abs($0 - $1) <= allowance }) else {
        return Examination(
          holds: false,
          summary: "step \(step + 1): the rotated run is at \(actual), where rotating the run gives"
            + " \(wanted)",
          trajectories: ["subject": other.json, "expected": run.json])
      }
    }
    return Examination(holds: true, summary: "the rotated run is the run, rotated")
  }
}
