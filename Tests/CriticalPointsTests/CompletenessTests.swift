import CriticalPoints
import Formulas
import Foundation
import Numbers
import Testing

/// Searches whose answer is known in another way: by plain Newton steps from many starts, by the other of the
/// two searches, by construction.
@Suite("Nothing is missed, nothing is invented")
struct CompletenessTests {
  static let exponents = (0...4).flatMap { i in (0...(4 - i)).map { (i, $0) } }

  /// A polynomial of degree 4 in x and y with small whole coefficients.
  static func randomPolynomial(_ index: UInt64) -> String {
    var bits = Philox(seed: 11, property: 0xC817, case: index)
    let terms = exponents.map { "\(Int(bits.below(9)) - 4)*x^\($0.0)*y^\($0.1)" }
    return terms.joined(separator: " + ")
  }

  /// A sum of bumps, logarithms and roots of quadratics, smooth everywhere.
  static func randomSmooth(_ index: UInt64) -> String {
    var bits = Philox(seed: 13, property: 0xC819, case: index)
    func whole(_ bound: UInt64) -> Int { Int(bits.below(2 * bound + 1)) - Int(bound) }
    let line = { "(\(whole(3))*x + \(whole(3))*y + \(whole(2)))" }
    return [
      "\(whole(4))*\(line())*exp(-(x^2 + y^2)/2)", "\(whole(4))*log(1 + \(line())^2)",
      "\(whole(4))/(1 + \(line())^2)", "sqrt(2 + \(line())^2)", "\(whole(2))*x*y/3",
    ].joined(separator: " + ")
  }

  static let functions =
    (0..<24).map { randomPolynomial(UInt64($0)) } + (0..<24).map { randomSmooth(UInt64($0)) }

