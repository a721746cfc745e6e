import Diagnostics
import Processes
import Properties
import TestSupport
import Testing

@testable import Auditing

/// A subject that only exists as a text.
func subject(
  _ text: String, as family: String? = nil, familySettings: [TypedSetting] = []
) throws -> AuditSubject {
  try AuditSubject(
    formulaFile: FormulaFile(text: text, path: "test.yaml"), at: "test.yaml", as: family,
    familySettings: familySettings)
}

/// Stochastic gradient descent with momentum as a formula file, its velocity or its step replaced.
func momentumFile(velocity: String = "momentum*b + g", step: String = "lr*b") -> String {
  """
  optimizer: momentum in a file
  family: sgd
  state: {b: 0}
  hyperparameters: {lr: 0.01, momentum: 0.9}
  domain: {lr: "[0, inf)", momentum: "[0, 1)"}
  update:
    - b = \(velocity)
    - theta = theta - \(step)
  """
}

/// The rows of some properties, of all rule properties if none is named, by ID.
func rows(
  _ ids: [String]? = nil, of subject: AuditSubject, seed: UInt64 = 1
) async throws -> [String: PropertyResult] {
  let properties = try ids?.map { try #require(Catalogue.property($0)) } ?? RuleProperties.all
  let report = await Audit(of: subject, seed: seed, effort: .forTests, properties: properties).run()
  return Dictionary(report.results.map { ($0.property.id, $0) }, uniquingKeysWith: { $1 })
}
