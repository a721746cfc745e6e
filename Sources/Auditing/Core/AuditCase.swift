public import Diagnostics
internal import Numbers
internal import Properties

/// A case of a property: data that a failure file holds, and that can be read back.
public protocol AuditCase: Sendable {
  var json: JSONValue { get }
  init(json: JSONValue) throws(CaseError)
  /// How many coordinates the case takes.
  var scalarCount: Int { get }
  /// How many steps the case takes.
  var stepCount: Int { get }
}

/// A case that is a run, with or without something done to it.
protocol ScenarioCase: AuditCase {
  var scenario: Scenario { get }
}

extension ScenarioCase {
  var scalarCount: Int { scenario.scalarCount }
  var stepCount: Int { scenario.stepCount }
}

extension Scenario: ScenarioCase {
  var scenario: Scenario { self }
  public var stepCount: Int { steps.count }
}

extension Scenario {
  /// Demands that a run read from a file is one that the subject can make: its groups have coordinates, its
  /// numbers are finite, its hyper-parameters are the subject's and in their domains.
  func check(for subject: AuditSubject) throws(CaseError) {
    guard !groups.isEmpty,
      groups.allSatisfy({ !$0.parameters.isEmpty && $0.parameters.allSatisfy { !$0.isEmpty } })
    else { throw CaseError(message: "a scenario has groups of tensors of coordinates, none empty") }
    guard scalarCount <= 10_000, stepCount <= 100_000, scalarCount * stepCount <= 1_000_000 else {
      throw CaseError(message: "\(scalarCount) coordinates in \(stepCount) steps are too many")
    }
    let gradients = steps.flatMap { $0.gradients.joined().compactMap(\.self).joined() }
    let starts = groups.flatMap { $0.parameters.joined() }
    guard (gradients + starts + steps.compactMap(\.loss)).allSatisfy(\.isFinite) else {
      throw CaseError(message: "parameters, gradients and losses of a scenario are finite")
    }
    guard !subject.requiresLoss || steps.allSatisfy({ $0.loss != nil }) else {
      throw CaseError(message: "the subject needs a loss in every step")
    }
    for values in groups.map(\.hyperparameters) + steps.flatMap({ $0.changes.values }) {
      for (name, value) in values {
        guard subject.rule.map({ $0.value(of: name) != nil }) ?? true else {
          throw CaseError(message: "the subject has no hyper-parameter \(name)")
        }
        // Properties that speak of a run without decay switch it off, whatever its domain.
        let isOff = name == "weightDecay" && value.isZero
        guard isOff || subject.domains[name]?.contains(value) ?? true else {
          throw CaseError(message: "\(name) is \(value), outside its domain")
        }
      }
    }
  }
}

extension ScenarioCase {
  /// Demands one tensor, with a gradient in every step.
  func checkIsOneTensor() throws(CaseError) {
    guard scenario.groups.count == 1, scenario.groups[0].parameters.count == 1,
      scenario.steps.allSatisfy({ $0.gradients[0][0] != nil })
    else {
      throw CaseError(message: "the scenario is of one tensor, with a gradient in every step")
    }
  }
}

/// A scenario, and a power of two to scale its gradients by.
struct ScaledScenario: ScenarioCase, Hashable {
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
}

/// A scenario of one tensor, and an order of its coordinates.
struct PermutedScenario: ScenarioCase, Hashable {
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
    try checkIsOneTensor()
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
}
