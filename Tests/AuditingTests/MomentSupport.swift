import Auditing
import Foundation
import Processes
import Properties
import Testing

/// Adam as a formula file, some of its statements replaced: a fault is a statement of another text.
func adamFile(_ replacements: [String: String] = [:], family: String = "adam") -> String {
  let statements = [
    ("m", "beta1*m + (1 - beta1)*g"), ("v", "beta2*v + (1 - beta2)*g^2"),
    ("mhat", "m/(1 - beta1^t)"), ("vhat", "v/(1 - beta2^t)"),
    ("theta", "theta - alpha*mhat/(sqrt(vhat) + epsilon)"),
  ]
  return """
    optimizer: adam in a file
    family: \(family)
    state: {m: 0, v: 0}
    hyperparameters: {alpha: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8}
    domain: {beta1: "[0, 1)", beta2: "[0, 1)", epsilon: "(0, inf)", alpha: "[0, inf)"}
    invariants: ["v >= 0"]
    update:
    \(statements.map { "  - \($0.0) = \(replacements[$0.0] ?? $0.1)" }.joined(separator: "\n"))
    """
}

/// AMVT as a formula file, some of its statements replaced.
func amvtFile(_ replacements: [String: String] = [:]) -> String {
  let statements = [
    ("m", "beta1*m + (1 - beta1)*g"), ("v", "beta2*v + (1 - beta2)*g^2"),
    ("s", "beta3*s + (1 - beta3)*(g - m)^2"), ("mhat", "m/(1 - beta1^t)"),
    ("vhat", "v/(1 - beta2^t)"), ("shat", "s/(1 - beta3^t)"),
    ("penalty", "1/sqrt(1 + shat/(vhat + epsilon))"),
    ("theta", "theta - alpha*penalty*mhat/sqrt(vhat + epsilon)"),
  ]
  return """
    optimizer: amvt in a file
    family: amvt
    state: {m: 0, v: 0, s: 0}
    hyperparameters: {alpha: 0.001, beta1: 0.9, beta2: 0.999, beta3: 0.99, epsilon: 1e-8}
    domain:
      beta1: "[0, 1)"
      beta2: "[0, 1)"
      beta3: "[0, 1)"
      epsilon: "(0, inf)"
      alpha: "[0, inf)"
    invariants: ["v >= 0", "s >= 0"]
    update:
    \(statements.map { "  - \($0.0) = \(replacements[$0.0] ?? $0.1)" }.joined(separator: "\n"))
    """
}

/// The subject that a text of a formula file describes.
func subject(
  ofFile text: String, as family: String? = nil, familySettings: [TypedSetting] = []
) throws -> AuditSubject {
  let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).yaml")
  try text.write(to: url, atomically: true, encoding: .utf8)
  defer { try? FileManager.default.removeItem(at: url) }
  return try AuditSubject(
    formulaFile: url.path, as: family, familySettings: familySettings)
}

/// The row of one property.
func row(_ id: String, of subject: AuditSubject) async throws -> PropertyResult {
  let property = try #require(Catalogue.property(id))
  let report = await Audit(of: subject, seed: 1, effort: .quick, properties: [property]).run()
  return try #require(report.results.first)
}

/// Demands that a property is refuted, by a case that fails again when it is examined.
func expectRefuted(
  _ id: String, of subject: AuditSubject, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  let row = try await row(id, of: subject)
  #expect(row.verdict == .refuted, "\(row)", sourceLocation: sourceLocation)
  let counterexample = try #require(row.counterexample, sourceLocation: sourceLocation)
  let property = try #require(Catalogue.property(id))
  let context = AuditContext(subject: subject, seed: 1, effort: .quick)
  let examination = try await property.examine(counterexample.case, context)
  #expect(!examination.holds, sourceLocation: sourceLocation)
}

/// What a proof by a solver comes to where there may be none: `tested` is all that is left then.
var provedBySolver: Verdict { ExternalTool.z3.isPresent ? .proved : .tested }
