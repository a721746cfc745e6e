import Foundation
import ReferenceNumerics
import Testing

@Suite("Eigenvalues")
struct EigenvalueTests {
  @Test("the second difference matrix has 2 − 2cos(kπ/(n+1))", arguments: [1, 2, 5, 24])
  func secondDifference(n: Int) throws {
    var matrix = Matrix(rows: n, columns: n)
    for i in 0..<n {
      matrix[i, i] = 2
      if i > 0 { (matrix[i, i - 1], matrix[i - 1, i]) = (-1, -1) }
    }
    let system = try SymmetricEigensolver(dimension: n).eigensystem(of: matrix)
    for (k, value) in system.values.enumerated() {
      let exact = 2 - 2 * cos(Double(k + 1) * .pi / Double(n + 1))
      // The certificate, and one rounding of the closed form each side.
      #expect((value - exact).magnitude <= system.residuals[k] + 1e-15, "n = \(n), k = \(k)")
      #expect(system.residuals[k] < 1e-13)
    }
  }

  @Test("values ascend and columns are their vectors, at any scale", arguments: [1e-300, 1, 1e300])
  func scales(scale: Double) throws {
    let matrix = Matrix([[2 * scale, scale], [scale, 2 * scale]])
    let system = try SymmetricEigensolver(dimension: 2).eigensystem(of: matrix)
    #expect(abs(system.values[0] / scale - 1) < 1e-14)
    #expect(abs(system.values[1] / scale - 3) < 1e-14)
    let vector = system.vectors.column(1)
    #expect(abs(vector[0] - vector[1]) < 1e-14)
    #expect(system.residuals.allSatisfy { $0 <= 1e-13 * scale })
  }

  @Test("residual bounds see a wrong pair only where there is one: zeros are exact")
  func zero() throws {
    let system = try SymmetricEigensolver(dimension: 3).eigensystem(of: Matrix(rows: 3, columns: 3))
    #expect(system.values == [0, 0, 0])
    #expect(system.residuals.allSatisfy { $0 < 1e-300 })
  }

  @Test("empty and 1 × 1 matrices")
  func small() throws {
    #expect(try SymmetricEigensolver(dimension: 0).eigenvalues(of: Matrix([])) == [])
    #expect(try SymmetricEigensolver(dimension: 1).eigenvalues(of: Matrix([[-2.385]])) == [-2.385])
    #expect(try eigenvalues(of: Matrix([])).values == [])
    #expect(
      try eigenvalues(of: Matrix([[-2.385]])).values == [Complex(real: -2.385, imaginary: 0)])
  }

  @Test("NaN and infinity are errors, not endless loops", arguments: [Double.nan, -.infinity])
  func notFinite(value: Double) {
    let matrix = Matrix([[1, value], [value, 1]])
    #expect(throws: GSLError.self) {
      try SymmetricEigensolver(dimension: 2).eigenvalues(of: matrix)
    }
    #expect(throws: GSLError.self) { try eigenvalues(of: matrix) }
  }

  @Test("a matrix that is not symmetric traps")
  func asymmetric() async {
    await #expect(processExitsWith: .failure) {
      _ = try SymmetricEigensolver(dimension: 2).eigenvalues(of: Matrix([[1, 2], [3, 4]]))
    }
  }

  @Test("a rotation by φ has e^±iφ")
  func rotation() throws {
    let angle = 0.37
    let result = try eigenvalues(
      of: Matrix([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]]))
    #expect(result.values.count == 2)
    for (value, sign) in zip(result.values, [-1.0, 1]) {
      #expect(
        abs(value.real - cos(angle)) < 1e-15 && abs(value.imaginary - sign * sin(angle)) < 1e-15)
      #expect(abs(value.magnitude - 1) < 1e-15)
    }
    #expect(result.residuals.allSatisfy { $0 < 1e-15 })
  }

  @Test(
    "heavy ball's companion matrix: two real, one double, two complex", arguments: [1e-200, 1.0])
  func companion(scale: Double) throws {
    // z² − (1 + μ − h)z + μ, as for momentum μ on curvature h.
    let (momentum, curvature) = (0.9, 0.37)
    let trace = 1 + momentum - curvature
    let result = try eigenvalues(of: Matrix([[trace * scale, -momentum * scale], [scale, 0]]))
    let imaginary = (momentum - trace * trace / 4).squareRoot()
    #expect(abs(result.values[0].real / scale - trace / 2) < 1e-14)
    #expect(abs(result.values[1].imaginary / scale - imaginary) < 1e-14)
  }
}

@Suite("Polynomial roots")
struct PolynomialRootTests {
  @Test("the paper's quartic has the roots 1 and 2.919639566")
  func quartic() throws {
    let roots = try polynomialRoots([2, 0, 0, -3, 1])
    let real = roots.values.filter { $0.imaginary == 0 }.map(\.real)
    #expect(real.count == 2)
    #expect(abs(real[0] - 1) < 1e-13 && abs(real[1] - 2.919639565839418) < 1e-13)
    #expect(roots.residuals.allSatisfy { $0 < 1e-12 })
  }

  @Test("xⁿ − 1 has n roots of magnitude 1", arguments: [1, 2, 7, 30])
  func unity(n: Int) throws {
    let roots = try polynomialRoots([-1] + Array(repeating: 0, count: n - 1) + [1])
    #expect(roots.values.count == n)
    #expect(roots.values.allSatisfy { abs($0.magnitude - 1) < 1e-13 })
  }

  @Test("zeros in front of the leading term are dropped; a constant has none")
  func degenerate() throws {
    #expect(try polynomialRoots([-6, 2, 0, 0]).values == [Complex(real: 3, imaginary: 0)])
    #expect(try polynomialRoots([5]).values == [])
    #expect(throws: GSLError.self) { try polynomialRoots([]) }
    #expect(throws: GSLError.self) { try polynomialRoots([0, 0]) }
    #expect(throws: GSLError.self) { try polynomialRoots([1, .nan]) }
    #expect(throws: GSLError.self) { try polynomialRoots([1e300, 1, 1e-300]) }
  }
}
