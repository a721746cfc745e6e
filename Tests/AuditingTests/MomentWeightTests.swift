import Auditing
import Properties
import Testing

@Suite("Moments: weights and corrections")
struct MomentWeightTests {
  @Test("The weights of Adam, AMO, AMVT and of AYLA's rescaled moments are proved")
  func weights() async throws {
    for name in ["adam", "amo", "amvt"] {
      let subject = try AuditSubject(builtIn: name)
      #expect(try await row("moment.ema-weights", of: subject).verdict == .proved)
    }
    let rescaled = try AuditSubject(
      builtIn: "ayla:adam", settings: [("ayla.N1", "1.5"), ("ayla.reading", "rescaled")])
    #expect(try await row("moment.ema-weights", of: rescaled).verdict == .proved)
  }

  @Test("A file's moments are found and proved, whatever its slots are called")
  func fileWeights() async throws {
    let renamed = """
      optimizer: other names
      family: adam
      state: {first: 0, second: 0}
      hyperparameters: {alpha: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8}
      update:
        - first = first + (1 - beta1)*(g - first)
        - second = beta2*second + (1 - beta2)*g*g
        - theta = theta - alpha*(first/(1 - beta1^t))/(sqrt(second/(1 - beta2^t)) + epsilon)
      """
    let subject = try subject(ofFile: renamed)
    #expect(try await row("moment.ema-weights", of: subject).verdict == .proved)
    #expect(try await row("moment.bias-identity", of: subject).verdict == provedBySolver)
  }

  @Test(
    "Wrong weights are refuted by an exact run",
    arguments: [
      ["m": "beta1*m + g"], ["m": "beta2*m + (1 - beta2)*g"],
      ["v": "beta1*v + (1 - beta1)*g^2"], ["v": "beta2*v + (1 - beta2)*abs(g)"],
    ])
  func wrongWeights(_ fault: [String: String]) async throws {
    try await expectRefuted("moment.ema-weights", of: try subject(ofFile: adamFile(fault)))
  }

  @Test("The corrections of Adam and AMVT are proved unbiased")
  func corrections() async throws {
    for name in ["adam", "amvt"] {
      let subject = try AuditSubject(builtIn: name)
      #expect(try await row("moment.bias-identity", of: subject).verdict == provedBySolver)
    }
    let file = try subject(ofFile: adamFile())
    #expect(try await row("moment.bias-identity", of: file).verdict == provedBySolver)
  }

  @Test(
    "Missing and wrong corrections are refuted by an exact run",
    arguments: [
      ["mhat": "m"], ["vhat": "v"], ["vhat": "v/(1 - beta1^t)"], ["mhat": "m/(1 - beta2^t)"],
      ["mhat": "m/(1 - beta1^(t + 1))"], ["mhat": "m/(1 - beta1)"],
    ])
  func wrongCorrections(_ fault: [String: String]) async throws {
    try await expectRefuted("moment.bias-identity", of: try subject(ofFile: adamFile(fault)))
  }

  @Test("Rules without corrections, and those of moving decays, are not asked")
  func exclusions() async throws {
    let amo = try AuditSubject(builtIn: "amo")
    #expect(try await row("moment.bias-identity", of: amo).verdict == .notApplicable)
    let moving = try AuditSubject(
      builtIn: "ayla:adam", settings: [("ayla.N1", "1.5"), ("ayla.reading", "movingDecay")])
    #expect(try await row("moment.ema-weights", of: moving).verdict == .notApplicable)
  }
}
