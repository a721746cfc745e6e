import Processes
import Properties

/// A solver over the reals, as a separate program.
struct SMTSolver: Sendable {
  let tool: ExternalTool
  let arguments: @Sendable (_ resourceLimit: Int) -> [String]
  /// What is sent before a script, and the command that its `(check-sat)` becomes.
  let prelude: String
  let check: String
  /// The most seconds by the clock, whatever the effort allows.
  var mostSeconds = Double.infinity

  /// Z3, by the one strategy that is complete for polynomials and counts its own steps.
  ///
  /// The strategy that `(check-sat)` picks for `QF_NRA` gives each part of it some seconds by the clock, and
  /// would make an answer depend on the machine.
  static let z3 = SMTSolver(
    tool: .z3, arguments: { ["-in", "-smt2", "rlimit=\($0)", "-memory:3000"] },
    prelude: "(set-option :produce-models true)\n", check: "(check-sat-using qfnra-nlsat)")

  /// cvc5, by linear planes that are tangent to the products: Debian's is built without libpoly, which the
  /// complete method needs. Its steps are about a hundred of Z3's, and some it does not count: hence
  /// the guard.
  static let cvc5 = SMTSolver(
    tool: .cvc5, arguments: { ["--lang=smt2", "--nl-ext-tplanes", "--rlimit=\($0 / 100)"] },
    prelude: "", check: "(check-sat)", mostSeconds: 20)

  /// What a solver answered.
  enum Reply: Sendable {
    case unsatisfiable
    /// A candidate: the values of the symbols that could be read.
    case satisfiable([String: ModelValue])
    case unknown(String)
  }

  func ask(
    _ script: SMTScript, symbols: [(name: String, term: String)], effort: Effort,
    environment: [String: String]
  ) async throws(ToolError) -> Reply {
    var text = prelude + script.text.replacing("(check-sat)", with: check)
    let wantsModel = !prelude.isEmpty
    if wantsModel {
      text += "(get-info :reason-unknown)\n"
      if !symbols.isEmpty {
        text += "(get-value (\(symbols.map(\.term).joined(separator: " "))))\n"
      }
    }
    let seconds = min(effort.solverSeconds, mostSeconds)
    let outcome = try await tool.run(
      arguments(effort.solverResourceLimit), input: Array(text.utf8),
      limits: ToolLimits(seconds: seconds, memory: 4 << 30, output: 16 << 20),
      environment: environment)
    if outcome.limit == .time {
      return .unknown("no answer in \(Int(seconds)) s")
    }
    guard outcome.limit == nil, let output = SExpression.parse(outcome.text) else {
      return .unknown("\(tool.name) \(outcome.summary) after printing what is no answer")
    }
    return reply(output, symbols: symbols, outcome: outcome)
  }

  private func reply(
    _ output: [SExpression], symbols: [(name: String, term: String)], outcome: ToolOutcome
  ) -> Reply {
    switch output.first {
    case .atom("unsat"): return .unsatisfiable
    case .atom("sat"):
      let values = output.last?.list ?? []
      let names = Dictionary(symbols.map { ($0.term, $0.name) }, uniquingKeysWith: { $1 })
      var model: [String: ModelValue] = [:]
      for pair in values {
        // A solver may leave out the bars around a name that needs none.
        guard let items = pair.list, items.count == 2, let term = items[0].atom,
          let name = names[term] ?? names["|\(term)|"], let value = ModelValue(items[1])
        else { continue }
        model[name] = value
      }
      return .satisfiable(model)
    case .atom("unknown"), .atom("timeout"):
      let reason = output.dropFirst().first?.list?.last?.atom ?? ""
      return .unknown(Self.explained(reason))
    default:
      let said = (outcome.text + outcome.errorText).prefix { !$0.isNewline }.prefix(200)
      let words = said.isEmpty ? "" : ": \(said)"
      return .unknown("\(tool.name) \(outcome.summary)\(words)")
    }
  }

  /// A solver's reason for not knowing, in words.
  private static func explained(_ reason: String) -> String {
    switch reason.filter({ $0 != "\"" }) {
    case "canceled", "max. resource limit exceeded", "":
      "the solver's step limit was reached"
    case "max. memory exceeded", "out of memory": "the solver's memory limit was reached"
    case let other: "the solver does not know: \(other)"
    }
  }

  /// The name and version that the program gives itself, `z3 4.8.12`.
  func version(environment: [String: String]) async throws(ToolError) -> String {
    let outcome = try await tool.run(
      ["--version"], limits: ToolLimits(seconds: 20, memory: nil, output: 1 << 16),
      environment: environment)
    let words = outcome.text.split { $0 == " " || $0.isNewline }
    guard let place = words.firstIndex(of: "version"), words.indices.contains(place + 1) else {
      return tool.name
    }
    return "\(tool.name) \(words[place + 1])"
  }
}
