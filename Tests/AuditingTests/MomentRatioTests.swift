import Auditing
import Numbers
import Properties
import Testing

@testable import struct Auditing.RatioRecursion

@Suite("Moments: bounds on the ratio")
struct MomentRatioTests {
  @Test("The sharp bound of Adam's ratio is proved, attained, and tends to 7.2703")
  func sharpBound() async throws {
    for subject in [try AuditSubject(builtIn: "adam"), try subject(ofFile: adamFile())] {
      let row = try await row("moment.ratio-bound", of: subject)
      #expect(row.verdict == .proved, "\(row)")
      #expect(row.detail?.contains("7.27029") == true)
      let search = try #require(row.evidence.first { $0.kind == .search })
      #expect(search.verdict == .tested)
    }
  }

  @Test(
    "A ratio beyond the sharp bound is refuted by an exact run",
    arguments: [["vhat": "v"], ["mhat": "m/(1 - beta1^t)^2"]])
  func sharpBoundFaults(_ fault: [String: String]) async throws {
    try await expectRefuted("moment.ratio-bound", of: try subject(ofFile: adamFile(fault)))
  }

  @Test("The loose bound is refuted at 210 steps of Adam and 310 of AMVT, as information")
  func looseBound() async throws {
    for (name, steps) in [("adam", 210), ("amvt", 310)] {
      let subject = try AuditSubject(builtIn: name)
      let row = try await row("moment.ratio-bound-loose", of: subject)
      #expect(!row.isDeclared)
      #expect(row.counterexample?.steps == steps)
      #expect(row.evidence.first?.detail == "first possible at t = \(steps)")
      try await expectRefuted("moment.ratio-bound-loose", of: subject)
    }
  }

  @Test("The loose bound is true at β₁ = 0 and at β₁ = β₂")
  func looseBoundHolds() async throws {
    for value in ["0", "0.999"] {
      let subject = try AuditSubject(builtIn: "adam", settings: [("beta1", value)])
      #expect(try await row("moment.ratio-bound-loose", of: subject).verdict == .proved)
    }
  }

  @Test("AMVT's own bound is proved, and 3.448083 at 400 steps is reached by its code")
  func ownBound() async throws {
    for subject in [try AuditSubject(builtIn: "amvt"), try subject(ofFile: amvtFile())] {
      let row = try await row("moment.ratio-bound-amvt", of: subject)
      #expect(row.verdict == .proved, "\(row)")
      #expect(row.detail?.contains("3.448083 at t = 400") == true)
      for kind in [EvidenceKind.certificate, .interval, .search] {
        let verdict = row.evidence.first { $0.kind == kind }?.verdict
        #expect(verdict != nil && verdict != .inconclusive, "\(kind)")
      }
    }
  }

  @Test("A step without its penalty passes AMVT's bound, and is refuted")
  func ownBoundFault() async throws {
    let fault = ["theta": "theta - alpha*mhat/sqrt(vhat + epsilon)"]
    try await expectRefuted("moment.ratio-bound-amvt", of: try subject(ofFile: amvtFile(fault)))
  }

  @Test("The recursion gives what a Cholesky factor of the whole form gives")
  func denseForm() {
    let (a, b, c) = (0.9, 0.999, 0.99)
    let recursion = RatioRecursion<Double>(beta1: 0.9, beta2: 0.999, beta3: 0.99)
    let count = 120
    func weights(_ beta: Double, _ t: Int) -> [Double] {
      var values = [Double](repeating: 0, count: count)
      for i in 1...t { values[i - 1] = (1 - beta) * Double.power(beta, Double(t - i)) }
      return values
    }
    func corrected(_ beta: Double) -> [Double] {
      let scale = 1 - Double.power(beta, Double(count))
      return weights(beta, count).map { $0 / scale }
    }
    var form = [[Double]](
      repeating: [Double](repeating: 0, count: count), count: count)
    for i in 0..<count {
      form[i][i] += corrected(b)[i]
      // gᵢ − mᵢ as a row of coefficients.
      var row = weights(a, i + 1).map { -$0 }
      row[i] += 1
      let weight = corrected(c)[i]
      for j in 0...i { for k in 0...i { form[j][k] += weight * row[j] * row[k] } }
    }
    // Forward substitution with the Cholesky factor: |L⁻¹a|² = aᵀB⁻¹a.
    var solution = [Double](repeating: 0, count: count)
    let right = corrected(a)
    var sum = 0.0
    for j in 0..<count {
      for k in 0..<j {
        for i in j..<count { form[i][j] -= form[i][k] * form[j][k] }
      }
      let pivot = form[j][j].squareRoot()
      for i in j..<count { form[i][j] /= pivot }
      var rest = right[j]
      for k in 0..<j { rest -= form[j][k] * solution[k] }
      solution[j] = rest / pivot
      sum += solution[j] * solution[j]
    }
    // The form's condition is about 10⁴, so that 10⁻¹¹ is what a right factor loses.
    #expect(abs(recursion.largestSquare(at: count) / sum - 1) < 1e-11)
  }

  @Test("|Δθ| is proved to stay within the declared bound of Adam, AMO and AMVT")
  func stepBound() async throws {
    for name in ["adam", "amo", "amvt"] {
      let subject = try AuditSubject(builtIn: name)
      let row = try await row("rule.step-bound", of: subject)
      #expect(row.verdict == provedBySolver, "\(name): \(row.evidence)")
    }
  }
}
