public import Foundation
import Formulas
import Numbers
import Processes
public import Properties
import Synchronization

/// Proves claims about real numbers by asking SMT solvers, and believes no model that it has not checked.
///
/// Each claim goes through these questions, and the first answer that stops it is its conclusion:
/// 1. Is there a solver? If not, `untested`.
/// 2. Is there a point in the domain, confirmed by exact arithmetic? If not, `vacuous`.
/// 3. Is every quotient, root, logarithm and power defined wherever its value is used?
/// 4. Does each goal hold?
///
/// A model that a solver offers against 3 or 4 is turned into fractions and evaluated exactly (in intervals
/// where roots or exponentials remain). What is confirmed is `refuted`; any other model is `inconclusive`.
/// Solvers are bounded by steps of their own, so that a conclusion is the same on every machine; time by the
/// clock is a guard many times as wide, and what it ends is `inconclusive`.
public final class Prover: Sendable {
  public let effort: Effort
  /// How many simple points of the domain are tried before a solver is asked.
  public let trialPoints: Int
  private let environment: [String: String]
  private let versions = Mutex<[String: String]>([:])

  /// - Parameters:
  ///   - trialPoints: how many simple points are tried first; they find most false claims at once, and
  ///     readably. With 0, everything rests on the solvers.
  ///   - environment: where `PATH` and `ASSAY_HIDE` are read.
  public init(
    effort: Effort, trialPoints: Int = 64,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.effort = effort
    self.trialPoints = trialPoints
    self.environment = environment
  }

  /// Tries to prove a claim.
  ///
  /// - Parameter confirming: whether a second solver, where it is installed, is asked to repeat a proof; nil
  ///   where that is left to the effort: at `thorough` it is, since it may take many times as long.
  public func prove(_ claim: Claim, confirming: Bool? = nil) async -> Proof {
    let confirming = confirming ?? (effort == .thorough)
    let start = ContinuousClock.now
    var attempt = Attempt(claim)
    let conclusion: Proof.Conclusion
    do throws(ToolError) {
      conclusion = try await conclude(&attempt, confirming: confirming)
    } catch {
      conclusion =
        if case .absent = error { .untested(error.message) } else { .inconclusive(error.message) }
    }
    return Proof(
      claim: claim, conclusion: conclusion, witness: attempt.witness,
      facts: attempt.questions.facts, scripts: attempt.scripts, solver: attempt.solver,
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  /// What has been found out so far.
  private struct Attempt {
    let claim: Claim
    let questions: SMTQuestions
    let check: CandidateCheck
    var witness: [String: Rational]?
    var scripts: [SMTScript] = []
    var solver: String?

    init(_ claim: Claim) {
      self.claim = claim
      questions = SMTQuestions(claim)
      check = CandidateCheck(claim)
    }
  }

  private func conclude(
    _ attempt: inout Attempt, confirming: Bool
  ) async throws(ToolError) -> Proof.Conclusion {
    attempt.solver = try await version(of: .z3)
    let points = attempt.check.simplePoints(count: trialPoints).filter(attempt.check.isInDomain)
    for point in points {
      if let found = attempt.check.refutation(at: point) { return .refuted(found) }
    }
    attempt.witness = points.first
    if attempt.witness == nil {
      if let stop = try await findWitness(&attempt) { return stop }
    }
    var questions: [SMTScript.Question] = attempt.questions.hasObligations ? [.definedness] : []
    questions += attempt.claim.goals.indices.map { .goal($0) }
    for question in questions {
      if let stop = try await settle(question, &attempt) { return stop }
    }
    return .proved(by: await provers(&attempt, confirming: confirming))
  }

  /// Looks for a point of the domain with the solver's help; returns a conclusion where there is none.
  private func findWitness(_ attempt: inout Attempt) async throws(ToolError) -> Proof.Conclusion? {
    switch try await ask(.z3, .domain, &attempt) {
    case .unsatisfiable: return .vacuous("the assumptions contradict each other")
    case .unknown(let reason):
      return .vacuous("no point of the domain was found: \(reason)")
    case .satisfiable(let model):
      guard let point = attempt.check.domainPoint(near: model) else {
        return .vacuous("no point of the domain could be confirmed in exact arithmetic")
      }
      attempt.witness = point
      return nil
    }
  }

  /// Asks one question; returns a conclusion unless the answer is that nothing contradicts the claim.
  private func settle(
    _ question: SMTScript.Question, _ attempt: inout Attempt
  ) async throws(ToolError) -> Proof.Conclusion? {
    switch try await ask(.z3, question, &attempt) {
    case .unsatisfiable: return nil
    case .unknown(let reason):
      // The other solver may know.
      if case .unsatisfiable? = try? await ask(.cvc5, question, &attempt) { return nil }
      return .inconclusive(reason)
    case .satisfiable(let model):
      if let found = attempt.check.refutation(near: model) { return .refuted(found) }
      return .inconclusive(
        "the solver's counterexample was not confirmed in exact arithmetic")
    }
  }

  /// The solvers that have proved everything, each by itself; asks the second one where it is wanted.
  private func provers(_ attempt: inout Attempt, confirming: Bool) async -> [String] {
    if confirming {
      for script in attempt.scripts where script.question != .domain && script.answers.count == 1 {
        guard case .unsatisfiable? = try? await ask(.cvc5, script.question, &attempt) else { break }
      }
    }
    let proofs = attempt.scripts.filter { $0.question != .domain }.map { script in
      script.answers.filter { $0.answer == "unsat" }.map(\.solver)
    }
    let all = proofs.flatMap { $0 }.reduce(into: [String]()) { names, name in
      if !names.contains(name) { names.append(name) }
    }
    let alone = all.filter { name in proofs.allSatisfy { $0.contains(name) } }
    return alone.isEmpty ? [all.joined(separator: " with ")] : alone
  }

  private func ask(
    _ solver: SMTSolver, _ question: SMTScript.Question, _ attempt: inout Attempt
  ) async throws(ToolError) -> SMTSolver.Reply {
    let place: Int
    if let known = attempt.scripts.firstIndex(where: { $0.question == question }) {
      place = known
    } else {
      place = attempt.scripts.count
      attempt.scripts.append(attempt.questions.script(for: question))
    }
    let name = try await version(of: solver)
    let reply = try await solver.ask(
      attempt.scripts[place], symbols: attempt.questions.symbols, effort: effort,
      environment: environment)
    let answer =
      switch reply {
      case .unsatisfiable: "unsat"
      case .satisfiable: "sat"
      case .unknown(let reason): reason
      }
    attempt.scripts[place].answers.append(SolverAnswer(solver: name, answer: answer))
    return reply
  }

  /// The solver's name and version, asked for once.
  private func version(of solver: SMTSolver) async throws(ToolError) -> String {
    if let known = versions.withLock({ $0[solver.tool.name] }) { return known }
    let name = try await solver.version(environment: environment)
    versions.withLock { $0[solver.tool.name] = name }
    return name
  }
}
