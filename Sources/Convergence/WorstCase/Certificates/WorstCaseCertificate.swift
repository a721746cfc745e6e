public import Diagnostics
public import Numbers
internal import Optimizers

/// All that is needed to check a worst case again: the question, the method's coefficients, the multipliers
/// that prove the bound from above, and the run that proves the one from below.
public struct WorstCaseCertificate: Sendable {
  public let method: String
  public let settings: [WorstCaseMethod.Setting]
  public let question: WorstCaseQuestion
  public let coefficients: FixedCoefficientMethod
  var dual: DualCertificate?
  var instance: RunInstance?
  /// What the file claims; nil for what the parts prove.
  var claimed: (upper: Rational?, lower: Rational?)

  init(
    method: String, settings: [WorstCaseMethod.Setting], question: WorstCaseQuestion,
    coefficients: FixedCoefficientMethod, dual: DualCertificate?, instance: RunInstance?,
    claimed: (upper: Rational?, lower: Rational?) = (nil, nil)
  ) {
    self.method = method
    self.settings = settings
    self.question = question
    self.coefficients = coefficients
    self.dual = dual
    self.instance = instance
    self.claimed = claimed
  }

  /// What a check came to.
  public enum Verdict: Sendable, Equatable {
    /// The bounds that are proved.
    case proved(upper: Rational?, lower: Rational?)
    /// The first condition that fails.
    case rejected(condition: String)
  }

  /// Checks all of it in exact arithmetic, without any solver.
  public func check() -> Verdict {
    do throws(CertificateFailure) {
      guard !question.functionClass.isQuadratic else {
        throw CertificateFailure(condition: "mu = L leaves one function, and nothing to certify")
      }
      try checkMethod()
      let problem = PerformanceProblem(question, coefficients)
      var upper: Rational?
      if let dual {
        try checkSize(of: dual, in: problem)
        let bound = try dual.check(in: problem)
        if let claim = claimed.upper, claim < bound {
          throw CertificateFailure(
            condition: "the multipliers prove \(bound.shortened), not the upper bound"
              + " \(claim.shortened)")
        }
        upper = claimed.upper ?? bound
      }
      var lower: Rational?
      if let instance {
        let value = try instance.check(in: problem)
        if let claim = claimed.lower, value < claim {
          throw CertificateFailure(
            condition: "the instance attains \(value.shortened), not the lower bound"
              + " \(claim.shortened)")
        }
        lower = claimed.lower ?? value
      }
      guard upper != nil || lower != nil else {
        throw CertificateFailure(condition: "it holds neither multipliers nor an instance")
      }
      return .proved(upper: upper, lower: lower)
    } catch {
      return .rejected(condition: error.condition)
    }
  }

  /// The semidefinite program of the constraints that the proof uses, in SDPA's sparse format, which any solver
  /// reads: its largest objective is the bound, up to a power of 2 for the unit.
  public var programText: String {
    let floating = FloatingProblem(PerformanceProblem(question, coefficients))
    let used = dual?.multipliers.map(\.constraint)
    let constraints = used ?? InstanceProgram.firstConstraints(of: floating.exact)
    return InstanceProgram(floating, constraints).program.text
  }

  /// The method's own text, traced again, has these coefficients.
  private func checkMethod() throws(CertificateFailure) {
    let traced: FixedCoefficientMethod
    do {
      traced = try WorstCaseMethod(named: method, settings: settings).traced(for: question)
    } catch {
      throw CertificateFailure(condition: "\(method) with these settings is no method to check")
    }
    guard traced == coefficients else {
      throw CertificateFailure(
        condition: "the coefficients are not those of \(method) with these settings")
    }
  }

  /// The order of `S` times the bits of its entries, beyond which the elimination would take hours.
  static let sizeLimit = 1 << 19

  private func checkSize(
    of dual: DualCertificate, in problem: PerformanceProblem
  ) throws(CertificateFailure) {
    var common = CommonDenominator()
    for multiplier in dual.multipliers {
      common.include(multiplier.value)
      guard common.value.bitWidth <= CommonDenominator.bitLimit else {
        throw CertificateFailure(condition: "its multipliers have no common denominator to check")
      }
    }
    guard problem.basisCount * common.value.bitWidth <= Self.sizeLimit else {
      throw CertificateFailure(condition: "its numbers are too long to check")
    }
  }
}

/// A file that is no certificate.
public struct CertificateFormatError: Diagnosable, Equatable {
  public let message: String
  public var exitCode: ExitCode { .data }

  init(_ message: String) { self.message = "this is no certificate: \(message)" }
}
