import Diagnostics
public import Numbers
public import Properties

/// What came of trying to prove a claim.
public struct Proof: Sendable, Hashable {
  /// How it ended.
  public enum Conclusion: Sendable, Hashable {
    /// No point of the domain contradicts the claim, say these solvers, each by itself; where it took
    /// several together, they are one entry.
    case proved(by: [String])
    /// The claim fails at a point, as exact arithmetic confirms.
    case refuted(Refutation)
    /// The domain is empty, or no point of it could be confirmed by exact arithmetic.
    case vacuous(String)
    /// No solver decided it.
    case inconclusive(String)
    /// There is no solver: the message names the package to install.
    case untested(String)
  }

  public let claim: Claim
  public let conclusion: Conclusion
  /// A point of the domain, confirmed by exact arithmetic: the claim is about something.
  public let witness: [String: Rational]?
  /// What is taken for granted of powers and exponentials.
  public let facts: [String]
  /// The questions that were asked and their answers, to be saved and asked again.
  public let scripts: [SMTScript]
  /// The solver that was asked first, if there is one, `z3 4.8.12`.
  public let solver: String?
  public let seconds: Double
}

/// A point at which a claim fails.
public struct Refutation: Sendable, Hashable {
  /// The value of every symbol.
  public let point: [String: Rational]
  /// The goal that fails there.
  public let goal: String
  /// What its sides are worth, or why they are worth nothing.
  public let violation: String
  /// Whether it fails for want of a value, a division by 0 say, rather than by its value.
  public let isUndefined: Bool

  public init(point: [String: Rational], goal: String, violation: String, isUndefined: Bool) {
    self.point = point
    self.goal = goal
    self.violation = violation
    self.isUndefined = isUndefined
  }

  /// The point, symbols in order: `x = -1/3, y = 2`.
  public var pointDescription: String {
    point.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.decimalDescription)" }
      .joined(separator: ", ")
  }

  public var description: String {
    let place = point.isEmpty ? "" : " at \(pointDescription)"
    return "\(goal) fails\(place): \(violation)"
  }

  /// The case for a report; the command that repeats it is the caller's to add.
  public func counterexample(scalars: Int = 1, steps: Int = 1) -> Counterexample {
    let values = point.mapValues { JSONValue.string($0.description) }
    return Counterexample(
      scalars: scalars, steps: steps,
      case: ["point": .object(values), "goal": .string(goal), "violation": .string(violation)])
  }
}

extension Proof {
  public var isProved: Bool { if case .proved = conclusion { true } else { false } }
  public var refutation: Refutation? {
    if case .refuted(let refutation) = conclusion { refutation } else { nil }
  }

  public var verdict: Verdict {
    switch conclusion {
    case .proved: .proved
    case .refuted: .refuted
    case .vacuous: .vacuous
    case .inconclusive: .inconclusive
    case .untested: .untested
    }
  }

  /// The entry for a report. A proof by one solver alone shows that solver's name alone.
  public var evidence: Evidence {
    let tool: String
    var detail: String?
    switch conclusion {
    case .proved(let solvers):
      tool = solvers.joined(separator: " and ")
      detail = facts.isEmpty ? nil : "given \(facts.joined(separator: "; "))"
    case .refuted(let refutation):
      tool = [solver, "assay exact"].compactMap { $0 }.joined(separator: " and ")
      detail = refutation.description
    case .vacuous(let reason), .inconclusive(let reason), .untested(let reason):
      tool = solver ?? "z3"
      detail = reason
    }
    return Evidence(
      .smt, tool: tool, verdict: verdict, domain: "over the reals: \(claim.domain)", detail: detail,
      seconds: seconds)
  }
}

extension Proof: CustomStringConvertible {
  public var description: String { evidence.line(named: claim.name) }
}

extension Evidence {
  /// `name: proved (z3 4.8.12), over the reals: x > 0`, and what there is to add.
  func line(named name: String) -> String {
    let place = domain.map { ", \($0)" } ?? ""
    return "\(name): \(verdict.rawValue) (\(tool))\(place)\(detail.map { "; \($0)" } ?? "")"
  }
}
