import Diagnostics
import Formulas
import Numbers
import ReferenceNumerics
import Testing

@testable import Objectives

/// Problems with settings that make them small, so that every kind is looked at in a moment.
let catalogue: [(name: String, settings: [String: String])] = [
  ("quartic", [:]), ("absolute", [:]), ("kink", ["left": "1/3", "right": "1"]),
  ("power", ["exponent": "4"]), ("power", ["exponent": "7"]), ("huber", ["delta": "0.75"]),
  ("scaled-smooth", ["scale": "37"]), ("rosenbrock", [:]), ("beale", [:]), ("himmelblau", [:]),
  ("rastrigin", ["dimension": "3"]), ("saddle", [:]), ("monkey-saddle", [:]),
  ("degenerate", [:]), ("quadratic", ["dimension": "9", "condition": "1e4"]),
  ("quadratic", ["spectrum": "3/-1/0.5", "rotation": "7"]),
  ("noisy-quadratic", ["dimension": "4"]), ("tridiagonal", ["dimension": "1"]),
  ("tridiagonal", ["dimension": "12"]),
  ("logistic", ["folder": "synthetic", "samples": "60", "shrink": "9"]),
  ("least-squares", ["dimension": "3", "samples": "20"]),
]

/// A point with entropy, within a problem's claimed ball.
func point(of objective: Objective, case number: UInt64) -> [Double] {
  var draws = NormalDraws(seed: 5, property: "test points", case: number)
  let direction = (0..<objective.dimension).map { _ in draws.next() }
  let reach = min(objective.functionClass.radius ?? 2.5, 2.5)
  let length = reach * draws.unit() / max(euclideanNorm(direction), 1e-300)
  return direction.map { $0 * length }
}

@Suite("Problems of the catalogue")
struct ObjectiveTests {
  @Test(arguments: catalogue)
  func `the gradient is the derivative that GSL sees`(
    name: String, settings: [String: String]
  ) async throws {
    let objective = try await Objective(named: name, settings: settings)
    for number in 0..<6 {
      let x = point(of: objective, case: UInt64(number))
      let seen = try gradient(of: { objective.function.value(at: $0) }, at: x)
      for (slope, estimate) in zip(objective.function.gradient(at: x), seen) {
        // GSL's estimate is exceeded by 7 in 10,000; ten times it by none.
        let tolerance = 10 * estimate.error + 1e-9 * (1 + slope.magnitude)
        #expect((slope - estimate.value).magnitude <= tolerance, "\(name) at \(x)")
      }
    }
  }

