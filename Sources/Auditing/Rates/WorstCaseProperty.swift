internal import Convergence
internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import Processes
internal import Properties

/// The certified worst case of a method of fixed coefficients (`rate.worst-case`).
struct WorstCaseProperty: AuditableProperty {
  /// How far the literature's value may lie outside the bracket, relative to it: rounding of its formula.
  static let tolerance = 1e-9
  static let steps = 10

  var description: PropertyDescription { RateChecks.worstCase }

  /// What is asked: ten steps on smooth convex functions with `L` = 1.
  static func question() throws -> WorstCaseQuestion {
    try WorstCaseQuestion(
      .smoothConvex(smoothness: 1), steps: steps, metric: .functionGap, initial: .distance)
  }

  func check(_ context: AuditContext) async throws -> Finding {
    guard let method = context.subject.worstCaseMethod else {
      return .notApplicable("asked of optimizers whose text Assay holds")
    }
    let report: WorstCaseReport
    do { report = try await Self.report(on: method) } catch let none as NoBracket {
      return none.finding
    }
    let (verdict, detail) = Self.judgement(
      status: report.status, upper: report.upper.map { Double($0) },
      lower: report.lower.map { Double($0) }, closedForm: report.closedForm)
    let isRefuted = verdict == .refuted
    var finding = Finding(
      .certificate, tool: "assay exact", verdict, detail: detail,
      refutedBy: isRefuted
        ? Candidate(scalars: 1, steps: Self.steps, case: ["steps": .integer(Self.steps)]) : nil)
    finding.cases = 1
    return finding
  }

  /// Why there is no bracket to speak of.
  struct NoBracket: Error {
    let finding: Finding
    var reason: String { finding.exclusion ?? finding.detail ?? "there is no bracket" }
  }

  /// The answer to the question, of a method of fixed coefficients, where the solver that it needs is there.
  static func report(on method: WorstCaseMethod) async throws -> WorstCaseReport {
    let report: WorstCaseReport
    do {
      report = try await WorstCase(method, question()).run()
    } catch let error as ToolError {
      guard case .absent = error else { throw error }
      throw NoBracket(finding: Finding(.certificate, .untested, detail: error.message))
    }
    guard report.status != .notFixedCoefficient else {
      throw NoBracket(
        finding: .notApplicable(
          "no method of fixed coefficients: \(report.details.first ?? "")"))
    }
    return report
  }

  /// What a bracket says beside the literature's value.
  static func judgement(
    status: WorstCaseReport.Status, upper: Double?, lower: Double?, closedForm: Double?
  ) -> (Verdict, String) {
    switch status {
    case .unbounded: return (.inconclusive, "nothing bounds the gap: the solver finds it unbounded")
    case .failed, .lowerOnly, .notFixedCoefficient:
      return (.inconclusive, "no solver gave multipliers that prove a bound")
    case .exact, .upperOnly: break
    }
    guard let upper, let lower else {
      return (.inconclusive, "at most \(upper ?? .infinity); no instance from below")
    }
    let bracket = "after \(steps) steps at most \(upper), at least \(lower), both checked exactly"
    if let closedForm {
      let slack = tolerance * closedForm.magnitude
      guard lower - slack <= closedForm, closedForm <= upper + slack else {
        return (.refuted, "\(bracket); the literature says \(closedForm)")
      }
      return (status == .exact ? .proved : .inconclusive, "\(bracket); the literature's value")
    }
    return (status == .exact ? .proved : .inconclusive, bracket)
  }

  func examine(_ case: JSONValue, _ context: AuditContext) async throws -> Examination {
    guard let method = context.subject.worstCaseMethod else {
      return .outsidePremise("it has no text")
    }
    let report: WorstCaseReport
    do { report = try await Self.report(on: method) } catch let none as NoBracket {
      return .outsidePremise(none.reason)
    }
    let (verdict, detail) = Self.judgement(
      status: report.status, upper: report.upper.map { Double($0) },
      lower: report.lower.map { Double($0) }, closedForm: report.closedForm)
    return Examination(holds: verdict != .refuted, summary: detail)
  }
}

extension AuditSubject {
  /// The subject as a method that worst cases are asked of; nil where it has no text.
  var worstCaseMethod: WorstCaseMethod? {
    if let optimizer { return WorstCaseMethod(optimizer) }
    guard let rule, rule.reductions.isEmpty else { return nil }
    let decay = rule.value(of: "weightDecay") ?? 0
    return WorstCaseMethod(name: name, weightDecay: decay) { steps throws(NotFixedCoefficient) in
      try FixedCoefficientMethod(tracing: rule, weightDecay: decay, steps: steps)
    }
  }
}

extension FixedCoefficientMethod {
  /// Traces the text of a rule, as `init(tracing:steps:)` traces an optimizer.
  init(
    tracing rule: any TransparentRule, weightDecay: Rational, steps: Int
  ) throws(NotFixedCoefficient) {
    guard !rule.requiresLoss else { throw NotFixedCoefficient("a step depends on the loss") }
    let values = rule.values(as: AffineNumber.self)
    let decay = AffineNumber(weightDecay)
    var state: CoordinateState<AffineNumber> = rule.start(at: .basis(0))
    var evaluations: [[Rational]] = []
    var iterates = [state.parameter.coefficients]
    var isRounded = false
    for step in 0..<steps {
      evaluations.append(iterates[step])
      let gradient: AffineNumber = .basis(step + 1) - decay * state.parameter
      let factor = try rule.gradientFactor(
        gradients: [gradient], loss: nil, hyperparameters: values)
      try rule.step(
        &state, gradient: factor * gradient,
        context: StepContext(t: AffineNumber(Rational(step + 1))), hyperparameters: values)
      if let refusal = state.parameter.refusal { throw refusal }
      isRounded = isRounded || state.parameter.isRounded
      iterates.append(state.parameter.coefficients)
    }
    for iterate in iterates where iterate.first != 1 {
      throw NotFixedCoefficient("it draws to the origin, which is not where the minimiser is")
    }
    self.init(evaluations: evaluations, iterates: iterates, isRounded: isRounded)
  }
}