  @Test(
    "Newton's method finds no critical point that a complete report lacks", arguments: functions)
  func newton(text: String) throws {
    let found = try report(text, box: "x=-2:2,y=-2:2")
    let function = try formula(text).folded()
    let slopes = function.gradient(withRespectTo: ["x", "y"])
    let program = FormulaProgram(
      outputs: slopes + slopes.flatMap { $0.gradient(withRespectTo: ["x", "y"]) },
      inputs: ["x", "y"])
    for point in found.points {
      let values = program.run(point.place)
      let scale = values[2...].map(\.magnitude).max() ?? 1
      // The point is within an ulp or so; the terms of the slope round at up to 4·16 each.
      #expect(
        values[..<2].allSatisfy { abs($0) <= 1e-11 * max(1, scale) }, "\(text) at \(point.place)")
      #expect(point.isConfirmedByDifferences != false, "\(text) at \(point.place)")
    }
    guard found.isComplete, found.sets.isEmpty else { return }
    for start in 0..<121 {
      var point = [Double(start % 11) * 0.4 - 2, Double(start / 11) * 0.4 - 2]
      for _ in 0..<60 {
        let v = program.run(point)
        let determinant = v[2] * v[5] - v[3] * v[4]
        if determinant == 0 || !determinant.isFinite { break }
        point[0] -= (v[5] * v[0] - v[3] * v[1]) / determinant
        point[1] -= (v[2] * v[1] - v[4] * v[0]) / determinant
      }
      let v = program.run(point)
      guard v.allSatisfy(\.isFinite), abs(v[0]) + abs(v[1]) < 1e-12,
        abs(v[2] * v[5] - v[3] * v[4]) > 1e-6, point.allSatisfy({ abs($0) < 2 })
      else { continue }
      #expect(
        found.points.contains { isNear($0.place, point, within: 1e-6) }, "\(text) at \(point)")
    }
  }

  @Test("nearly all random functions are decided completely")
  func decided() throws {
    let complete = try Self.functions.count { text in
      try report(text, box: "x=-2:2,y=-2:2").isComplete
    }
    #expect(complete >= 46)
  }

  @Test("the interval search finds in one variable what the exact one does", arguments: 0..<16)
  func bothSearches(index: Int) throws {
    var bits = Philox(seed: 12, property: 0xC818, case: UInt64(index))
    let terms = (0...6).map { "\(Int(bits.below(19)) - 9)*x^\($0)" }.joined(separator: " + ")
    let exact = try report(terms, box: "x=-3:3", "ayla:N1=2,N2=3/2")
    // Not a polynomial any more, though the same function.
    let enclosed = try report("log(exp(0*x))*exp(x) + " + terms, box: "x=-3:3", "ayla:N1=2,N2=3/2")
    #expect(enclosed.isComplete && exact.isComplete)
    #expect(exact.boxCount == 0 && enclosed.boxCount > 0)
    #expect(exact.points.map(\.status) == enclosed.points.map(\.status), "\(terms)")
    #expect(exact.points.map(\.kind) == enclosed.points.map(\.kind), "\(terms)")
    for (first, second) in zip(exact.points, enclosed.points) {
      #expect(isNear(first.place, second.place, within: 1e-13), "\(terms)")
      #expect(isNear(first.eigenvalues, second.eigenvalues, within: 1e-10), "\(terms)")
    }
  }

  @Test("three points within 2e-5 of each other are three points")
  func close() throws {
    let found = try report("x^4/4 - 5e-11*x^2 + y^2", box: "x=-1:1,y=-1:1")
    #expect(found.isComplete && found.points.count == 3)
    #expect(found.points.map(\.kind) == [.minimum, .saddle, .minimum])
  }

  @Test("two points nearer than the least box are not called one")
  func tooClose() throws {
    // ±1e-9 and 0: a proof that there is one point would be false.
    let found = try report("x^4/4 - 5e-19*x^2 + y^2", box: "x=-1:1,y=-1:1")
    if found.isComplete {
      #expect(found.points.count == 3)
    } else {
      #expect(found.points.allSatisfy { !$0.isProved } && !found.undecidedBoxes.isEmpty)
    }
  }

  @Test("degenerate points of higher order, in two and three variables, are proved to be alone")
  func higherOrder() throws {
    for (function, box) in [
      ("x^4 + y^4 - 3*x^2*y^2", "x=-1:2,y=-1:2"), ("x^3 + y^4 + x^2*y^2", "x=-0.1:0.2,y=-0.1:0.2"),
      ("x^4 + y^4 + z^4 + x*y*z^2", "x=-1:2,y=-1:2,z=-2:1"),
    ] {
      let found = try report(function, box: box)
      #expect(found.isComplete, "\(function)")
      #expect(found.points.count == 1 && found.points[0].kind == .degenerate, "\(function)")
      #expect(found.points[0].place.allSatisfy { $0 == 0 })
    }
  }

  @Test("the Goldstein–Price function: nine points, and no zero of it in the box")
  func goldsteinPrice() throws {
    let found = try report(
      "(1 + (x + y + 1)^2*(19 - 14*x + 3*x^2 - 14*y + 6*x*y + 3*y^2))"
        + "*(30 + (2*x - 3*y)^2*(18 - 32*x + 12*x^2 + 48*y - 36*x*y + 27*y^2))",
      box: "x=-2:2,y=-2:2", "ayla:N1=1.5,N2=1.5")
    #expect(found.isComplete && found.points.count == 9)
    #expect(found.points.map(\.value) == [30, 35, 3, 990, 1155, 99, 840, 980, 84])
    #expect(found.points.allSatisfy { $0.kindProvedBy == .exact && $0.status == .preserved })
    #expect(found.sets.isEmpty)
  }

  @Test("Rosenbrock's function in four variables has three points in the box")
  func rosenbrock() throws {
    let found = try report(
      "(1-a)^2 + 100*(b-a^2)^2 + (1-b)^2 + 100*(c-b^2)^2 + (1-c)^2 + 100*(d-c^2)^2",
      box: "a=-2:2,b=-2:2,c=-2:2,d=-2:2", "ayla:N1=1.5,N2=1.5")
    #expect(found.isComplete)
    #expect(found.points.map(\.kind) == [.minimum, .saddle, .minimum])
    #expect(found.points.map(\.status) == [.preserved, .preserved, .flattened])
  }

  @Test("a weighted square is one: y²·exp(y) and a zero that is exact")
  func weightedSquare() throws {
    let found = try report("(x - 2)^2 + y^2*exp(y)", box: "x=1:3,y=-3:1", "ayla:N1=2,N2=2")
    #expect(found.isComplete && found.points.count == 2)
    #expect(found.points.map(\.status) == [.preserved, .flattened])
    #expect(found.points[1].statusProvedBy == .exact)
    #expect(found.notes.contains { $0.contains("no regular zero") })
  }
}
