import Formulas
import Numbers

/// A question put to solvers, and what each of them said: enough to ask it again.
public struct SMTScript: Sendable, Hashable {
  /// What is asked: can these hold together?
  public enum Question: Hashable, Sendable {
    /// Do the assumptions allow anything?
    case domain
    /// Do the assumptions allow a point at which something has no value?
    case definedness
    /// Do the assumptions allow a point at which this goal fails, everything having a value?
    case goal(Int)

    /// A name for a file: `domain`, `definedness`, `goal-1`, the first goal being 1.
    public var name: String {
      switch self {
      case .domain: "domain"
      case .definedness: "definedness"
      case .goal(let index): "goal-\(index + 1)"
      }
    }
  }

  public let question: Question
  /// The question in SMT-LIB 2.6, logic `QF_NRA`.
  public let text: String
  /// The answers, by the solver's name and version: `sat`, `unsat`, or why there is none.
  public internal(set) var answers: [SolverAnswer] = []

  init(_ question: Question, text: String) {
    self.question = question
    self.text = text
  }
}

/// What a solver said.
public struct SolverAnswer: Sendable, Hashable {
  /// Its name and version, `z3 4.8.12`.
  public let solver: String
  /// `sat`, `unsat`, or why there is neither.
  public let answer: String
}

/// Writes a claim's questions down.
struct SMTQuestions {
  private let claim: Claim
  private let encoding: SMTEncoding
  private let assumptions: [String]
  private let goals: [String]

  init(_ claim: Claim) {
    self.claim = claim
    let fixed = Self.fixedSymbols(claim)
    let relations = (claim.assumptions + claim.goals).map { relation in
      // What fixes a symbol stays as it is.
      let isDefinition = relation.comparison == .equal && relation.symbols.count == 1
      let plain = isDefinition ? relation : relation.substituting(fixed)
      return Relation(
        plain.left.withPlainStepPowers(claim.stepSymbols), plain.comparison,
        plain.right.withPlainStepPowers(claim.stepSymbols))
    }
    encoding = SMTEncoding(relations: relations, wholeSymbols: claim.stepSymbols)
    let steps = encoding.symbols.filter(claim.stepSymbols.contains)
    assumptions =
      steps.map { "(<= 1.0 \(SMTEncoding.quoted($0)))" }
      + encoding.relationTerms.prefix(claim.assumptions.count)
    goals = Array(encoding.relationTerms.dropFirst(claim.assumptions.count))
  }

  /// The symbols that an assumption sets equal to a number, `t = 1`: written as that number elsewhere, so that
  /// `b^t` is `b`.
  private static func fixedSymbols(_ claim: Claim) -> [String: Formula] {
    var fixed: [String: Formula] = [:]
    for relation in claim.assumptions where relation.comparison == .equal {
      for (side, other) in [(relation.left, relation.right), (relation.right, relation.left)] {
        guard let name = side.symbolName, let value = other.constantValue, fixed[name] == nil else {
          continue
        }
        fixed[name] = Formula(value)
      }
    }
    return fixed
  }

  /// The symbols, and how they are written.
  var symbols: [(name: String, term: String)] {
    encoding.symbols.map { ($0, SMTEncoding.quoted($0)) }
  }

  /// What is asserted of powers and exponentials, and is true of them but not by their definition.
  var facts: [String] { encoding.assumptions }

  /// Whether there is anything that may be undefined.
  var hasObligations: Bool { !encoding.obligations.isEmpty }

  func script(for question: SMTScript.Question) -> SMTScript {
    let obligations = encoding.obligations.map(\.term)
    var lines = ["; \(Self.line(claim.name))", "; for \(Self.line(claim.domain))"]
    lines += facts.map { "; given \($0)" }
    var asserted = assumptions
    switch question {
    case .domain: lines.append("; unsat: the assumptions contradict each other")
    case .definedness:
      lines.append("; unsat: every quotient, root, logarithm and power has a value")
      asserted.append("(not (and true \(obligations.joined(separator: " "))))")
    case .goal(let index):
      lines.append("; unsat: \(Self.line(claim.goals[index].description))")
      lines.append("; given that everything has a value, which is proved apart")
      asserted += obligations + ["(not \(goals[index]))"]
    }
    lines.append("(set-logic QF_NRA)")
    lines += encoding.commands
    lines += asserted.map { "(assert \($0))" }
    lines.append("(check-sat)")
    return SMTScript(question, text: lines.joined(separator: "\n") + "\n")
  }

  /// A text as one line, cut if it is long.
  private static func line(_ text: String) -> String {
    let line = String(text.map { $0.isNewline ? " " : $0 })
    return line.count <= 400 ? line : "\(line.prefix(400)) …"
  }
}
