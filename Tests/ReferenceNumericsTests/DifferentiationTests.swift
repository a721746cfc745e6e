import Diagnostics
import Foundation
import ReferenceNumerics
import Testing

@Suite("Differences")
struct DifferentiationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let function: @Sendable (Double) -> Double
    let derivative: @Sendable (Double) -> Double
    let points: [Double]
  }

  static let cases = [
    Case(
      testDescription: "x⁴ − 3x³ + 2", function: { pow($0, 4) - 3 * pow($0, 3) + 2 },
      derivative: { 4 * pow($0, 3) - 9 * $0 * $0 }, points: [-3, -0.37, 0, 1, 2.25, 4]),
    Case(
      testDescription: "exp", function: { exp($0) }, derivative: { exp($0) },
      points: [-20, 0, 0.37, 30]),
    Case(
      testDescription: "sin(50x)", function: { sin(50 * $0) }, derivative: { 50 * cos(50 * $0) },
      points: [0, 0.37, 1.1]),
    Case(
      testDescription: "log", function: { log($0) }, derivative: { 1 / $0 }, points: [0.37, 2, 1e6]),
    Case(
      testDescription: "constant", function: { _ in 7 }, derivative: { _ in 0 }, points: [0, 1e300]),
  ]

  @Test("central differences keep the error they state", arguments: cases)
  func central(one: Case) throws {
    for x in one.points {
      let estimate = try derivative(of: one.function, at: x)
      let exact = one.derivative(x)
      // GSL's estimate is one, not a bound; the libm value of the exact derivative rounds as well.
      #expect(
        (estimate.value - exact).magnitude <= 3 * estimate.error + 4 * exact.ulp,
        "x = \(x): \(estimate), exact \(exact)")
      #expect(estimate.error <= 1e-7 * max(exact.magnitude, 1), "x = \(x): \(estimate)")
    }
  }

  @Test("one-sided differences never leave their side")
  func oneSided() throws {
    let right = try derivative(
      of: { $0 < 0 ? .nan : $0 * $0.squareRoot() + 2 * $0 }, at: 0, stencil: .forward)
    #expect((right.value - 2).magnitude < 0.1, "x√x is not smooth at 0: \(right)")
    let smooth = try derivative(of: { $0 < 1 ? .nan : exp($0) }, at: 1, stencil: .forward)
    #expect((smooth.value - exp(1)).magnitude <= 3 * smooth.error)
    let left = try derivative(of: { $0 > 1 ? .nan : exp($0) }, at: 1, stencil: .backward)
    #expect((left.value - exp(1)).magnitude <= 3 * left.error)
    #expect(smooth.error < 1e-5 && left.error < 1e-5)
  }

  @Test("a point or function that is not finite is an error", arguments: [Double.nan, .infinity])
  func notFinite(value: Double) {
    #expect(throws: GSLError.self) { try derivative(of: { $0 }, at: value) }
    #expect(throws: GSLError.self) { try derivative(of: { _ in value }, at: 1) }
    #expect(throws: GSLError.self) { try gradient(of: { _ in value }, at: [1, 2]) }
    #expect(throws: GSLError.self) { try hessian(of: { _ in value }, at: [1, 2]) }
    #expect(throws: GSLError.self) { try hessian(of: { $0[0] }, at: [value]) }
    #expect(throws: GSLError.self) { try hessian(ofGradient: { _ in [value] }, at: [1]) }
  }

  static func rosenbrock(_ x: [Double]) -> Double {
    pow(1 - x[0], 2) + 100 * pow(x[1] - x[0] * x[0], 2)
  }

  static func rosenbrockGradient(_ x: [Double]) -> [Double] {
    let valley = x[1] - x[0] * x[0]
    return [-2 * (1 - x[0]) - 400 * x[0] * valley, 200 * valley]
  }

  static func rosenbrockHessian(_ x: [Double]) -> Matrix {
    Matrix([[2 - 400 * x[1] + 1200 * x[0] * x[0], -400 * x[0]], [-400 * x[0], 200]])
  }

  @Test(
    "gradient and Hessians of Rosenbrock's valley keep the errors they state",
    arguments: [[1, 1], [-1.2, 1], [0.37, -2.385], [0, 0], [30, -7]])
  func rosenbrock(point: [Double]) throws {
    let slopes = try gradient(of: Self.rosenbrock, at: point)
    for (slope, exact) in zip(slopes, Self.rosenbrockGradient(point)) {
      #expect((slope.value - exact).magnitude <= 3 * slope.error, "\(slope), exact \(exact)")
    }
    let exact = Self.rosenbrockHessian(point)
    for estimate in [
      try hessian(of: Self.rosenbrock, at: point),
      try hessian(ofGradient: Self.rosenbrockGradient, at: point),
    ] {
      for i in 0..<2 {
        for j in 0..<2 {
          let (value, error) = (estimate.values[i, j], estimate.errors[i, j])
          #expect((value - exact[i, j]).magnitude <= 3 * error, "(\(i), \(j)): \(value) ± \(error)")
          #expect(error <= 1e-5 * max(exact.largest, 1), "(\(i), \(j)): error \(error)")
          #expect(value == estimate.values[j, i])
        }
      }
    }
  }

  @Test("a Hessian close to the border of the domain shrinks its steps")
  func border() throws {
    let estimate = try hessian(of: { log($0[0]) + log($0[1]) }, at: [0.05, 2])
    #expect((estimate.values[0, 0] + 400).magnitude <= 3 * estimate.errors[0, 0])
    #expect((estimate.values[1, 1] + 0.25).magnitude <= 3 * estimate.errors[1, 1])
    #expect(estimate.values[0, 1].magnitude <= 3 * estimate.errors[0, 1])
    #expect(estimate.errors[0, 0] < 1e-3)
  }

  @Test("no variables, no derivatives")
  func empty() throws {
    #expect(try gradient(of: { _ in 1 }, at: []).isEmpty)
    #expect(try hessian(of: { _ in 1 }, at: []).values.elements.isEmpty)
  }

  @Test("four hundred at once, none aborts")
  func parallel() async throws {
    let failures = await withTaskGroup(of: Bool.self) { group in
      for index in 0..<400 {
        group.addTask {
          // Every other one provokes a GSL error, which would abort under GSL's own handler.
          if index.isMultiple(of: 2) {
            return (try? root(of: { $0 * $0 + 1 }, in: -1...1)) == nil
              && (try? Distribution.studentT(degreesOfFreedom: -1).cumulative(0)) == nil
              && (try? polynomialRoots([0, 0])) == nil
          }
          let scale = Double(index)
          guard let estimate = try? derivative(of: { exp($0 / scale) }, at: 1) else { return false }
          return (estimate.value - exp(1 / scale) / scale).magnitude <= 1e-8
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 0 : 1) }
    }
    #expect(failures == 0)
  }
}

extension Matrix {
  var largest: Double { elements.map(\.magnitude).max() ?? 0 }
}
