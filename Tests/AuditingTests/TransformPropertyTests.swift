import Auditing
import Numbers
import Optimizers
import Processes
import Properties
import Testing

/// A transform with one thing wrong in it.
struct FaultyTransform: LossTransform {
  enum Fault: CaseIterable {
    /// `w = |l|ⁿ⁻¹`.
    case weightWithoutExponent
    /// The exponent is chosen by `l < 1`, not by `|l| < 1`.
    case exponentByLoss
    /// `w(0) = 0`, as `n·0ⁿ⁻¹` is for n > 1.
    case weightAtZero
    /// `L = |l|ⁿ`.
    case valueWithoutSign
    /// `φ″ = n(n − 1)|l|ⁿ⁻²`, the paper's equation 2.
    case curvatureWithoutSign
  }
  let fault: Fault
  let smallExponent: Rational
  let largeExponent: Rational

  init(_ fault: Fault, _ small: Rational = 1.5, _ large: Rational = 0.5) {
    (self.fault, smallExponent, largeExponent) = (fault, small, large)
  }

  func replacingExponents(_ small: Rational, _ large: Rational) -> FaultyTransform {
    FaultyTransform(fault, small, large)
  }

  private func exponent<N: RuleNumber>(_ loss: N) -> N {
    guard fault == .exponentByLoss else {
      return PowerTransform.exponent(at: loss, N1: N(smallExponent), N2: N(largeExponent))
    }
    return .select(loss, isLessThan: 1, then: N(smallExponent), else: N(largeExponent))
  }

  func value<N: RuleNumber>(at loss: N) throws(N.Failure) -> N {
    let power = try N.power(loss.magnitude, exponent(loss))
    return fault == .valueWithoutSign ? power : N.sign(loss) * power
  }

  func weight<N: RuleNumber>(at loss: N) throws(N.Failure) -> N {
    let n = exponent(loss)
    let size = N.select(0, isLessThan: loss.magnitude, then: loss.magnitude, else: 1)
    let power = try N.power(size, n - 1)
    switch fault {
    case .weightWithoutExponent: return power
    case .weightAtZero: return .select(0, isLessThan: loss.magnitude, then: n * power, else: 0)
    default: return n * power
    }
  }

  func curvature<N: RuleNumber>(at loss: N) throws(N.Failure) -> N {
    let n = exponent(loss)
    let size = N.select(0, isLessThan: loss.magnitude, then: loss.magnitude, else: 1)
    let factor = try n * (n - 1) * N.power(size, n - 2)
    return fault == .curvatureWithoutSign ? factor : N.sign(loss) * factor
  }
}

@Suite("Loss transforms")
struct TransformPropertyTests {
  @Test(
    "AYLA's transform has every property, proved",
    arguments: [("1.5", "1.5"), ("1.5", "0.5"), ("0.5", "2"), ("2", "1"), ("3", "1/3")])
  func shipped(_ small: String, _ large: String) async throws {
    let subject = try AuditSubject(
      builtIn: "ayla:sgd", settings: [("ayla.N1", small), ("ayla.N2", large)])
    let report = await Audit(
      of: subject, seed: 1, effort: .quick, properties: TransformProperties.all
    ).run()
    for row in report.results {
      let expected =
        row.property.id == "transform.epsilon-inflation" ? provedBySolver : .proved
      #expect(row.verdict == expected, "\(row)")
      #expect(!row.evidence.contains { $0.verdict == .refuted }, "\(row)")
      let witness = row.evidence.first { $0.kind == .gsl }
      #expect(witness.map { $0.verdict == .tested } ?? true, "\(row)")
    }
  }

  @Test("AYLA over AMVT: inertia and chain rule are proved, with GSL's witness beside")
  func amvt() async throws {
    let subject = try AuditSubject(
      builtIn: "ayla:amvt", settings: [("ayla.N1", "1.5"), ("ayla.N2", "1.5")])
    for id in ["transform.inertia", "transform.chain-rule"] {
      let row = try await row(id, of: subject)
      #expect(row.verdict == .proved, "\(row)")
      #expect(row.evidence.map(\.kind) == [.exact, .gsl, .generated])
      #expect(row.evidence.map(\.verdict) == [.proved, .tested, .tested], "\(row)")
    }
  }

  @Test("Optimizers without a transform are not asked")
  func without() async throws {
    let row = try await row("transform.weyl", of: try AuditSubject(builtIn: "adam"))
    #expect(row.verdict == .notApplicable)
  }

  @Test(
    "Each fault is refuted by the properties that speak of it, with a case that fails again",
    arguments: [
      (
        FaultyTransform.Fault.weightWithoutExponent,
        [
          "transform.chain-rule", "transform.inertia", "transform.weyl",
          "transform.rescaled-step", "transform.stability", "transform.epsilon-inflation",
        ]
      ),
      (.exponentByLoss, ["transform.join"]),
      (.weightAtZero, ["transform.critical-points"]),
      (
        .valueWithoutSign,
        ["transform.monotone", "transform.algebra", "transform.join", "transform.chain-rule"]
      ),
      (.curvatureWithoutSign, ["transform.weyl"]),
    ])
  func faults(_ fault: FaultyTransform.Fault, _ ids: [String]) async throws {
    let subject = try AuditSubject(
      builtIn: "ayla:sgd", settings: [("ayla.N1", "1.5"), ("ayla.N2", "0.5")])
    let properties = TransformProperties.examining(FaultyTransform(fault))
    let report = await Audit(
      of: subject, seed: 1, effort: .quick, properties: properties
    ).run()
    let refuted = Set(report.results.filter { $0.verdict == .refuted }.map(\.property.id))
    #expect(refuted.isSuperset(of: ids), "only \(refuted.sorted())")
    let context = AuditContext(subject: subject, seed: 1, effort: .quick)
    for row in report.results where ids.contains(row.property.id) {
      let property = try #require(properties.first { $0.id == row.property.id })
      let counterexample = try #require(row.counterexample, "\(row)")
      let examination = try await property.examine(counterexample.case, context)
      #expect(!examination.holds)
    }
  }
}
