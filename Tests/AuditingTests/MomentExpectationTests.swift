import Diagnostics
import Numbers
import Processes
import Properties
import Statistics
import Testing

@testable import Auditing

@Suite("Moments: expectations")
struct MomentExpectationTests {
  @Test(
    "Means and variances are proved, and not rejected by runs",
    arguments: ["adam", "amvt", "radam"])
  func proved(_ name: String) async throws {
    let row = try await row(Expectation.id, of: try AuditSubject(builtIn: name))
    #expect(row.verdict == .proved, "\(row)")
    #expect(row.evidence.contains { $0.kind == .statistics && $0.verdict == .statistical })
    #expect(row.evidence.contains { $0.detail?.contains("of the report's 0.001") ?? false })
  }

  @Test(
    "Wrong corrections and weights are refuted",
    arguments: [
      ["mhat": "m"], ["vhat": "v"], ["vhat": "v/(1 - beta1^t)"], ["m": "beta1*m + g"],
      ["m": "beta1*m + (1 - beta1)*(g + 1)"],
    ])
  func refuted(_ fault: [String: String]) async throws {
    try await expectRefuted(Expectation.id, of: try subject(ofFile: adamFile(fault)))
  }

  /// The tests of one sample of Adam's moments, or of a faulty Adam's.
  private func sampling(_ fault: [String: String] = [:]) throws -> MomentSampling {
    let subject = try subject(ofFile: adamFile(fault))
    let context = AuditContext(subject: subject, seed: 1, effort: .quick)
    let rule = try #require(subject.rule)
    let trace = MomentTrace(rule, of: subject)
    let (moments, _) = try MomentProperties.correctedMoments(of: trace)
    return MomentSampling(context, trace, moments, rule)
  }

  @Test(
    "The tests of a sample find what the exact runs find: a sample that is refused is refused again"
  )
  func sampled() throws {
    let sampling = try sampling(["mhat": "1.5*m/(1 - beta1^t)"])
    let results = try sampling.results(.init(runs: 400, steps: 20), seed: 1)
    #expect(results.contains { $0.name == "E m̂" && $0.outcome.isRejected(at: 1e-4) })
    let examination = try sampling.examination(
      ["runs": 400, "steps": 20, "seed": "1", "alpha": .number(1e-4)])
    #expect(!examination.holds && examination.summary.contains("E m̂"))
    #expect(throws: CaseError.self) { try sampling.examination(["runs": 0]) }
  }

  @Test("Over 1000 seeds a right Adam is rejected no more often than at the level")
  func typeOneErrors() throws {
    let sampling = try sampling()
    let alpha = 0.05
    var rejections: [String: Int] = [:]
    for seed in 0..<1_000 {
      for result in try sampling.results(.init(runs: 20, steps: 3), seed: UInt64(seed))
      where result.outcome.isRejected(at: alpha) {
        rejections[result.name, default: 0] += 1
      }
    }
    #expect(Set(rejections.keys) == ["E m̂", "Var m̂", "E v̂"])
    for (name, count) in rejections {
      let least = try ConfidenceInterval.lowerProportionLimit(
        successes: count, trials: 1_000, level: 0.99)
      #expect(least <= alpha, "\(name): \(count) of 1000")
    }
  }
}

@Suite("Moments: the rules of their own")
struct MomentRuleTests {
  @Test("Moments are found in every rule that declares them")
  func reached() async throws {
    for name in ["amsgrad", "nadam", "radam", "adabound", "adabelief"] {
      let subject = try AuditSubject(builtIn: name)
      #expect(try await row("moment.ema-weights", of: subject).verdict == .proved, "\(name)")
      let bias = try await row("moment.bias-identity", of: subject)
      #expect(bias.verdict == provedBySolver, "\(name): \(bias)")
    }
    for name in ["rmsprop", "adadelta", "yogi"] {
      let subject = try AuditSubject(builtIn: name)
      #expect(try await row("moment.ema-weights", of: subject).verdict == .proved, "\(name)")
    }
  }

  @Test(
    "Every order of AMSGrad's maximum is proved",
    arguments: ["beforeCorrection", "afterCorrection", "uncorrected"])
  func maximum(_ order: String) async throws {
    let subject = try AuditSubject(builtIn: "amsgrad", settings: [("maximumOrder", order)])
    let row = try await row("moment.amsgrad-max", of: subject)
    #expect(row.verdict == provedBySolver, "\(row)")
  }

  /// AMSGrad as a formula file.
  private func maximumFile(_ maximum: String) -> String {
    """
    optimizer: amsgrad in a file
    family: amsgrad
    state: {m: 0, v: 0, w: 0}
    hyperparameters: {alpha: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8}
    domain: {beta1: "[0, 1)", beta2: "[0, 1)", epsilon: "(0, inf)", alpha: "[0, inf)"}
    update:
      - m = beta1*m + (1 - beta1)*g
      - v = beta2*v + (1 - beta2)*g^2
      - w = \(maximum)
      - theta = theta - alpha*(m/(1 - beta1^t))/(sqrt(w/(1 - beta2^t)) + epsilon)
    """
  }

