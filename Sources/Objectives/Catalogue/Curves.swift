internal import Formulas

/// Makes a problem of a formula that is part of this package.
func formulaObjective(
  _ name: String, _ title: String, source: String, _ text: String, variables: [String],
  settings: [(key: String, value: String)] = [], start: [Double], functionClass: ObjectiveClass,
  minimisers: [[Double]], others: [[Double]] = [], noise: Noise = .none,
  asymptotes: [Objective.Asymptote] = [], polishes: Bool = false
) throws(ObjectiveError) -> Objective {
  let formula: Formula
  do {
    formula = try Formula(parsing: text, variables: variables, in: FormulaArena())
  } catch {
    throw .formula(error)
  }
  let function = FormulaFunction(formula, variables: variables)
  let polish = { (point: [Double]) in
    polishes ? polishedCriticalPoint(of: function, near: point) : point
  }
  return Objective(
    name: name, title: title, source: source, settings: settings, function: function,
    start: start, functionClass: functionClass, minimisers: minimisers.map(polish),
    otherCriticalPoints: others.map(polish), noise: noise, asymptotes: asymptotes)
}

extension Objective {
  /// Functions of one variable.
  static var curves: [Description] {
    [
      Description(
        name: "quartic", title: "the AYLA papers' quartic x⁴ − 3x³ + 2",
        settings: []
      ) { _ async throws(ObjectiveError) in
        try formulaObjective(
          "quartic", "x⁴ − 3x³ + 2", source: "the AYLA papers, section 3.1",
          "x^4 - 3*x^3 + 2", variables: ["x"], start: [-1],
          // f″ = 12x² − 18x is least at 3/4; on |x| ≤ 3 it is most at −3.
          functionClass: ObjectiveClass(convexity: -6.75, smoothness: 162, radius: 3),
          minimisers: [[2.25]], others: [[0]])
      },
      Description(
        name: "absolute", title: "|x|, with slope +1 at 0", settings: [startSetting("1")]
      ) { settings async throws(ObjectiveError) in
        let start = try settings.number("start", default: 1, in: -1e6...1e6)
        return try formulaObjective(
          "absolute", "|x|", source: "the simplest convex function with a kink",
          "if(x < 0, -x, x)", variables: ["x"], settings: settings.used, start: [start],
          functionClass: ObjectiveClass(convexity: 0, lipschitz: 1), minimisers: [[0]])
      },
      Description(
        name: "kink", title: "max(−a·x, b·x), with slope b at 0",
        settings: [
          ("left", "1", "a, above 0"), ("right", "3", "b, above 0"), startSetting("1"),
        ]
      ) { settings async throws(ObjectiveError) in
        let left = settings.text("left", default: "1")
        let right = settings.text("right", default: "3")
        let start = try settings.number("start", default: 1, in: -1e6...1e6)
        let (a, b) = (try slope("left", left), try slope("right", right))
        return try formulaObjective(
          "kink", "max(−\(left)·x, \(right)·x)",
          source: "a kink that a sign method stays to one side of",
          "if(x < 0, -(\(left))*x, (\(right))*x)", variables: ["x"], settings: settings.used,
          start: [start], functionClass: ObjectiveClass(convexity: 0, lipschitz: max(a, b)),
          minimisers: [[0]])
      },
      Description(
        name: "power", title: "|x|ᵖ for a whole p from 2",
        settings: [
          ("exponent", "4", "p, a whole number from 2 to 64"), startSetting("1"),
        ]
      ) { settings async throws(ObjectiveError) in
        let p = try settings.whole("exponent", default: 4, in: 2...64)
        let start = try settings.number("start", default: 1, in: -1e3...1e3)
        let asymptotes =
          p == 2
          ? []
          : [
            Asymptote(
              .gradientDescent, exponent: -Double(p) / Double(p - 2),
              range: "for large t, since |x| ≈ (p(p − 2)αt)^(−1/(p − 2))")
          ]
        return try formulaObjective(
          "power", "|x|^\(p)", source: "the simplest convex function with a flat minimum",
          "abs(x)^\(p)", variables: ["x"], settings: settings.used, start: [start],
          functionClass: ObjectiveClass(
            convexity: p == 2 ? 2 : 0, smoothness: Double(p * (p - 1)),
            radius: p == 2 ? nil : 1),
          minimisers: [[0]], asymptotes: asymptotes)
      },
      Description(
        name: "huber", title: "Huber's function: x²/2 up to δ, δ|x| − δ²/2 beyond",
        settings: [("delta", "1", "δ, above 0"), startSetting("3")]
      ) { settings async throws(ObjectiveError) in
        let text = settings.text("delta", default: "1")
        let delta = try slope("delta", text)
        let start = try settings.number("start", default: 3, in: -1e6...1e6)
        return try formulaObjective(
          "huber", "Huber's function",
          source: "Huber, Robust estimation of a location parameter, 1964",
          "if(abs(x) < \(text), x^2/2, (\(text))*abs(x) - (\(text))^2/2)", variables: ["x"],
          settings: settings.used, start: [start],
          functionClass: ObjectiveClass(convexity: 0, smoothness: 1, lipschitz: delta),
          minimisers: [[0]])
      },
      Description(
        name: "scaled-smooth", title: "c(√(1 + x²) − 1), smooth and Lipschitz with constant c",
        settings: [("scale", "1", "c, above 0"), startSetting("1")]
      ) { settings async throws(ObjectiveError) in
        let text = settings.text("scale", default: "1")
        let scale = try slope("scale", text)
        let start = try settings.number("start", default: 1, in: -1e6...1e6)
        // x²/(1 + √(1 + x²)) keeps its digits near 0.
        return try formulaObjective(
          "scaled-smooth", "\(text)·(√(1 + x²) − 1)",
          source:
            "a convex function whose scale a rule that divides by the gradient's does not see",
          "(\(text))*x^2/(1 + sqrt(1 + x^2))", variables: ["x"], settings: settings.used,
          start: [start],
          functionClass: ObjectiveClass(convexity: 0, smoothness: scale, lipschitz: scale),
          minimisers: [[0]])
      },
    ]
  }

  static func startSetting(
    _ value: String
  ) -> (key: String, defaultValue: String, meaning: String) {
    ("start", value, "where the runs begin")
  }

  /// A number above 0 that also stands in a formula's text.
  private static func slope(_ key: String, _ text: String) throws(ObjectiveError) -> Double {
    let formula = try? Formula(parsing: text, variables: [])
    guard let value = formula.map({ $0.value([String: Double]()) }), value > 0, value <= 1e12
    else { throw .badValue(key: key, text: text, expected: "a number above 0, up to 1e12") }
    return value
  }
}
