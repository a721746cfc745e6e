internal import Diagnostics
public import Numbers
internal import Processes

/// What is known of a method's worst case.
public struct WorstCaseReport: Sendable {
  /// How well it is known.
  public enum Status: String, Sendable {
    /// Bounds from both sides are proved, and agree to within 10⁻⁶ of their size.
    case exact
    /// A bound from above is proved; what is proved from below lies further away, or is missing.
    case upperOnly
    /// Only an instance was found.
    case lowerOnly
    /// The solver finds that no multiple of the initial quantity bounds the metric.
    case unbounded
    /// The solver gave nothing that can be proved.
    case failed
    /// The method is no affine map of the gradients.
    case notFixedCoefficient
  }

  public let method: String
  public let settings: [WorstCaseMethod.Setting]
  public let question: WorstCaseQuestion
  public var status: Status
  /// Proved by the certificate's multipliers.
  public var upper: Rational?
  /// The metric of the certificate's instance.
  public var lower: Rational?
  /// The worst case by the literature, where it is known.
  public var closedForm: Double?
  /// What else is to be said: why it failed, which coefficients were rounded.
  public var details: [String] = []
  public var certificate: WorstCaseCertificate?
  public var seconds: Double = 0

  /// `(upper − lower)/upper`.
  public var relativeWidth: Double? {
    guard let upper, let lower else { return nil }
    return WorstCase.width(upper, lower)
  }
}

/// Exact worst cases of first-order methods, by semidefinite programs whose answers are proved.
public struct WorstCase: Sendable {
  public let method: WorstCaseMethod
  public let question: WorstCaseQuestion
  /// How long a solver may take for one program.
  public var solverSeconds: Double = 300
  /// Told what a solver is asked, before each of its programs.
  public var progress: (@Sendable (String) -> Void)?
  /// Whether proofs and instances that need no solver come first.
  public var triesClosedForms = true

  public init(_ method: WorstCaseMethod, _ question: WorstCaseQuestion) {
    self.method = method
    self.question = question
  }

  /// - Throws: `WorstCaseError` where the method is not for the class; `ToolError` where no solver is there
  ///   and no proof that needs none applies.
  public func run() async throws -> WorstCaseReport {
    let start = ContinuousClock.now
    var question = question
    if !method.weightDecay.isZero {
      question.functionClass = try question.functionClass.regularized(
        by: method.weightDecay, of: method.name)
    }
    var report = WorstCaseReport(
      method: method.name, settings: method.settings, question: question, status: .failed)
    let traced: FixedCoefficientMethod
    do throws(WorstCaseMethod.Failure) {
      traced = try method.traced(for: question)
    } catch {
      switch error {
      case .usage(let error): throw error
      case .notFixedCoefficient(let reason):
        report.status = .notFixedCoefficient
        report.details = [reason.reason]
        report.seconds = (ContinuousClock.now - start) / .seconds(1)
        return report
      }
    }
    if !method.weightDecay.isZero {
      report.details.append(
        "the function is f + (λ/2)‖x‖² with the weight decay λ ="
          + " \(method.weightDecay.decimalDescription), of a class that is as much more convex")
    }
    if traced.isRounded {
      report.details.append(
        "irrational coefficients were rounded to multiples of 2^-48; the bounds are of the method"
          + " with those coefficients")
    }
    report.closedForm = ClosedForm.value(of: traced, question)
    if question.functionClass.isQuadratic {
      let value = QuadraticRun(traced, question).worstCase
      (report.upper, report.lower) = (value, value)
      report.status = value == nil ? .unbounded : .exact
      report.details.append("mu = L leaves one function, (L/2)|x - x*|^2: its run, in rationals")
      report.seconds = (ContinuousClock.now - start) / .seconds(1)
      return report
    }
    let problem = PerformanceProblem(question, traced)
    let (proof, instance) = try await bounds(traced, problem, &report)
    report.upper = proof?.1
    report.lower = instance?.1
    if proof != nil || instance != nil {
      report.certificate = WorstCaseCertificate(
        method: method.name, settings: method.settings, question: question, coefficients: traced,
        dual: proof?.0, instance: instance?.0)
    }
    report.status = status(of: report)
    report.seconds = (ContinuousClock.now - start) / .seconds(1)
    return report
  }