  @Test("A maximum that forgets, or of something else, is refuted")
  func wrongMaximum() async throws {
    #expect(
      try await row("moment.amsgrad-max", of: subject(ofFile: maximumFile("max(w, v)"))).verdict
        == provedBySolver)
    for fault in ["v", "max(w*beta2, v)", "max(w, g^2)", "max(w, v/(1 - beta2^t))"] {
      try await expectRefuted("moment.amsgrad-max", of: try subject(ofFile: maximumFile(fault)))
    }
  }

  @Test("Signs leave an average of signs")
  func signs() async throws {
    for name in ["adam", "adamw"] {
      let row = try await row("moment.unit-ema", of: try AuditSubject(builtIn: name))
      #expect([provedBySolver, .tested].contains(row.verdict), "\(row)")
      #expect(row.cases > 0)
    }
    let file = try subject(ofFile: adamFile())
    #expect(try await row("moment.unit-ema", of: file).verdict == provedBySolver)
    for fault in [
      ["vhat": "v"], ["mhat": "m"], ["m": "beta1*m + (1 - beta1)*abs(g)"],
      ["theta": "theta - alpha*mhat/sqrt(vhat + 0.1)"],
    ] { try await expectRefuted("moment.unit-ema", of: try subject(ofFile: adamFile(fault))) }
  }

  @Test("RAdam's rectification is the paper's, at either threshold")
  func rectification() async throws {
    let plain = try await row("moment.radam", of: try AuditSubject(builtIn: "radam"))
    #expect(plain.verdict == .tested && plain.detail?.contains("step is 5") ?? false, "\(plain)")
    let torch = try AuditSubject(
      builtIn: "radam", settings: [("rectificationThreshold", "5")])
    let row = try await row("moment.radam", of: torch)
    #expect(row.verdict == .tested && row.detail?.contains("step is 6") ?? false, "\(row)")
  }

  /// RAdam's rectification as a formula file.
  private func rectifiedFile(length: String, square: String) -> String {
    """
    optimizer: radam in a file
    family: radam
    state: {m: 0, v: 0}
    hyperparameters: {alpha: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8}
    domain: {beta1: "[0, 1)", beta2: "[0, 1)", epsilon: "(0, inf)", alpha: "[0, inf)"}
    update:
      - m = beta1*m + (1 - beta1)*g
      - v = beta2*v + (1 - beta2)*g^2
      - top = 2/(1 - beta2) - 1
      - length = \(length)
      - isRectified = if(4 < length, 1, 0)
      - rho = if(4 < length, length, 5)
      - rectification = sqrt(\(square))
      - theta = theta - alpha*rectification*(m/(1 - beta1^t))/(isRectified*(sqrt(v/(1 - beta2^t)) + epsilon) + 1 - isRectified)
    """
  }

  @Test("A wrong length or factor of the rectification is refuted")
  func wrongRectification() async throws {
    let length = "top - 2*t*beta2^t/(1 - beta2^t)"
    let square = "(rho - 4)*(rho - 2)*top/((top - 4)*(top - 2)*rho)"
    let right = try subject(ofFile: rectifiedFile(length: length, square: square))
    #expect(try await row("moment.radam", of: right).verdict == .tested)
    for (length, square) in [
      ("top - t*beta2^t/(1 - beta2^t)", square), ("top - 2*t*beta2^t", square),
      (length, "(rho - 4)*(rho - 2)*rho/((top - 4)*(top - 2)*top)"), (length, "rho/top"),
    ] {
      try await expectRefuted(
        "moment.radam", of: try subject(ofFile: rectifiedFile(length: length, square: square)))
    }
  }

  @Test("AdaBound's bounds close on the final rate, and its rates lie between them")
  func bounds() async throws {
    for settings in [[], [("correction", "paper")]] as [[TypedSetting]] {
      let subject = try AuditSubject(builtIn: "adabound", settings: settings)
      let row = try await row("moment.adabound", of: subject)
      #expect(row.verdict == provedBySolver, "\(row)")
    }
  }

  @Test("A rate that is not clamped, or clamped elsewhere, is refuted")
  func wrongBounds() async throws {
    func file(_ rate: String) -> String {
      """
      optimizer: adabound in a file
      family: adabound
      state: {m: 0, v: 0}
      hyperparameters:
        {alpha: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, finalRate: 0.1, boundSpeed: 0.001}
      domain: {beta1: "[0, 1)", beta2: "[0, 1)", epsilon: "(0, inf)", alpha: "[0, inf)"}
      update:
        - m = beta1*m + (1 - beta1)*g
        - v = beta2*v + (1 - beta2)*g^2
        - free = alpha/(1 - beta1^t)/(sqrt(v/(1 - beta2^t)) + epsilon)
        - lower = finalRate*(1 - 1/(boundSpeed*t + 1))
        - upper = finalRate*(1 + 1/(boundSpeed*t))
        - theta = theta - \(rate)*m
      """
    }
    let right = try subject(ofFile: file("min(max(free, lower), upper)"))
    #expect(try await row("moment.adabound", of: right).verdict == .tested)
    for rate in ["free", "max(free, lower)", "upper*2", "min(max(free, lower), finalRate)/2"] {
      try await expectRefuted("moment.adabound", of: try subject(ofFile: file(rate)))
    }
  }
}
