public import Diagnostics
internal import Numbers

/// A case of a property: data that a failure file holds, and that can be read back.
public protocol AuditCase: Sendable {
  var json: JSONValue { get }
  init(json: JSONValue) throws(CaseError)
  /// How many coordinates the case takes.
  var scalarCount: Int { get }
  /// How many steps the case takes.
  var stepCount: Int { get }
}

extension Scenario: AuditCase {
  public var stepCount: Int { steps.count }
}

/// A scenario, and a power of two to scale its gradients by.
struct ScaledScenario: AuditCase {
  var scenario: Scenario
  var exponent: Int

  init(scenario: Scenario, exponent: Int) {
    self.scenario = scenario
    self.exponent = exponent
  }

  var json: JSONValue { ["scenario": scenario.json, "scale": JSONValue(factor)] }

  init(json: JSONValue) throws(CaseError) {
    scenario = try Scenario(json: json["scenario"] ?? .null)
    guard let scale = json["scale"]?.double, scale > 0, scale.isFinite,
      scale.significand == 1
    else { throw CaseError(message: "`scale` is a power of two") }
    exponent = Int(scale.exponent)
  }

  /// `2ᵏ`: a factor that no rounding sees.
  var factor: Double { Double(sign: .plus, exponent: exponent, significand: 1) }
  var scalarCount: Int { scenario.scalarCount }
  var stepCount: Int { scenario.stepCount }
}

/// A scenario of one tensor, and an order of its coordinates.
struct PermutedScenario: AuditCase {
  var scenario: Scenario
  /// The coordinate that stands at each place after the permutation.
  var order: [Int]

  init(scenario: Scenario, order: [Int]) {
    self.scenario = scenario
    self.order = order
  }

  var json: JSONValue {
    ["scenario": scenario.json, "order": .array(order.map { .integer($0) })]
  }

  init(json: JSONValue) throws(CaseError) {
    scenario = try Scenario(json: json["scenario"] ?? .null)
    order = (json["order"]?.array ?? []).compactMap(\.int)
    guard order.sorted() == Array(0..<scenario.scalarCount) else {
      throw CaseError(message: "`order` is no order of \(scenario.scalarCount) coordinates")
    }
  }

  /// The scenario with its coordinates in the other order.
  var permuted: Scenario {
    func permute(_ values: [Double]) -> [Double] { order.map { values[$0] } }
    var result = scenario
    result.groups[0].parameters[0] = permute(scenario.groups[0].parameters[0])
    for index in result.steps.indices {
      result.steps[index].gradients[0][0] = result.steps[index].gradients[0][0].map(permute)
    }
    return result
  }

  var scalarCount: Int { scenario.scalarCount }
  var stepCount: Int { scenario.stepCount }
}
