import Formulas
import Processes
import Properties
import Proving
import Testing

/// Whole steps of Adam and AMVT as a trace has them, bias corrections and all, for every decay and step.
@Suite("Claims about whole steps", .enabled(if: ExternalTool.z3.isPresent, "apt-get install z3"))
struct StepClaimTests {
  let prover = Prover(effort: .quick)

  static let domain = [
    "b1 >= 0", "b1 < 1", "b2 >= 0", "b2 < 1", "b3 >= 0", "b3 < 1", "eps > 0", "a > 0", "v >= 0",
    "s >= 0",
  ]
  static let amvt = [
    ("M", "b1*m + (1 - b1)*g"), ("V", "b2*v + (1 - b2)*g^2"), ("S", "b3*s + (1 - b3)*(g - M)^2"),
    ("mh", "M/(1 - b1^t)"), ("vh", "V/(1 - b2^t)"), ("sh", "S/(1 - b3^t)"),
    ("penalty", "(1 + sh/(vh + eps))^(-1/2)"), ("step", "-a*penalty/sqrt(vh + eps)*mh"),
  ]
  static let adam = [
    ("M", "b1*m + (1 - b1)*g"), ("V", "b2*v + (1 - b2)*g^2"),
    ("step", "-a*(M/(1 - b1^t))/(sqrt(V/(1 - b2^t)) + eps)"),
    ("Mc", "b1*(c*m) + (1 - b1)*(c*g)"), ("Vc", "b2*(c^2*v) + (1 - b2)*(c*g)^2"),
    ("scaled", "-a*(Mc/(1 - b1^t))/(sqrt(Vc/(1 - b2^t)) + c*eps)"),
    ("C", "(1 - b1)^2*b2/((1 - b2)*(b2 - b1^2))"),
  ]

  private func expectProved(
    _ definitions: [(String, String)], given assumptions: [String], then goals: [String]
  ) async throws {
    let proof = await prover.prove(
      try makeClaim("step", where: definitions, given: assumptions, then: goals, steps: ["t"]))
    let isProved = proof.isProved
    #expect(isProved, "\(proof)")
  }

  @Test(
    "AMVT: the penalty lies in (0, 1], the printed step is the one of the one-division form",
    arguments: [
      "penalty > 0", "penalty <= 1", "penalty/sqrt(vh + eps) = 1/sqrt(vh + sh + eps)",
      "step = -a*mh/sqrt(vh + sh + eps)",
    ])
  func amvt(goal: String) async throws {
    try await expectProved(Self.amvt, given: Self.domain, then: [goal])
  }

  @Test("Adam: scaling the gradients and ε alike changes nothing")
  func scale() async throws {
    try await expectProved(Self.adam, given: Self.domain + ["c > 0"], then: ["scaled = step"])
  }

  @Test("Adam: without moments it is the sign, softened by ε")
  func reduction() async throws {
    try await expectProved(
      Self.adam, given: ["b1 = 0", "b2 = 0", "eps > 0"], then: ["step = -a*g/(abs(g) + eps)"])
  }

  @Test("Adam: the first step is that, whatever the decays")
  func firstStep() async throws {
    try await expectProved(
      Self.adam, given: Self.domain + ["m = 0", "v = 0", "t = 1"],
      then: ["step = -a*g/(abs(g) + eps)", "g*step <= 0"])
  }

  @Test("Adam: a step from any state with m² ≤ C·v is within its bound")
  func bound() async throws {
    try await expectProved(
      Self.adam,
      given: ["b1 >= 0", "b1 < 1", "b1^2 < b2", "b2 < 1", "eps > 0", "a > 0", "v >= 0"]
        + ["m^2 <= C*v", "M^2 <= C*V"],
      then: ["abs(step) <= a*sqrt(C)*sqrt(1 - b2^t)/(1 - b1^t)"])
  }

  @Test("Adam: the ratio's bound at every step, C·(1 − p²/q), is kept, and C is its limit")
  func sharpBound() async throws {
    let decays = ["b1 >= 0", "b1 < 1", "b1^2 < b2", "b2 < 1", "p >= 0", "q > 0", "p^2 <= q"]
    try await expectProved(
      Self.adam, given: decays + ["v >= 0", "m^2 <= C*(1 - p^2/q)*v"],
      then: ["M^2 <= C*(1 - (b1*p)^2/(b2*q))*V"])
    try await expectProved(
      Self.adam, given: decays + ["p <= b1", "q <= b2"],
      then: ["C*(1 - p^2/q)*(1 - q)/(1 - p)^2 = C*(1 - (p - q)^2/(q*(1 - p)^2))"])
  }
}
