internal import Numbers

extension Formula {
  /// The formula in LaTeX's mathematics, as a paper prints it: `\frac{…}{…}`, `\sqrt{…}`, `\beta_{1}^{t}`.
  ///
  /// Where sharing makes it large, parts get names, and lines of `aligned` say what they are.
  public var latex: String {
    let graph = FormulaGraph(self)
    let sizes: [Double] = graph.fold { _, operands in operands.reduce(1, +) }
    if sizes[graph.roots[0]] <= 60 {
      return LaTeXNotation(graph: graph, names: []).line(graph.roots[0])
    }
    return Formula.latex([("f", self)])
  }

  /// Formulas as lines `name = …` of LaTeX's `aligned`, each large part that they share on a line of its own
  /// before them. A formula that is a part of a later one stands there by its name. A label that is also a
  /// symbol's name is written with a prime: m′ is what the symbol m becomes.
  public static func latex(_ labels: [(name: String, formula: Formula)]) -> String {
    let outline = FormulaOutline(labels, prefix: "p", bounds: .mathematics)
    let notation = LaTeXNotation(graph: outline.graph, names: outline.names)
    let lines = outline.lines(
      separator: " &= ", notation.line, symbol: { LaTeXNotation.symbol($0) })
    return "\\begin{aligned}\n" + lines.joined(separator: " \\\\\n") + "\n\\end{aligned}"
  }
}

/// Formulas in LaTeX.
struct LaTeXNotation {
  let graph: FormulaGraph
  /// Empty, or for each node the name that stands for it.
  let names: [String?]

