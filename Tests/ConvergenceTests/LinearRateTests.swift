import Numbers
import Optimizers
import Processes
import Testing

@testable import Convergence

@Suite("Linear rates by Lyapunov functions")
struct LinearRateTests {
  private static let functionClass = FunctionClass.smoothStronglyConvex(
    convexity: 0.1, smoothness: 1)

  @Test(
    "gradient descent shrinks by ((κ − 1)/(κ + 1))² with its best step, and the proof is exact",
    .enabled(if: ExternalTool.csdp.isPresent, "apt-get install coinor-csdp"))
  func gradientDescent() async throws {
    let optimizer = Optimizer(SGD(learningRate: Rational(20, 11)))
    let rate = try #require(
      try await LinearRate.search(optimizer, on: Self.functionClass, precision: 1e-4))
    #expect(rate.isProved)
    // (9/11)², from which no function can shrink faster; found to the precision asked.
    #expect(rate.squaredRate >= Rational(81, 121))
    #expect(rate.squaredRate <= Rational(81, 121) + 0.0003)
  }

  @Test(
    "Nesterov's momentum has a rate below √(1 − 1/√κ), proved",
    .enabled(if: ExternalTool.csdp.isPresent, "apt-get install coinor-csdp"))
  func nesterov() async throws {
    // (√10 − 1)/(√10 + 1) = 0.5194…
    let optimizer = Optimizer(
      SGD(learningRate: 1, momentum: 0.5194, isNesterov: true))
    let rate = try #require(
      try await LinearRate.search(optimizer, on: Self.functionClass, precision: 1e-3))
    #expect(rate.isProved)
    #expect(rate.squaredRate < 0.684)
    #expect(rate.matrix.count == 3 && rate.matrix[0][1] == rate.matrix[1][0])
  }

  @Test(
    "where the heavy ball cycles there is no rate",
    .enabled(if: ExternalTool.csdp.isPresent, "apt-get install coinor-csdp"))
  func heavyBall() async throws {
    let optimizer = Optimizer(
      SGD(learningRate: Rational(1, 9), momentum: Rational(4, 9)))
    let rate = try await LinearRate.search(
      optimizer, on: .smoothStronglyConvex(convexity: 1, smoothness: 25), precision: 1e-3)
    #expect(rate == nil)
  }

  @Test("a Lyapunov function that vanishes, or proves too much, is refused without a solver")
  func degenerate() {
    let inequality = LyapunovInequality(
      step: [[1, -1]], coefficients: PerformanceProblem.coefficients(of: Self.functionClass),
      squaredRate: 0.81)
    // P over x − x* and the gradient, p, λ₀₁, λ₀₂, λ₁₂, λ₂₁, ν₀₁.
    let zeros = [Rational](repeating: 0, count: 6)
    #expect(inequality.failure(of: [0, 0, 0] + zeros)?.contains("above") == true)
    #expect(inequality.failure(of: [1, 0, 0] + zeros)?.contains("decrease") == true)
    #expect(
      inequality.failure(of: [1, 0, 0, -1] + zeros.dropFirst())?.contains("negative") == true)
    // λ = 2γ(1 − γμ) = 9/5 for both pairs of x and x*.
    let proof: [Rational] = [1, 0, 0, 0, 1.8, 0, 0, 0, 0]
    #expect(inequality.failure(of: proof) == nil)
    let faster = LyapunovInequality(
      step: [[1, -1]], coefficients: inequality.coefficients, squaredRate: 0.8099)
    #expect(faster.failure(of: proof) != nil)
  }

  @Test("what is no fixed map of its state has no such rate")
  func refused() async {
    for optimizer in [Optimizer(Adam()), chain(Lookahead(), SGD())] {
      await #expect(throws: NotFixedCoefficient.self) {
        try await LinearRate.search(optimizer, on: Self.functionClass)
      }
    }
  }
}
