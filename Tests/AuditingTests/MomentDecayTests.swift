import Auditing
import Properties
import Testing

@testable import struct Auditing.DecayNotation

@Suite("Moments: powers and decays that vary")
struct MomentDecayTests {
  @Test("The powers of Adam and AMVT are proved, and enclosed in floating point")
  func powers() async throws {
    for name in ["adam", "amvt"] {
      let row = try await row("moment.power-node", of: try AuditSubject(builtIn: name))
      #expect(row.verdict == (provedBySolver == .proved ? .proved : .enclosed), "\(row)")
      #expect(row.evidence.contains { $0.verdict == .enclosed })
    }
  }

  @Test(
    "Powers that begin at another step are refuted",
    arguments: ["beta1^(t + 1)", "beta1^(t - 1)", "beta1^(2*t)"])
  func wrongPowers(_ power: String) async throws {
    let subject = try subject(ofFile: adamFile(["mhat": "m/(1 - \(power))"]))
    try await expectRefuted("moment.power-node", of: subject)
  }

  @Test(
    "Moving decays are biased in every reading but the one with the product",
    arguments: [
      "movingDecay", "movingDecayStandard", "movingDecayPower", "movingDecayUncorrected",
      "movingDecayOnAdam", "movingDecayFirstOnly",
    ])
  func biasedReadings(_ reading: String) async throws {
    let subject = try AuditSubject(
      builtIn: "ayla:adam",
      settings: [("ayla.N1", "1.5"), ("ayla.N2", "1.5"), ("ayla.reading", reading)])
    try await expectRefuted("moment.varying-decay", of: subject)
  }

  @Test("The correction by the product of the decays is proved exact", arguments: ["1.5", "0.57"])
  func productReading(_ exponent: String) async throws {
    let subject = try AuditSubject(
      builtIn: "ayla:adam",
      settings: [
        ("ayla.N1", "1"), ("ayla.N2", exponent), ("ayla.reading", "movingDecayProduct"),
      ])
    let row = try await row("moment.varying-decay", of: subject)
    #expect(row.verdict == .proved, "\(row)")
    #expect(row.evidence.contains { $0.verdict == .tested })
  }

  @Test("The two notations of a decay agree at w = 1 alone")
  func notation() async throws {
    let subject = try AuditSubject(
      builtIn: "ayla:adam", settings: [("ayla.N1", "1.5"), ("ayla.reading", "movingDecay")])
    let row = try await row("moment.decay-notation", of: subject)
    #expect(row.verdict == provedBySolver, "\(row)")
    #expect(row.detail?.contains("β = 1/2, w = 5, t = 3, where they are -3.375 and -3.375") == true)
  }

  @Test("Notations that differ at w = 1, or agree elsewhere, are refuted")
  func wrongNotation() async throws {
    let subject = try AuditSubject(
      builtIn: "ayla:adam", settings: [("ayla.N1", "1.5"), ("ayla.reading", "movingDecay")])
    for (left, right) in [
      ("1 - w*(1 - beta)^t", "(1 - w*(1 - beta))^t"), ("1 - w*(1 - beta^t)", "1 - w + w*beta^t"),
    ] {
      var property = DecayNotation()
      (property.left, property.right) = (left, right)
      let report = await Audit(of: subject, effort: .quick, properties: [property]).run()
      let row = try #require(report.results.first)
      #expect(row.verdict == .refuted, "\(row)")
      let json = try #require(row.counterexample).case
      let context = AuditContext(subject: subject, seed: 0, effort: .quick)
      #expect(!(try await property.examine(json, context).holds))
    }
  }
}