  @Test(arguments: catalogue)
  func `the Hessian is the derivative of the gradient`(
    name: String, settings: [String: String]
  ) async throws {
    let objective = try await Objective(named: name, settings: settings)
    for number in 0..<3 {
      let x = point(of: objective, case: UInt64(100 + number))
      let matrix = try #require(objective.function.hessian(at: x))
      for row in x.indices {
        let seen = try gradient(of: { objective.function.gradient(at: $0)[row] }, at: x)
        for column in x.indices {
          let entry = matrix[row, column]
          let tolerance = 10 * seen[column].error + 1e-8 * (1 + entry.magnitude)
          #expect(
            (entry - seen[column].value).magnitude <= tolerance, "\(name) [\(row), \(column)]")
        }
      }
    }
  }

  @Test(arguments: catalogue)
  func `the claimed class admits the visited points`(
    name: String, settings: [String: String]
  ) async throws {
    let objective = try await Objective(named: name, settings: settings)
    let points = (0..<24).map { point(of: objective, case: UInt64(200 + $0)) }
    #expect(objective.classViolation(at: points + objective.minimisers + [objective.start]) == nil)
  }

  @Test(arguments: catalogue)
  func `the gradient vanishes at every known critical point without a kink`(
    name: String, settings: [String: String]
  ) async throws {
    let objective = try await Objective(named: name, settings: settings)
    if name == "absolute" || name == "kink" { return }
    for x in objective.minimisers + objective.otherCriticalPoints {
      #expect(euclideanNorm(objective.function.gradient(at: x)) < 1e-7, "\(name) at \(x)")
    }
    for x in objective.minimisers {
      let gap = try #require(objective.gap(at: x))
      #expect(gap.magnitude <= 1e-12 * (1 + (objective.minimum ?? 0).magnitude))
      #expect(objective.distance(at: x) == 0)
    }
    for number in 0..<20 where objective.minimum != nil {
      let x = point(of: objective, case: UInt64(300 + number))
      #expect(try #require(objective.gap(at: x)) >= -objective.gapRounding(at: x))
    }
  }

  @Test func `a class claimed too small is caught`() async throws {
    let cases: [(String, (inout ObjectiveClass) -> Void)] = [
      ("quadratic", { $0.smoothness = 0.9 }), ("quadratic", { $0.convexity = 1e-3 }),
      ("huber", { $0.lipschitz = 0.7 }), ("huber", { $0.convexity = 0.01 }),
      ("power", { $0.smoothness = 11 }), ("scaled-smooth", { $0.smoothness = 0.8 }),
      ("tridiagonal", { $0.convexity = 0.2 }),
    ]
    for (name, spoil) in cases {
      let settings = ["quadratic", "tridiagonal"].contains(name) ? ["dimension": "6"] : [:]
      let objective = try await Objective(named: name, settings: settings)
      var spoiled = objective.functionClass
      spoil(&spoiled)
      let points =
        (0..<80).map { point(of: objective, case: UInt64(400 + $0)) } + [
          Array(repeating: 0.98, count: objective.dimension),
          Array(repeating: 0.99, count: objective.dimension),
          Array(repeating: -0.001, count: objective.dimension),
          Array(repeating: 0.001, count: objective.dimension),
        ]
      let seen = points.map { x in
        FirstOrderPoint(
          point: x, value: objective.function.value(at: x),
          gradient: objective.function.gradient(at: x))
      }
      #expect(spoiled.violation(among: seen) != nil, "\(name): \(spoiled)")
    }
  }

  @Test func `a gradient with a planted fault is caught`() {
    // The gradient of x⁴/4 passed off as that of x²/2.
    let points = [-1.5, -0.5, 0.25, 0.5, 1].map { x in
      FirstOrderPoint(point: [x], value: x * x / 2, gradient: [x * x * x])
    }
    #expect(ObjectiveClass(convexity: 0, smoothness: 1).violation(among: points) != nil)
    #expect(ObjectiveClass(convexity: 0).violation(among: points) != nil)
    #expect(ObjectiveClass(smoothness: 1).violation(among: points) == nil)
  }

  @Test func `Nesterov's function has the stated minimum and spectrum`() async throws {
    let objective = try await Objective(named: "tridiagonal", settings: ["dimension": "21"])
    let solver = try SymmetricEigensolver(dimension: 21)
    let matrix = try #require(objective.function.hessian(at: objective.start))
    let values = try solver.eigenvalues(of: matrix)
    // Eigenvalues to 21 ε of the largest.
    #expect((values[0] - (objective.functionClass.convexity ?? 0)).magnitude < 1e-14)
    #expect(values[20] <= 1)
    let gap = try #require(objective.gap(at: objective.start))
    #expect((gap - 21.0 / 22 / 8).magnitude < 1e-15)
  }

  @Test func `a rotation is orthogonal and a quadratic keeps its spectrum`() throws {
    let function = QuadraticFunction(spectrum: [1, 10, 100, 0.5, 3], rotationSeed: 3)
    let rows = try #require(function.rotation)
    for i in rows.indices {
      for j in rows.indices {
        let expected = i == j ? 1.0 : 0
        #expect((dotProduct(rows[i], rows[j]) - expected).magnitude < 1e-14)
      }
    }
    let matrix = try #require(function.hessian(at: [0, 0, 0, 0, 0]))
    let values = try SymmetricEigensolver(dimension: 5).eigenvalues(of: matrix)
    for (value, expected) in zip(values, [0.5, 1, 3, 10, 100]) {
      #expect((value - expected).magnitude < 1e-12)
    }
  }
}

@Suite("Noise")
struct NoiseTests {
  private func moments(_ noise: Noise) -> (mean: Double, variance: Double, third: Double) {
    let objective = Objective(
      name: "line", title: "", source: "", function: QuadraticFunction(spectrum: [1]),
      start: [2], functionClass: ObjectiveClass(), noise: noise)
    var gradient = [0.0]
    let draws = (1...40_000).map { step -> Double in
      _ = objective.observe(at: [2], step: step, seed: 11, gradient: &gradient)
      return gradient[0] - 2
    }
    let mean = draws.reduce(0, +) / 40_000
    let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 40_000
    return (mean, variance, draws.reduce(0) { $0 + $1 * $1 * $1 } / 40_000)
  }

