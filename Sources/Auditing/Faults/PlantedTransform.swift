internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties

/// A loss transform with one thing wrong in one of its formulas.
struct PlantedTransform: LossTransform {
  enum Part: String, CaseIterable, Sendable { case value, weight, curvature }

  let smallExponent: Rational
  let largeExponent: Rational
  /// The wrong formula, of the loss and the two exponents.
  private let program: FormulaProgram
  private let part: Part

  private var right: PowerTransform { PowerTransform(N1: smallExponent, N2: largeExponent) }

  private func faulty<N: RuleNumber>(_ loss: N) throws(N.Failure) -> N {
    try program.value([loss, N(smallExponent), N(largeExponent)])
  }

  func value<N: RuleNumber>(at loss: N) throws(N.Failure) -> N {
    try part == .value ? faulty(loss) : right.value(at: loss)
  }

  func weight<N: RuleNumber>(at loss: N) throws(N.Failure) -> N {
    try part == .weight ? faulty(loss) : right.weight(at: loss)
  }

  func curvature<N: RuleNumber>(at loss: N) throws(N.Failure) -> N {
    try part == .curvature ? faulty(loss) : right.curvature(at: loss)
  }

  func replacingExponents(_ small: Rational, _ large: Rational) -> PlantedTransform {
    PlantedTransform(
      smallExponent: small, largeExponent: large, program: program, part: part)
  }

  private static let inputs = ["loss", "N1", "N2"]

  static func faults() throws -> [NamedFault] {
    let settings: [TypedSetting] = [("ayla.N1", "1.5"), ("ayla.N2", "0.5")]
    let subject = try AuditSubject(named: "transform:ayla", settings: settings)
    return Part.allCases.flatMap { part -> [NamedFault] in
      let arena = FormulaArena()
      let (l, n1, n2) = (arena.symbol("loss"), arena.symbol("N1"), arena.symbol("N2"))
      let formula =
        switch part {
        case .value: PowerTransform.value(at: l, N1: n1, N2: n2)
        case .weight: PowerTransform.weight(at: l, N1: n1, N2: n2)
        case .curvature: PowerTransform.curvature(at: l, N1: n1, N2: n2)
        }
      let text = StepText(
        formula, in: arena,
        hyperparameters: [("N1", "N1", 1), ("N2", "N2", 1)])
      let right = FormulaProgram(outputs: [formula], inputs: inputs)
      return Fault.all(of: text, named: "transform:ayla/\(part.rawValue)").map { fault in
        let program = FormulaProgram(outputs: [fault.text.parameter], inputs: inputs)
        let planted = PlantedTransform(
          smallExponent: Rational(3, 2), largeExponent: Rational(1, 2), program: program,
          part: part)
        return NamedFault(
          id: fault.id, operator: fault.operator.rawValue, change: fault.change,
          nature: nature(of: program, beside: right, fault.text.parameter, formula),
          subject: subject, properties: TransformProperties.examining(planted))
      }
    }
  }

  /// Losses on both sides of 0 and ±1, at exponents on both sides of 1: a difference at any of them is one.
  private static func nature(
    of program: FormulaProgram, beside right: FormulaProgram, _ formula: Formula, _ own: Formula
  ) -> FaultNature {
    for n1 in [1.5, 0.5, 2, 1] {
      for n2 in [0.5, 2, 1, 3] {
        for loss in [0, 0.25, -0.25, 0.75, 1, -1, 1.5, -2, 8, -100, 1e-3] {
          let (x, y) = (program.value([loss, n1, n2]), right.value([loss, n1, n2]))
          if x.isNaN && y.isNaN || abs(x - y) <= 1e-12 * max(abs(x), abs(y)) { continue }
          return .different("l = \(loss), N₁ = \(n1), N₂ = \(n2)")
        }
      }
    }
    return formula.isIdentical(to: own)
      ? .equivalent("one normal form for both formulas") : .undecided
  }
}
