internal import Foundation

extension Objective {
  /// Functions of a few variables with valleys, several minima, saddles and degenerate points.
  static var landscapes: [Description] {
    [
      fixed(
        "rosenbrock", "Rosenbrock's valley (1 − x)² + 100(y − x²)²",
        source: "Rosenbrock, An automatic method for finding the greatest or least value, 1960",
        "(1 - x)^2 + 100*(y - x^2)^2", start: [-1.2, 1], minimisers: [[1, 1]]),
      fixed(
        "beale", "Beale's function, with a valley that falls to no minimum",
        source: "Beale, On an iterative method for finding a local minimum, 1958",
        "(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2", start: [1, 1],
        minimisers: [[3, 0.5]], others: [[0, 1]]),
      fixed(
        "himmelblau", "Himmelblau's function, with four minima",
        source: "Himmelblau, Applied nonlinear programming, 1972",
        "(x^2 + y - 11)^2 + (x + y^2 - 7)^2", start: [0, 0],
        minimisers: [
          [3, 2], [-2.805118, 3.131313], [-3.779310, -3.283186], [3.584428, -1.848127],
        ],
        others: [
          [-0.270845, -0.923039], [-3.073026, -0.081353], [-0.127961, -1.953715],
          [0.086678, 2.884255], [3.385154, 0.073852],
        ]),
      Description(
        name: "rastrigin", title: "Rastrigin's function, with local minima near all whole numbers",
        settings: [
          ("dimension", "2", "from 1 to 1000"), ("amplitude", "10", "A, from 0 to 1e6"),
          ("start", "0.4", "in every coordinate"),
        ]
      ) { settings async throws(ObjectiveError) in
        let dimension = try settings.whole("dimension", default: 2, in: 1...1000)
        let amplitude = try settings.number("amplitude", default: 10, in: 0...1e6)
        let start = try settings.number("start", default: 0.4, in: -100...100)
        let wave = 4 * Double.pi * Double.pi * amplitude
        return Objective(
          name: "rastrigin", title: "Rastrigin's function",
          source: "Rastrigin, Systems of extremal control, 1974", settings: settings.used,
          function: RastriginFunction(dimension: dimension, amplitude: amplitude),
          start: Array(repeating: start, count: dimension),
          functionClass: ObjectiveClass(convexity: 2 - wave, smoothness: 2 + wave),
          minimum: 0, minimisers: [Array(repeating: 0, count: dimension)])
      },
      fixed(
        "saddle", "a saddle at 0 between two minima: x²/2 − y²/2 + y⁴/4",
        source: "the normal form of a pitchfork",
        "x^2/2 - y^2/2 + y^4/4", start: [1, 0.001], minimisers: [[0, 1], [0, -1]],
        others: [[0, 0]],
        functionClass: ObjectiveClass(convexity: -1, smoothness: 11, radius: 2)),
      fixed(
        "monkey-saddle", "a monkey saddle at 0, whose Hessian vanishes: x³ − 3xy² + (x² + y²)²",
        source: "the simplest saddle with three ways down",
        "x^3 - 3*x*y^2 + (x^2 + y^2)^2", start: [0.01, 0.02],
        minimisers: [
          [-0.75, 0], [0.375, 0.6495190528383290], [0.375, -0.6495190528383290],
        ], others: [[0, 0]]),
      fixed(
        "degenerate", "a minimum with a singular Hessian: x⁴ + y²/2",
        source: "the simplest minimum that is flat in one direction",
        "x^4 + y^2/2", start: [1, 1], minimisers: [[0, 0]],
        functionClass: ObjectiveClass(convexity: 0, smoothness: 24, radius: 1.4142)),
    ]
  }

  private static func fixed(
    _ name: String, _ title: String, source: String, _ text: String, start: [Double],
    minimisers: [[Double]], others: [[Double]] = [],
    functionClass: ObjectiveClass = ObjectiveClass()
  ) -> Description {
    Description(name: name, title: title, settings: []) { _ async throws(ObjectiveError) in
      try formulaObjective(
        name, title, source: source, text, variables: ["x", "y"], start: start,
        functionClass: functionClass, minimisers: minimisers, others: others, polishes: true)
    }
  }
}
