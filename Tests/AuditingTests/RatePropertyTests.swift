import Convergence
import Diagnostics
import Numbers
import Optimizers
import Processes
import Properties
import TestSupport
import Testing

@testable import Auditing

/// Gradient descent whose code takes nine tenths of its rate.
private struct Overshort: UpdateRule {
  var slotNames: [String] { [] }
  var hyperparameters: Hyperparameters { [.learningRate: 1] }
  var card: Card { SGD(learningRate: 1).card }

  func prepare<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>, history: inout Slots<N>
  ) throws(N.Failure) -> StepScalars<N> { hyperparameters }

  func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    parameter = parameter - N(Rational(9, 10)) * step[.learningRate] * gradient
  }
}

@Suite("Rates in the audit")
struct RatePropertyTests {
  private let ids = [
    "rate.worst-case", "rate.never-crossed", "rate.spectral", "rate.fitted", "rate.regret",
    "rate.cycle", "rate.non-convergence", "rate.problem-valid", "rate.sgd-floor", "rate.claimed",
  ]

  private func rates(
    _ name: String, _ settings: [(key: String, value: String)] = []
  ) async throws -> [String: PropertyResult] {
    try await rows(
      ids, of: AuditSubject(named: name, settings: settings.map { ($0.key, $0.value) }))
  }

  @Test func `the catalogue lists every row on rates, with statement, source and evidence`() {
    for id in ids {
      let description = Catalogue.property(id)?.description
      #expect(description?.statement.isEmpty == false && description?.source.isEmpty == false)
      #expect(description?.evidence.isEmpty == false, "\(id)")
    }
  }

  @Test func `gradient descent is proved, below its bound, and at its spectral radius`()
    async throws
  {
    let rows = try await rates("sgd")
    #expect(rows["rate.worst-case"]?.verdict == .proved)
    #expect(rows["rate.never-crossed"]?.verdict == .tested)
    #expect(rows["rate.spectral"]?.verdict == .tested, "\(rows["rate.spectral"]?.detail ?? "")")
    #expect(rows["rate.cycle"]?.verdict == .tested)
    // A rate of 0.01 steps over Reddi's whole interval; a hundredth of that converges.
    #expect(rows["rate.non-convergence"]?.verdict == .refuted)
    let slow = try await rates("sgd", [("learningRate", "0.0001")])
    #expect(slow["rate.non-convergence"]?.verdict == .tested)
    let elsewhere = try #require(rows["rate.sgd-floor"])
    #expect(elsewhere.verdict == .notApplicable)
    #expect(elsewhere.detail?.contains("assay rates sgd") == true, "\(elsewhere.detail ?? "")")
  }

  @Test func `the heavy ball's cycle and Adam's wrong end are found, and run again`() async throws {
    let ball = try await rates("sgd", [("learningRate", "1/9"), ("momentum", "4/9")])
    let cycle = try #require(ball["rate.cycle"])
    #expect(cycle.verdict == .refuted && !cycle.isDeclared)
    #expect(cycle.detail?.contains("-2208/1225 → 2592/1225 → 792/1225") == true)
    let adam = try await rates("adam", [("learningRate", "0.01")])
    #expect(adam["rate.non-convergence"]?.verdict == .refuted)
    #expect(adam["rate.non-convergence"]?.detail?.contains("wrong end on reddi") == true)
    #expect(adam["rate.worst-case"]?.verdict == .notApplicable)
    #expect(adam["rate.worst-case"]?.detail?.contains("squared") == true)
    #expect(adam["rate.regret"]?.verdict == .refuted, "\(adam["rate.regret"]?.detail ?? "")")
    let amsgrad = try await rates("amsgrad", [("learningRate", "0.01")])
    #expect(amsgrad["rate.non-convergence"]?.verdict == .tested)
    #expect(amsgrad["rate.regret"]?.verdict == .tested, "\(amsgrad["rate.regret"]?.detail ?? "")")
  }

  @Test func `code that steps too short crosses the bound and leaves the spectral radius`()
    async throws
  {
    let subject = try AuditSubject(rule: Overshort(), card: SGD(learningRate: 1).card)
    let rows = try await rows(["rate.never-crossed", "rate.spectral"], of: subject)
    #expect(rows["rate.never-crossed"]?.verdict == .refuted)
    #expect(rows["rate.spectral"]?.verdict == .refuted, "\(rows["rate.spectral"]?.detail ?? "")")
  }

  @Test func `a value of the literature beside the bracket is refuted`() {
    func verdict(_ closedForm: Double) -> Verdict {
      WorstCaseProperty.judgement(
        status: .exact, upper: 0.1 + 1e-12, lower: 0.1, closedForm: closedForm
      ).0
    }
    #expect(verdict(0.1) == .proved)
    #expect(verdict(0.1 * (1 + 1e-6)) == .refuted && verdict(0.1 * (1 - 1e-6)) == .refuted)
  }

  @Test func `a formula file is traced too`() async throws {
    let text = momentumFile().replacing("lr: 0.01, momentum: 0.9", with: "lr: 0.5, momentum: 0")
    let row = try await rows(["rate.worst-case"], of: subject(text))
    #expect(row["rate.worst-case"]?.verdict == .proved, "\(row)")
    let squared = momentumFile(velocity: "momentum*b + g*g")
    let refused = try await rows(["rate.worst-case"], of: subject(squared))
    #expect(refused["rate.worst-case"]?.verdict == .notApplicable)
  }
}
