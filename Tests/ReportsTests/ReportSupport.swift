import Auditing
import Diagnostics
import Properties
import Reports

/// A report with a row of every kind, its texts full of what formats have to escape.
func sampleReport() -> AuditReport {
  let description = PropertyDescription(
    id: "rule.sample", statement: "|Δθ| < \"bound\" & more", source: "a paper", domain: "every g",
    evidence: [.smt, .generated])
  let information = PropertyDescription(
    id: "moment.loose", statement: "a statement of the literature", source: "another paper",
    domain: "β₁² < β₂", arithmetic: .float64, isInformation: true, evidence: [.search])
  let counterexample = Counterexample(
    scalars: 1, steps: 2, case: ["gradients": JSONValue([1, .nan, -.infinity])],
    replay: "0123456789ab", command: "assay replay 0123456789ab")
  let proved = PropertyResult(
    description, isDeclared: true,
    evidence: [
      Evidence(.smt, tool: "z3 4.8.12", verdict: .proved, domain: "over the reals", seconds: 0.25),
      Evidence(.generated, tool: "assay", verdict: .tested),
    ], assumptions: ["v ≥ 0"], cases: 200, premiseShare: 0.5, seconds: 0.5)
  let refuted = PropertyResult(
    PropertyDescription(
      id: "rule.refuted", statement: "a | b\nc", source: "a paper", domain: "every g",
      evidence: [.generated]),
    isDeclared: true,
    evidence: [Evidence(.generated, tool: "assay", verdict: .refuted)], cases: 3,
    premiseShare: 1, counterexample: counterexample, detail: "step 1: <wrong>\u{FFFE}\u{7}",
    seconds: 0.25)
  let loose = PropertyResult(
    information, isDeclared: false,
    evidence: [Evidence(.search, tool: "assay", verdict: .refuted)], cases: 1,
    counterexample: counterexample, seconds: 0)
  var excluded = PropertyResult(
    PropertyDescription(
      id: "rule.excluded", statement: "not asked", source: "", domain: "", evidence: []),
    isDeclared: false, evidence: [], detail: "asked of others")
  excluded.verdict = .notApplicable
  return AuditReport(
    subject: AuditReport.SubjectSummary(
      kind: "formula", name: "<rule> & \"co\"", formula: "theta = theta - alpha*g", family: nil,
      source: nil),
    seed: 7, effort: .quick, results: [proved, refuted, loose, excluded])
}
