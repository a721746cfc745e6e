internal import Foundation

extension Objective {
  /// Quadratics, whose runs can be predicted.
  static var quadratics: [Description] {
    [
      Description(
        name: "quadratic", title: "a quadratic with a given spectrum, turned at random",
        settings: spectrumSettings(spectrum: "log-uniform") + noiseSettings
      ) { settings async throws(ObjectiveError) in
        try quadratic("quadratic", &settings, spectrum: "log-uniform", noise: "none")
      },
      Description(
        name: "noisy-quadratic", title: "the quadratic, its gradients seen through noise",
        settings: spectrumSettings(spectrum: "linear", dimension: "10", condition: "10")
          + noiseSettings
      ) { settings async throws(ObjectiveError) in
        try quadratic(
          "noisy-quadratic", &settings, spectrum: "linear", dimension: 10, condition: 10,
          noise: "normal")
      },
      Description(
        name: "tridiagonal", title: "Nesterov's worst function for first-order methods",
        settings: [
          ("dimension", "201", "n, from 1 to 100000"), ("smoothness", "1", "L, above 0"),
        ]
      ) { settings async throws(ObjectiveError) in
        let n = try settings.whole("dimension", default: 201, in: 1...100_000)
        let l = try settings.number("smoothness", default: 1, in: 1e-12...1e12)
        let function = TridiagonalFunction(dimension: n, smoothness: l)
        let angle = Double.pi / Double(n + 1)
        let half = sin(angle / 2)
        return Objective(
          name: "tridiagonal", title: "Nesterov's worst function",
          source: "Nesterov, Introductory lectures on convex optimization, 2004, section 2.1.2",
          settings: settings.used, function: function,
          start: Array(repeating: 0, count: n),
          functionClass: ObjectiveClass(convexity: l * half * half, smoothness: l),
          minimum: function.minimum, minimisers: [function.minimiser],
          asymptotes: [
            Asymptote(
              .gradientDescent, exponent: -0.5,
              range: "for 1 ≪ t ≪ n², where the end of the chain is not felt"),
            Asymptote(
              .accelerated, exponent: -1, range: "for 1 ≪ t ≪ n, where the end is not felt"),
          ])
      },
    ]
  }

  private static func spectrumSettings(
    spectrum: String, dimension: String = "100", condition: String = "1e+06"
  ) -> [(key: String, defaultValue: String, meaning: String)] {
    [
      (
        "spectrum", spectrum,
        "log-uniform, linear, or eigenvalues joined by /, as 1/10/100"
      ),
      ("dimension", dimension, "from 1 to 1000"),
      ("condition", condition, "L/μ, from 1 to 1e15, L being 1"),
      ("rotation", "0", "the seed of the rotation, or none"),
    ]
  }

  private static var noiseSettings: [(key: String, defaultValue: String, meaning: String)] {
    [
      ("noise", "none", "none, normal, skewed or multiplicative"),
      ("deviation", "1", "its standard deviation"),
      ("probability", "0.01", "of the rare side of skewed noise"),
    ]
  }

  private static func quadratic(
    _ name: String, _ settings: inout ObjectiveSettings, spectrum kind: String,
    dimension: Int = 100, condition: Double = 1e6, noise: String
  ) throws(ObjectiveError) -> Objective {
    let text = settings.text("spectrum", default: kind)
    let count = try settings.whole("dimension", default: dimension, in: 1...1000)
    let condition = try settings.number("condition", default: condition, in: 1...1e15)
    let spectrum = try eigenvalues(text, count: count, condition: condition)
    let seed = try settings.seed("rotation", default: "0")
    let noise = try readNoise(&settings, default: noise)
    let function = QuadraticFunction(spectrum: spectrum, rotationSeed: seed)
    let scale = 1 / Double(spectrum.count).squareRoot()
    let start = function.point(eigenCoordinates: spectrum.map { _ in scale })
    let (least, greatest) = (spectrum.min() ?? 0, spectrum.max() ?? 0)
    let hasMinimum = least >= 0
    let range = "for 1 ≪ t ≪ L/μ, where a log-uniform spectrum looks endless"
    return Objective(
      name: name, title: "quadratic with a \(text.contains("/") ? "given" : text) spectrum",
      source: "the model problem of linear convergence", settings: settings.used,
      function: function, start: start,
      functionClass: ObjectiveClass(
        convexity: least, smoothness: max(greatest, -least)),
      minimum: hasMinimum ? 0 : nil,
      minimisers: hasMinimum ? [Array(repeating: 0, count: spectrum.count)] : [], noise: noise,
      asymptotes: text == "log-uniform"
        ? [
          Asymptote(.gradientDescent, exponent: -1, range: range),
          Asymptote(.accelerated, exponent: -2, range: "for 1 ≪ t ≪ √(L/μ)"),
        ] : [])
  }

  private static func eigenvalues(
    _ text: String, count: Int, condition: Double
  ) throws(ObjectiveError) -> [Double] {
    let places = (0..<count).map { count == 1 ? 1 : Double($0) / Double(count - 1) }
    switch text {
    case "log-uniform": return places.map { exp(log(condition) * ($0 - 1)) }
    case "linear": return places.map { (1 + $0 * (condition - 1)) / condition }
    default:
      let values = text.split(separator: "/", omittingEmptySubsequences: false).map { Double($0) }
      guard values.count <= 1000, values.allSatisfy({ $0?.isFinite == true }) else {
        throw .badValue(
          key: "spectrum", text: text,
          expected: "log-uniform, linear, or at most 1000 finite numbers joined by /")
      }
      return values.compactMap(\.self)
    }
  }

  private static func readNoise(
    _ settings: inout ObjectiveSettings, default fallback: String
  ) throws(ObjectiveError) -> Noise {
    let kind = settings.text("noise", default: fallback)
    let deviation = try settings.number("deviation", default: 1, in: 0...1e12)
    let probability = try settings.number("probability", default: 0.01, in: 1e-6...0.5)
    switch kind {
    case "none": return .none
    case "normal": return .normal(deviation: deviation)
    case "skewed": return .skewed(deviation: deviation, probability: probability)
    case "multiplicative": return .multiplicative(deviation: deviation)
    default:
      throw .badValue(
        key: "noise", text: kind, expected: "none, normal, skewed or multiplicative")
    }
  }
}
