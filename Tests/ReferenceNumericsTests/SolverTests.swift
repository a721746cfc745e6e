import Diagnostics
import Foundation
import ReferenceNumerics
import Testing

@Suite("Searches on a line")
struct LineSearchTests {
  @Test("a root to the last place")
  func root() throws {
    let result = try ReferenceNumerics.root(of: { $0 * $0 - 2 }, in: 0...2)
    #expect(abs(result.point - 2.0.squareRoot()) <= 2 * 2.0.squareRoot().ulp)
    #expect(result.bracket.contains(2.0.squareRoot()))
    #expect(try ReferenceNumerics.root(of: { $0 }, in: 0...1).point == 0)
    #expect(try ReferenceNumerics.root(of: { $0 - 1 }, in: 0...1).point == 1)
  }

  @Test("no change of sign, NaN and too few iterations are errors")
  func rootErrors() {
    #expect(throws: GSLError.self) {
      try ReferenceNumerics.root(of: { $0 * $0 + 1 }, in: -1...1)
    }
    #expect(throws: GSLError.self) { try ReferenceNumerics.root(of: { _ in .nan }, in: -1...1) }
    #expect(throws: GSLError.self) {
      try ReferenceNumerics.root(of: { abs($0) > 0.9 ? $0 : .nan }, in: -1...1)
    }
    let error = #expect(throws: GSLError.self) {
      try ReferenceNumerics.root(of: { atan($0 - 0.37) }, in: -1e6...1e3, iterationLimit: 2)
    }
    #expect(error?.reason == .doesNotConverge(iterations: 2))
    #expect(error?.message.contains("gsl_root_fsolver_brent") == true)
    #expect(error?.exitCode == .software)
  }

  @Test("a minimum to the root of epsilon")
  func minimum() throws {
    let result = try ReferenceNumerics.minimum(of: { cos($0) }, in: 2...4.5, guess: 3)
    #expect(abs(result.point - .pi) < 1e-7)
    #expect(result.value == -1)
    #expect(throws: GSLError.self) {
      try ReferenceNumerics.minimum(of: { cos($0) }, in: 2...4.5, guess: 2.01)
        .point + ReferenceNumerics.minimum(of: { -$0 }, in: 0...1, guess: 0.5).point
    }
    #expect(throws: GSLError.self) {
      try ReferenceNumerics.minimum(of: { cos($0) }, in: 2...4.5, guess: 3, iterationLimit: 1)
    }
  }
}

@Suite("Searches in several variables")
struct VectorSearchTests {
  @Test("Rosenbrock's valley from the usual start")
  func rosenbrock() throws {
    let start = [-1.2, 1]
    let simplex = try simplexMinimum(
      of: DifferentiationTests.rosenbrock, from: start, stepSizes: [0.5, 0.5])
    let newton = try quasiNewtonMinimum(
      of: DifferentiationTests.rosenbrock, gradient: DifferentiationTests.rosenbrockGradient,
      from: start)
    let zero = try ReferenceNumerics.root(
      of: { [1 - $0[0], 10 * ($0[1] - $0[0] * $0[0])] }, from: start)
    #expect(simplex.status == .converged && zero.status == .converged)
    // Its last step ends below what values of f can tell, so no progress is as good an end.
    #expect(newton.status != .iterationLimit)
    for (result, tolerance) in [(simplex, 1e-6), (newton, 1e-6), (zero, 1e-10)] {
      #expect(result.point.allSatisfy { abs($0 - 1) < tolerance }, "\(result)")
    }
    #expect(newton.iterations < 100)
  }

  @Test("limits and hopeless cases are statuses")
  func statuses() throws {
    let short = try simplexMinimum(
      of: DifferentiationTests.rosenbrock, from: [-1.2, 1], stepSizes: [1, 1], iterationLimit: 3)
    #expect(short.status == .iterationLimit && short.iterations == 3)
    let limited = try quasiNewtonMinimum(
      of: DifferentiationTests.rosenbrock, gradient: DifferentiationTests.rosenbrockGradient,
      from: [-1.2, 1], iterationLimit: 2)
    #expect(limited.status == .iterationLimit)
    let rootless = try ReferenceNumerics.root(of: { [$0[0] * $0[0] + 1] }, from: [3])
    #expect(rootless.status != .converged && rootless.values[0] >= 1)
  }

  @Test("NaN is an error wherever it appears")
  func notFinite() {
    #expect(throws: GSLError.self) {
      try simplexMinimum(of: { _ in .nan }, from: [1], stepSizes: [1])
    }
    #expect(throws: GSLError.self) {
      try simplexMinimum(of: { $0[0] }, from: [.nan], stepSizes: [1])
    }
    #expect(throws: GSLError.self) {
      try quasiNewtonMinimum(of: { $0[0] }, gradient: { _ in [.nan] }, from: [1])
    }
    #expect(throws: GSLError.self) {
      try ReferenceNumerics.root(of: { _ in [.infinity] }, from: [1])
    }
    #expect(throws: GSLError.self) {
      try ReferenceNumerics.root(of: { $0[0] == 1 ? [1] : [.nan] }, from: [1])
    }
  }

  @Test("no variables: done at once")
  func empty() throws {
    #expect(try simplexMinimum(of: { _ in 3 }, from: [], stepSizes: []).values == [3])
    #expect(try quasiNewtonMinimum(of: { _ in 3 }, gradient: { $0 }, from: []).values == [3])
    #expect(try ReferenceNumerics.root(of: { $0 }, from: []).status == .converged)
  }
}

@Suite("Differential equations")
struct DifferentialEquationTests {
  @Test(
    "an oscillator returns after a period",
    arguments: [IntegrationMethod.fehlberg45, .princeDormand89])
  func oscillator(method: IntegrationMethod) throws {
    let states = try integrate(
      { _, y in [y[1], -y[0]] }, from: 0, state: [1, 0], at: [0, .pi / 2, 2 * .pi], method: method)
    for (state, exact) in zip(states, [[1.0, 0], [0, -1], [1, 0]]) {
      // Local errors of 1e-10 a step over a few hundred steps at most.
      #expect(zip(state, exact).allSatisfy { abs($0 - $1) < 1e-8 }, "\(state)")
    }
  }

  @Test("gradient flow on x²/2 decays, backwards it grows")
  func flow() throws {
    let forward = try integrate({ _, y in [-y[0]] }, from: 0, state: [2], at: [1])
    #expect(abs(forward[0][0] - 2 * exp(-1)) < 1e-9)
    let backward = try integrate({ _, y in [-y[0]] }, from: 1, state: [2 * exp(-1)], at: [0])
    #expect(abs(backward[0][0] - 2) < 1e-8)
  }

  @Test("a blow-up, NaN and the step limit are errors; nothing to do is none")
  func errors() throws {
    #expect(throws: GSLError.self) {
      try integrate({ _, y in [y[0] * y[0]] }, from: 0, state: [1], at: [2], stepLimit: 10_000)
    }
    #expect(throws: GSLError.self) {
      try integrate({ _, _ in [.nan] }, from: 0, state: [1], at: [2])
    }
    #expect(throws: GSLError.self) {
      try integrate({ _, y in [-y[0]] }, from: 0, state: [1], at: [2], stepLimit: 1)
    }
    #expect(throws: GSLError.self) {
      try integrate({ _, y in y }, from: 0, state: [1], at: [.nan])
    }
    #expect(try integrate({ _, y in y }, from: 0, state: [1], at: []).isEmpty)
    #expect(try integrate({ _, y in y }, from: 0, state: [], at: [1]) == [[]])
  }
}
