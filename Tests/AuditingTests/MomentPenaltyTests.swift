import Auditing
import Properties
import Testing

@Suite("Moments: AMVT's penalty")
struct MomentPenaltyTests {
  @Test("The penalty of AMVT and of its formula file is proved")
  func penalty() async throws {
    for subject in [try AuditSubject(builtIn: "amvt"), try subject(ofFile: amvtFile())] {
      #expect(try await row("moment.variance-penalty", of: subject).verdict == provedBySolver)
      #expect(try await row("moment.variance-identity", of: subject).verdict == .proved)
    }
  }

  @Test("The first penalty is 1.81^(−1/2), enclosed")
  func firstPenalty() async throws {
    let row = try await row("moment.variance-penalty", of: try AuditSubject(builtIn: "amvt"))
    let first = try #require(row.evidence.first { $0.kind == .interval })
    #expect(first.detail?.contains("1.81^(−1/2), in [0.743294146247") == true, "\(first)")
  }

  @Test(
    "Wrong penalties are refuted by an exact run",
    arguments: [
      "1/sqrt(shat/(vhat + epsilon))", "sqrt(1 + shat/(vhat + epsilon))",
      "1/sqrt(1 - shat/(vhat + shat + epsilon))",
    ])
  func wrongPenalties(_ penalty: String) async throws {
    let subject = try subject(ofFile: amvtFile(["penalty": penalty]))
    try await expectRefuted("moment.variance-penalty", of: subject)
    try await expectRefuted("moment.variance-identity", of: subject)
  }

  @Test("A penalty of the wrong power is in (0, 1], and refuted as an identity")
  func wrongPower() async throws {
    let subject = try subject(
      ofFile: amvtFile(["penalty": "1/(1 + shat/(vhat + epsilon))"]))
    #expect(try await row("moment.variance-penalty", of: subject).verdict == provedBySolver)
    try await expectRefuted("moment.variance-identity", of: subject)
  }

  @Test("A file that names no penalty is not asked, and told why")
  func unnamed() async throws {
    let text = amvtFile().replacing("penalty", with: "factor")
    let row = try await row("moment.variance-penalty", of: try subject(ofFile: text))
    #expect(row.verdict == .notApplicable)
    #expect(row.detail?.contains("`penalty`") == true)
  }
}
