import Numbers
import Optimizers
import Testing

@testable import Convergence

@Suite("Tracing methods to affine maps")
struct TracingTests {
  @Test("gradient descent is x₀ minus the sum of its gradients")
  func gradientDescent() throws {
    let method = try FixedCoefficientMethod(tracing: Optimizer(SGD(learningRate: 0.37)), steps: 3)
    #expect(method.iterates.last == [1, -0.37, -0.37, -0.37])
    #expect(method.evaluations == Array(method.iterates.dropLast()))
    #expect(method.gradientStep == 0.37)
    #expect(!method.isRounded)
  }

  @Test("no step leaves the start alone")
  func noStep() throws {
    let method = try FixedCoefficientMethod(tracing: Optimizer(SGD()), steps: 0)
    #expect(method.iterates == [[1]] && method.evaluations.isEmpty)
  }

  /// The names that are affine maps, and what the others do to a gradient.
  static let names: [(name: String, settings: [(key: String, value: String)], reason: String?)] = [
    ("sgd", [("momentum", "0.9"), ("nesterov", "true")], nil),
    ("sgd", [("momentum", "0.9"), ("dampening", "0.9")], nil),
    ("lookahead:sgd", [("lookahead.k", "2")], nil), ("ema:sgd", [], nil), ("swa:sgd", [], nil),
    ("sgd", [("weightDecay", "0.1"), ("momentum", "0.9")], nil),
    ("lookahead:sgd", [("weightDecay", "0.1"), ("lookahead.k", "2")], nil),
    ("sgd", [("clip", "1")], "magnitude"),
    ("sgd", [("lowerBound", "-1")], "compared"), ("adam", [], "squared"),
    ("lion", [], "sign"), ("amo", [], "magnitude"), ("amvt", [], "squared"),
    ("ayla:sgd", [("ayla.N1", "2")], "loss"),
  ]

  @Test("what is affine is traced to the run in rationals, the rest says why not", arguments: names)
  func builtIns(
    entry: (name: String, settings: [(key: String, value: String)], reason: String?)
  ) throws {
    let optimizer = try Optimizer(named: entry.name, settings: entry.settings)
    guard entry.reason == nil else {
      let error = #expect(throws: NotFixedCoefficient.self) {
        try FixedCoefficientMethod(tracing: optimizer, steps: 3)
      }
      #expect(error?.reason.contains(entry.reason!) == true, "\(error?.reason ?? "")")
      return
    }
    let method = try FixedCoefficientMethod(tracing: optimizer, steps: 5)
    // The same text run on rationals, with gradients that have entropy.
    let basis: [Rational] = [2.7, -1.31, 0.37, 5, -2.385, 0.0625]
    var run = OptimizerRun<Rational>(optimizer, parameters: [basis[0]])
    for step in 0..<5 {
      #expect(method.evaluations[step].applied(to: basis) == run.parameters[0])
      // The basis holds the gradients of f with the term of the decay.
      let decayed = basis[step + 1] - optimizer.weightDecay * run.parameters[0]
      try run.advance(gradients: [decayed])
      #expect(method.iterates[step + 1].applied(to: basis) == run.parameters[0])
    }
    if entry.name.contains("ma:") || entry.name.contains("swa") {
      #expect(method.average?.applied(to: basis) == run.vectors[0][0])
    }
  }

  @Test("a square root in a method's coefficients is rounded, and said to be")
  func rounding() throws {
    let method = try FixedCoefficientMethod(
      tracing: OptimizedGradientMethod(smoothness: 1), steps: 4)
    #expect(method.isRounded)
    #expect(method.iterates.joined().allSatisfy { $0.denominator.bitWidth <= 49 })
    // One step of it is gradient descent with step 1 + (θ₀ − 1)/θ₁ + θ₀/θ₁ = 1 + 1/2.
    let step = try FixedCoefficientMethod(
      tracing: OptimizedGradientMethod(smoothness: 1), steps: 1)
    #expect(step.iterates[1] == [1, -1.5])
  }

  @Test("a proximal point holds its own gradient")
  func proximal() throws {
    let method = try FixedCoefficientMethod(tracing: ProximalPointMethod(stepSize: 2), steps: 2)
    #expect(method.evaluations == [[1, -2], [1, -2, -2]])
    #expect(method.proximalStep == 2)
  }

  @Test("coefficients that grow without end are refused, not computed")
  func growth() {
    let long = "0." + String(repeating: "37", count: 1_000)
    #expect(throws: NotFixedCoefficient.self) {
      let optimizer = try Optimizer(
        named: "sgd", settings: [("momentum", long), ("learningRate", long)])
      _ = try FixedCoefficientMethod(tracing: optimizer, steps: 200)
    }
  }
}

extension [Rational] {
  func applied(to basis: [Rational]) -> Rational {
    zip(self, basis).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