  @Test(arguments: [
    Noise.normal(deviation: 0.7), .skewed(deviation: 0.7, probability: 0.05),
    .multiplicative(deviation: 0.35),
  ])
  func `every model has mean zero and its variance`(noise: Noise) {
    let seen = moments(noise)
    // Five standard errors of 40,000 draws; the fourth moment of the skewed one is about 18 σ⁴.
    #expect(seen.mean.magnitude < 5 * 0.7 / 200)
    #expect((seen.variance - 0.49).magnitude < 5 * 4.2 * 0.49 / 200)
    if case .skewed = noise { #expect(seen.third > 0.5) }
  }

  @Test func `a seed repeats the noise, another changes it`() async throws {
    let objective = try await Objective(
      named: "least-squares", settings: ["dimension": "3", "samples": "20"])
    var (first, again, other) = ([0.0, 0, 0], [0.0, 0, 0], [0.0, 0, 0])
    _ = objective.observe(at: [1, 2, 3], step: 4, seed: 1, gradient: &first)
    _ = objective.observe(at: [1, 2, 3], step: 4, seed: 1, gradient: &again)
    _ = objective.observe(at: [1, 2, 3], step: 4, seed: 2, gradient: &other)
    #expect(first == again && first != other)
  }
}

@Suite("Names, settings and typed functions")
struct ObjectiveInputTests {
  @Test(arguments: [
    ("quadratik", "did you mean 'quadratic'"), ("power:exponent=1", "'1' is not a whole number"),
    ("power:exponent=4,exponent=6", "given once only"), ("power:4", "is not a setting"),
    ("quartic:start=2", "has no settings"), ("kink:left=-1", "not a number above 0"),
    ("quadratic:spectrum=1/x", "finite numbers"), ("quadratic:noise=loud", "none, normal"),
    ("quadratic:dimension=1000000", "from 1 to 1000"), ("logistic:classes=3/3", "two different"),
    ("least-squares:batch=0", "all, or a number"), ("x^", "a formula"),
    ("1 + 2", "has no variable"),
    ("1/(x - 1)", "no finite value"), ("nonsense", "there is no problem"),
  ])
  func `bad input is one clear error of exit code 64`(text: String, message: String) async {
    let error = await #expect(throws: ObjectiveError.self) { try await Objective(parsing: text) }
    #expect(error?.exitCode == .usage)
    if text != "x^" { #expect(error?.message.contains(message) == true, "\(error?.message ?? "")") }
  }

  @Test func `data that were asked for and are absent are an error`() async {
    let error = await #expect(throws: ObjectiveError.self) {
      try await Objective(named: "logistic", settings: ["folder": "/nowhere"])
    }
    #expect(error?.exitCode == .noInput)
  }

  @Test func `a typed function finds its minimum`() async throws {
    let quartic = try await Objective(parsing: "x^4 - 3*x^3 + 2", start: [-1])
    #expect(quartic.start == [-1])
    #expect(try #require(quartic.distance(at: [2.25])) < 1e-7)
    let valley = try await Objective(parsing: "(a - 1)^2 + 10*(b - a^2)^2")
    #expect(try #require(valley.distance(at: [1, 1])) < 1e-6)
    let line = try await Objective(parsing: "x^3 - y")
    #expect(line.minimum == nil && line.remark?.contains("no minimum") == true)
  }

  @Test func `a wrong start is refused`() async {
    await #expect(throws: ObjectiveError.self) {
      try await Objective(parsing: "x^2", start: [1, 2])
    }
    await #expect(throws: ObjectiveError.self) {
      try await Objective(parsing: "rosenbrock", start: [1])
    }
  }

  @Test func `every problem says its settings and takes their defaults`() async throws {
    for description in Objective.builtIns where description.name != "logistic" {
      let objective = try await Objective(named: description.name)
      #expect(objective.name == description.name)
      #expect(
        objective.settings.map(\.key).sorted() == description.settings.map(\.key).sorted(),
        "\(description.name)")
      for setting in description.settings {
        let value = objective.settings.first { $0.key == setting.key }?.value
        let same =
          value == setting.defaultValue
          || value.flatMap(Double.init) == Double(setting.defaultValue) && value != nil
        #expect(same, "\(description.name).\(setting.key): \(value ?? "") is not documented")
      }
    }
  }
}
