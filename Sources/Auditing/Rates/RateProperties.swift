internal import Convergence
internal import Diagnostics
internal import Objectives
internal import Optimizers
internal import Properties

/// The properties of convergence rates: what is asked of a method on functions, not of its step.
///
/// An audit asks those that speak of the method alone; the others are measured on problems, by `assay rates`.
enum RateProperties {
  static let all: [any AuditableProperty] =
    [WorstCaseProperty(), NeverCrossedProperty(), SpectralProperty()]
    + [RateChecks.fitted].map { MeasuredElsewhere(description: $0) }
    + [RegretProperty(), CycleProperty(), NonConvergenceProperty()]
    + [RateChecks.problemValid, RateChecks.floor, RateChecks.claimed].map {
      MeasuredElsewhere(description: $0)
    }
}

/// A row that `assay rates` shows, of runs on problems.
struct MeasuredElsewhere: AuditableProperty {
  let description: PropertyDescription

  func check(_ context: AuditContext) async throws -> Finding {
    let subject = context.subject
    return .notApplicable(
      subject.optimizer != nil && subject.commandArguments.count > 0
        ? "measured on problems, by `assay rates \(subject.commandArguments.joined(separator: " "))`"
        : "measured on problems, by `assay rates` of built-in optimizers")
  }

  func examine(_ case: JSONValue, _ context: AuditContext) async throws -> Examination {
    .outsidePremise("it is measured by `assay rates`")
  }
}

extension AuditSubject {
  /// The compiled optimizer that a row on rates runs, with the reason why there is none.
  func measured() throws(Exclusion) -> OptimizerMethod {
    guard let optimizer else { throw Exclusion("asked of built-in optimizers, and rules in Swift") }
    guard !optimizer.requiresLoss else { throw Exclusion("a step needs the loss") }
    return OptimizerMethod(optimizer)
  }

  /// The optimizer that it declares to be: that of its card, or itself.
  func declaredOptimizer(else own: Optimizer) -> Optimizer {
    (reference as? OptimizerRule)?.optimizer ?? own
  }
}

extension Finding {
  /// A finding with one piece of evidence, and where that refutes a case.
  init(
    _ kind: EvidenceKind, tool: String = "assay", _ verdict: Verdict, detail: String,
    refutedBy candidate: Candidate? = nil
  ) {
    self.init([Evidence(kind, tool: tool, verdict: verdict, detail: detail)])
    self.detail = detail
    self.candidate = candidate
  }
}
