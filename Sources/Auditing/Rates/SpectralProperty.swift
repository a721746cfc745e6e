internal import Convergence
internal import Diagnostics
internal import Objectives
internal import Optimizers
internal import Properties

/// The linear rate on a quadratic, against the spectral radius of the declared rule (`rate.spectral`).
struct SpectralProperty: AuditableProperty {
  /// Long enough for a rate of 0.01 on curvatures of 1/10 and more.
  static let steps = 4_000

  var description: PropertyDescription { RateChecks.spectral }

  func check(_ context: AuditContext) async throws -> Finding {
    do throws(Exclusion) {
      let row = try await Self.row(of: context.subject)
      if row.verdict == .notApplicable { throw Exclusion(row.detail ?? "no linear iteration") }
      return Finding(
        .gsl, tool: "GSL and assay", row.verdict, detail: row.detail ?? "",
        refutedBy: row.verdict == .refuted
          ? Candidate(scalars: 3, steps: Self.steps, case: ["steps": .integer(Self.steps)]) : nil)
    } catch { return .notApplicable(error.reason) }
  }

  private static func row(of subject: AuditSubject) async throws(Exclusion) -> PropertyResult {
    let own = try subject.measured()
    let declared = OptimizerMethod(subject.declaredOptimizer(else: own.optimizer))
    do {
      let objective = try await Objectives.Objective(
        named: "quadratic",
        settings: ["dimension": "3", "condition": "10"])
      let run = RateRun(of: own, on: objective, steps: steps)
      return try RateChecks.spectral(declared, on: objective, run: run)
    } catch { throw Exclusion("\(error)") }
  }

  func examine(_ case: JSONValue, _ context: AuditContext) async throws -> Examination {
    do throws(Exclusion) {
      let row = try await Self.row(of: context.subject)
      return Examination(holds: row.verdict != .refuted, summary: row.detail ?? "")
    } catch { return .outsidePremise(error.reason) }
  }
}