  private typealias Proof = (DualCertificate, Rational)
  private typealias Instance = (RunInstance, Rational)

  private func bounds(
    _ traced: FixedCoefficientMethod, _ problem: PerformanceProblem,
    _ report: inout WorstCaseReport
  ) async throws -> (Proof?, Instance?) {
    var proof: Proof?
    var instance: Instance?
    if triesClosedForms {
      if question.steps > 0 {
        proof =
          ChainCertificate.certificate(for: traced, in: problem)
          ?? LiteratureProof.certificate(for: traced, in: problem)
      }
      instance =
        OneDimensionalSearch(problem)?.search()
        ?? LiteratureInstance.instance(for: traced, in: problem)
      if isTight(proof, instance) { return (proof, instance) }
    }
    let solvers = try presentSolvers(needed: proof == nil)
    if solvers.isEmpty {
      report.details.append("no solver is installed: \(ExternalTool.csdp.installCommand)")
      return (proof, instance)
    }
    let floating = FloatingProblem(problem)
    let guess = instance.map { Double($0.1) / floating.unit(of: question.metric) }
    var answer: LazySolver.Answer?
    for solver in solvers where proof == nil {
      let search = try await UpperBoundSearch(
        LazySolver(floating: floating, solver: solver, progress: progress)
      ).search(near: guess)
      answer = search.answer ?? answer
      if let certificate = search.certificate, let bound = search.bound {
        proof = (certificate, bound)
      } else if search.isUnbounded, solver.name == "csdp" {
        report.status = .unbounded
        report.details.append(
          "\(solver.name) finds the dual problem infeasible: nothing bounds the metric")
        return (nil, instance)
      } else if let trouble = search.trouble {
        report.details.append(trouble)
      }
    }
    // The second solver is asked where the first leaves a bracket that is no answer.
    let goals = [InstanceSearch.goal, InstanceSearch.acceptable]
    for (solver, goal) in zip(solvers, goals) where !isTight(proof, instance, goal) {
      let found = try await InstanceSearch(
        LazySolver(floating: floating, solver: solver, progress: progress)
      ).search(from: answer) { metric in proof.map { Self.width($0.1, metric) } ?? 0 }
      if let found, instance.map({ $0.1 < found.1 }) ?? true { instance = found }
    }
    return (proof, instance)
  }

  /// The solvers that are installed, the workhorse first.
  ///
  /// - Throws: where one is needed and there is none.
  private func presentSolvers(needed: Bool) throws -> [any SemidefiniteSolver] {
    var solvers: [any SemidefiniteSolver] = []
    if ExternalTool.csdp.isPresent { solvers.append(CSDP(seconds: solverSeconds)) }
    if ExternalTool.dsdp.isPresent { solvers.append(DSDP(seconds: solverSeconds)) }
    if solvers.isEmpty && needed { _ = try ExternalTool.csdp.path() }
    return solvers
  }

  private func isTight(
    _ proof: Proof?, _ instance: Instance?, _ goal: Double = InstanceSearch.goal
  ) -> Bool {
    guard let proof, let instance else { return false }
    return Self.width(proof.1, instance.1) <= goal
  }

  /// `(upper − lower)/upper`.
  static func width(_ upper: Rational, _ lower: Rational) -> Double {
    (try? (upper - lower) / upper).map { Double($0) } ?? 0
  }

  private func status(of report: WorstCaseReport) -> WorstCaseReport.Status {
    if report.status == .unbounded { return .unbounded }
    switch (report.upper, report.lower) {
    case (let upper?, let lower?):
      return Self.width(upper, lower) <= InstanceSearch.acceptable ? .exact : .upperOnly
    case (_?, nil): return .upperOnly
    case (nil, _?): return .lowerOnly
    case (nil, nil): return .failed
    }
  }
}
