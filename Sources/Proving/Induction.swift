public import Formulas
import Numbers
public import Properties

/// A statement about every step of a recursion, to be proved by induction.
///
/// Three claims: the invariants hold after the first step (*base*), a further step keeps them (*step*), and
/// they imply what is wanted (*consequence*). All three are reported; what is wanted is proved when they are.
public struct Induction: Sendable {
  public var name: String
  /// What holds of parameters and of the inputs of every step: `b1 < 1`, `abs(g) <= 1`.
  public var domain: [Relation]
  /// What is claimed of the state after step `t`, over the state, the parameters and the counter.
  public var invariants: [Relation]
  /// The state before the first step, by name.
  public var start: [String: Formula]
  /// The state after a step, by name, over the state before it, the step's inputs, and the counter, which is
  /// the number of that step.
  public var step: [String: Formula]
  /// What the invariants are to imply at every step, over the state after it.
  public var conclusions: [Relation]
  /// The symbol that counts the steps from 1.
  public var counter: String

  public init(
    _ name: String, domain: [Relation], invariants: [Relation], start: [String: Formula],
    step: [String: Formula], conclusions: [Relation] = [], counter: String = "t"
  ) {
    self.name = name
    self.domain = domain
    self.invariants = invariants
    self.start = start
    self.step = step
    self.conclusions = conclusions
    self.counter = counter
  }

  /// The invariants after the first step, from the start.
  public var base: Claim {
    let first = step.mapValues {
      $0.substituting(start).substituting([counter: Formula(Rational(1))])
    }
    var values = first
    values[counter] = Formula(Rational(1))
    return Claim(
      "\(name): base", assuming: domain.map { $0.substituting([counter: Formula(Rational(1))]) },
      proving: invariants.map { $0.substituting(values) })
  }

  /// The invariants after step `t + 1`, where they hold after step `t`.
  public var inductiveStep: Claim {
    let next = FormulaArena().symbol(counter) + 1
    var values = step.mapValues { $0.substituting([counter: next]) }
    values[counter] = next
    return Claim(
      "\(name): step", assuming: domain + invariants,
      proving: invariants.map { $0.substituting(values) }, stepSymbols: [counter])
  }

  /// What is wanted, where the invariants hold; nil where nothing more than the invariants is.
  public var consequence: Claim? {
    conclusions.isEmpty
      ? nil
      : Claim(
        "\(name): consequence", assuming: domain + invariants, proving: conclusions,
        stepSymbols: [counter])
  }
}

/// What came of the claims of an induction.
public struct InductionProof: Sendable, Hashable {
  public let base: Proof
  public let step: Proof
  /// Nil where nothing more than the invariants is wanted.
  public let consequence: Proof?

  /// The claims in order, with their names.
  public var parts: [(name: String, proof: Proof)] {
    [("base", base), ("step", step)] + (consequence.map { [("consequence", $0)] } ?? [])
  }

  public var isProved: Bool { parts.allSatisfy(\.proof.isProved) }

  /// `proved` where every part is; `refuted` where the base fails, since the state after the first step is
  /// reached. A step or a consequence that fails may do so in a state that no run reaches: `inconclusive`.
  public var verdict: Verdict {
    if isProved { return .proved }
    if base.refutation != nil { return .refuted }
    let verdicts = parts.map(\.proof.verdict)
    for verdict in [Verdict.untested, .vacuous] where verdicts.contains(verdict) { return verdict }
    return .inconclusive
  }

  /// The entry for a report, each part with its own verdict.
  public var evidence: Evidence {
    let entries = parts.map { ($0.name, $0.proof.evidence) }
    let tools = entries.map { $0.1.tool.split(separator: " and ").map(String.init) }
    let common = (tools.first ?? []).filter { name in tools.allSatisfy { $0.contains(name) } }
    let details = entries.map { name, entry in
      isProved || entry.verdict == .proved
        ? "\(name) \(entry.verdict.rawValue)"
        : "\(name) \(entry.verdict.rawValue) (\(entry.detail ?? ""))"
    }
    return Evidence(
      .smt, tool: common.isEmpty ? entries[0].1.tool : common.joined(separator: " and "),
      verdict: verdict, domain: step.evidence.domain,
      detail: "by induction: \(details.joined(separator: ", "))",
      seconds: entries.reduce(0) { $0 + $1.1.seconds })
  }

  /// The questions of all parts.
  public var scripts: [SMTScript] { parts.flatMap(\.proof.scripts) }
}

extension InductionProof: CustomStringConvertible {
  public var description: String { evidence.line(named: step.claim.name) }
}

extension Prover {
  /// Tries to prove the three claims of an induction.
  public func prove(_ induction: Induction, confirming: Bool? = nil) async -> InductionProof {
    let base = await prove(induction.base, confirming: confirming)
    let step = await prove(induction.inductiveStep, confirming: confirming)
    var consequence: Proof?
    if let claim = induction.consequence {
      consequence = await prove(claim, confirming: confirming)
    }
    return InductionProof(base: base, step: step, consequence: consequence)
  }
}
