import Formulas
import Numbers
public import Properties

/// What exact arithmetic alone says of a claim, without any solver.
public struct ExactProof: Sendable, Hashable {
  public enum Conclusion: Sendable, Hashable {
    /// Every goal is an identity: both sides have one normal form.
    case proved
    /// The claim fails at a point, exactly.
    case refuted(Refutation)
    /// Every goal holds at this many points of the domain, and was decided at each.
    case tested(points: Int)
    /// No point that was tried lies in the domain.
    case vacuous
    /// At no point of the domain were all goals decided.
    case inconclusive
  }

  public let claim: Claim
  public let conclusion: Conclusion
  /// How many points were tried.
  public let pointsTried: Int
  /// How many of those lie in the domain.
  public let pointsInDomain: Int
  public let seconds: Double

  public var verdict: Verdict {
    switch conclusion {
    case .proved: .proved
    case .refuted: .refuted
    case .tested: .tested
    case .vacuous: .vacuous
    case .inconclusive: .inconclusive
    }
  }

  public var refutation: Refutation? {
    if case .refuted(let refutation) = conclusion { refutation } else { nil }
  }

  /// The entry for a report.
  public var evidence: Evidence {
    let (domain, detail): (String, String?) =
      switch conclusion {
      case .proved: ("wherever both sides have a value", "one normal form for both sides")
      case .refuted(let refutation): (claim.domain, refutation.description)
      case .tested(let count): (claim.domain, "holds exactly at \(count) points of the domain")
      case .vacuous: (claim.domain, "none of \(pointsTried) points lies in the domain")
      case .inconclusive:
        (claim.domain, "decided at none of \(pointsInDomain) points of the domain")
      }
    return Evidence(
      .exact, tool: "assay exact", verdict: verdict, domain: domain, detail: detail,
      seconds: seconds)
  }
}

extension ExactProof: CustomStringConvertible {
  public var description: String { evidence.line(named: claim.name) }
}

extension Claim {
  /// Tries to prove the claim as a set of identities, and to refute it at simple points of its domain.
  ///
  /// An identity is proved where both sides are one quotient of polynomials in the symbols, roots and
  /// magnitudes; it holds wherever both have a value, and says nothing of where that is.
  ///
  /// - Parameter trialPoints: how many simple points are tried. They and their order are fixed.
  public func exactProof(trialPoints: Int = 64) -> ExactProof {
    let start = ContinuousClock.now
    let check = CandidateCheck(self)
    let points = check.simplePoints(count: trialPoints)
    let inside = points.filter(check.isInDomain)
    let conclusion: ExactProof.Conclusion
    if let found = inside.lazy.compactMap(check.refutation).first {
      conclusion = .refuted(check.simplified(found))
    } else if !goals.isEmpty,
      goals.allSatisfy({ $0.comparison == .equal && $0.left.isIdentical(to: $0.right) })
    {
      conclusion = .proved
    } else if inside.isEmpty {
      conclusion = .vacuous
    } else {
      let decided = Set(inside).count { point in
        goals.allSatisfy { if case .yes = $0.certainty(at: point) { true } else { false } }
      }
      conclusion = decided == 0 ? .inconclusive : .tested(points: decided)
    }
    return ExactProof(
      claim: self, conclusion: conclusion, pointsTried: points.count,
      pointsInDomain: inside.count,
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }
}