  private static let greek: Set<String> = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda",
    "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
  ]
  /// The papers' letters for hyper-parameters.
  private static let letters = [
    "learningRate": "\\alpha", "lr": "\\alpha", "weightDecay": "\\lambda", "momentum": "\\mu",
    "gradient": "g", "loss": "\\ell", "parameter": "\\theta",
  ]
  private static let accents: Set<String> = ["hat", "bar", "tilde", "dot"]

  /// A name as a paper prints it: `beta1` is β₁, `m_hat` is m̂, `learningRate` is α.
  static func symbol(_ name: String) -> String {
    if let letter = letters[name] { return letter }
    let parts = name.split(separator: "_").map(String.init)
    guard let head = parts.first else { return "\\mathrm{\(name.replacing("_", with: "\\_"))}" }
    let letters = String(head.prefix { !$0.isNumber })
    let digits = String(head.dropFirst(letters.count))
    var text =
      greek.contains(letters)
      ? "\\\(letters)" : letters.count == 1 ? letters : "\\mathrm{\(letters)}"
    var subscripts = digits.isEmpty ? [] : [digits]
    for part in parts.dropFirst() {
      if part == "new" {
        text += "'"
      } else if accents.contains(part) {
        text = "\\\(part){\(text)}"
      } else {
        subscripts.append(
          part.allSatisfy(\.isNumber) || part.count == 1 ? part : "\\mathrm{\(part)}")
      }
    }
    if !subscripts.isEmpty { text += "_{\(subscripts.joined(separator: ","))}" }
    return text
  }

  /// The node, whatever its own name is.
  func line(_ place: Int) -> String {
    var isFirst = true
    let writer = FormulaWriter(brackets: ("\\left(", "\\right)")) { operand in
      if !isFirst, let name = name(operand) {
        return FormulaWriter.Phrase(precedence: 5, pieces: [.text(Self.symbol(name))])
      }
      isFirst = false
      return phrase(operand)
    }
    return writer.write(place)
  }

  private func name(_ place: Int) -> String? { names.isEmpty ? nil : names[place] }

  /// 1 a sum, 2 a product, 3 a sign before, 4 a power or fraction, 5 a name.
  private func phrase(_ place: Int) -> FormulaWriter.Phrase {
    switch graph.nodes[place] {
    case .symbol(let name): return .init(precedence: 5, pieces: [.text(Self.symbol(name))])
    case .constant(let value): return constant(value)
    case .operation(let operation, let x):
      switch operation {
      case .sum, .difference:
        return .init(
          precedence: 1,
          pieces: [
            .operand(x[0], minimum: 1), .text(operation == .sum ? " + " : " - "),
            .operand(x[1], minimum: beginsWithMinus(x[1]) ? 6 : 2),
          ])
      case .product:
        if x[0] == x[1] { return power(x[0], [.text("2")]) }
        return .init(
          precedence: 2,
          pieces: [
            .operand(x[0], minimum: 2), .text(beginsWithDigit(x[1]) ? " \\cdot " : " \\, "),
            .operand(x[1], minimum: beginsWithMinus(x[1]) ? 6 : 2),
          ])
      case .quotient:
        return .init(
          precedence: 4,
          pieces: [
            .text("\\frac{"), .operand(x[0], minimum: 0), .text("}{"), .operand(x[1], minimum: 0),
            .text("}"),
          ])
      case .negation:
        return .init(precedence: 3, pieces: [.text("-"), .operand(x[0], minimum: 4)])
      case .power: return power(x[0], [.operand(x[1], minimum: 0)])
      case .root: return enclosed("\\sqrt{", x[0], "}")
      case .exponential: return power(nil, [.operand(x[0], minimum: 0)])
      case .logarithm: return enclosed("\\ln\\left(", x[0], "\\right)")
      case .magnitude: return enclosed("\\left|", x[0], "\\right|")
      case .sign: return enclosed("\\operatorname{sign}\\left(", x[0], "\\right)")
      case .lesser, .greater:
        return .init(
          precedence: 5,
          pieces: [
            .text(operation == .lesser ? "\\min\\left(" : "\\max\\left("),
            .operand(x[0], minimum: 0), .text(", "), .operand(x[1], minimum: 0),
            .text("\\right)"),
          ])
      case .select:
        return .init(
          precedence: 5,
          pieces: [
            .text("\\begin{cases} "), .operand(x[2], minimum: 0), .text(" & "),
            .operand(x[0], minimum: 0), .text(" < "), .operand(x[1], minimum: 0),
            .text(" \\\\ "), .operand(x[3], minimum: 0), .text(" & \\text{otherwise} \\end{cases}"),
          ])
      }
    }
  }

  private func constant(_ value: Rational) -> FormulaWriter.Phrase {
    let text = value.magnitude.decimalDescription
    let sign = value < 0 ? "-" : ""
    if let slash = text.firstIndex(of: "/") {
      let fraction = "\(sign)\\frac{\(text[..<slash])}{\(text[text.index(after: slash)...])}"
      return .init(precedence: value < 0 ? 3 : 4, pieces: [.text(fraction)])
    }
    guard let mark = text.firstIndex(of: "e") else {
      return .init(precedence: value < 0 ? 3 : 5, pieces: [.text(sign + text)])
    }
    let (digits, exponent) = (text[..<mark], text[text.index(after: mark)...])
    let factor = digits == "1" ? "" : "\(digits) \\cdot "
    return .init(
      precedence: value < 0 ? 3 : factor.isEmpty ? 4 : 2,
      pieces: [.text("\(sign)\(factor)10^{\(exponent)}")])
  }

  /// A power of a node, or of e.
  private func power(_ base: Int?, _ exponent: [FormulaWriter.Piece]) -> FormulaWriter.Phrase {
    let base: FormulaWriter.Piece = base.map { .operand($0, minimum: 5) } ?? .text("e")
    return .init(precedence: 4, pieces: [base, .text("^{")] + exponent + [.text("}")])
  }

  private func enclosed(_ left: String, _ x: Int, _ right: String) -> FormulaWriter.Phrase {
    .init(precedence: 5, pieces: [.text(left), .operand(x, minimum: 0), .text(right)])
  }

  /// Whether what is written first of a node fulfils a condition, down the left operands.
  private func first(of place: Int, _ condition: (FormulaGraph.Node) -> Bool) -> Bool {
    var place = place
    while true {
      if name(place) != nil { return false }
      if condition(graph.nodes[place]) { return true }
      guard case .operation(let operation, let x) = graph.nodes[place],
        [.sum, .difference, .product, .power].contains(operation)
      else { return false }
      place = x[0]
    }
  }

  private func beginsWithMinus(_ place: Int) -> Bool {
    if name(place) != nil { return false }
    switch graph.nodes[place] {
    case .constant(let value): return value < 0
    case .operation(.negation, _): return true
    default: return false
    }
  }

  private func beginsWithDigit(_ place: Int) -> Bool {
    // A sum as a factor stands in brackets.
    if case .operation(.sum, _) = graph.nodes[place] { return false }
    if case .operation(.difference, _) = graph.nodes[place] { return false }
    return first(of: place) {
      if case .constant(let value) = $0 { value >= 0 } else { false }
    }
  }
}
