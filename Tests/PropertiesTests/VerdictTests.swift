import Properties
import Testing

@Suite("Verdicts")
struct VerdictTests {
  @Test("a refutation outweighs a proof, and a proof outweighs tests")
  func order() {
    #expect(Verdict.strongest(of: [.tested, .proved, .refuted]) == .refuted)
    #expect(Verdict.strongest(of: [.untested, .tested, .proved]) == .proved)
    #expect(Verdict.strongest(of: [.untested, .inconclusive]) == .inconclusive)
    #expect(Verdict.strongest(of: []) == .untested)
  }
}
