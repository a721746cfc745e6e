internal import Diagnostics
internal import Numbers
internal import Properties

/// A run, and values of the symbols that a claim has of its own.
struct ClaimCase: ScenarioCase {
  var scenario: Scenario
  var values: [String: Rational]

  init(scenario: Scenario, values: [String: Rational]) {
    self.scenario = scenario
    self.values = values
  }

  var json: JSONValue { ["scenario": scenario.json, "values": hyperparameterJSON(values)] }

  init(json: JSONValue) throws(CaseError) {
    scenario = try Scenario(json: json["scenario"] ?? .null)
    values = [:]
    for (name, value) in json["values"]?.object ?? [:] {
      guard let exact = value.string.flatMap({ Rational($0) }) else {
        throw CaseError(message: "\(name) is no exact number: \(value)")
      }
      values[name] = exact
    }
  }
}
