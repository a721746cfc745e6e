import CriticalPoints
import Foundation
import Testing

@Suite("Critical points in several variables, and of functions that are no polynomials")
struct IntervalSearchTests {
  @Test("Himmelblau's nine points, proved complete, the minima flattened")
  func himmelblau() throws {
    let found = try report(
      "(x^2 + y - 11)^2 + (x + y^2 - 7)^2", box: "x=-6:6,y=-6:6", "ayla:N1=1.5,N2=1.5")
    #expect(found.isComplete && found.points.count == 9 && found.sets.isEmpty)
    let minima = found.points.filter { $0.kind == .minimum }
    #expect(minima.count == 4)
    #expect(minima.allSatisfy { $0.status == .flattened && $0.statusProvedBy == .exact })
    #expect(minima.allSatisfy { $0.value == 0 && $0.transformedEigenvalues == [0, 0] })
    #expect(minima.contains { $0.place == [3, 2] && $0.kindProvedBy == .exact })
    let others = found.points.filter { $0.kind != .minimum }
    #expect(others.count { $0.kind == .saddle } == 4)
    #expect(others.count { $0.kind == .maximum } == 1)
    #expect(others.allSatisfy { $0.status == .preserved && $0.statusProvedBy == .interval })
    #expect(others.allSatisfy { $0.kindProvedBy == .interval && $0.isProved })
    for point in others {
      let factor = 1.5 * point.value.squareRoot()
      let scaled = point.eigenvalues.map { $0 * factor }
      #expect(isNear(try #require(point.transformedEigenvalues), scaled, within: 1e-14))
    }
    #expect(found.notes.contains { $0.contains("no regular zero") })
  }

  @Test("the same search gives the same report")
  func reproducible() throws {
    let function = "4*x^2 - 2.1*x^4 + x^6/3 + x*y - 4*y^2 + 4*y^4"
    let reports = try (0..<2).map { _ in
      try report(function, box: "x=-2:2,y=-2:2", "ayla:N1=1.5,N2=1.5")
    }
    #expect(reports[0] == reports[1])
    #expect(reports[0].points.count == 15 && reports[0].isComplete)
    #expect(reports[0].sets.map(\.status) == [.spurious])
  }

  @Test("Rosenbrock's valley: one minimum")
  func rosenbrock() throws {
    let found = try report("(1 - x)^2 + 100*(y - x^2)^2", box: "x=-6:6,y=-6:6", "ayla:N1=2,N2=1")
    #expect(found.isComplete && found.points.map(\.place) == [[1, 1]])
    #expect(found.points[0].kind == .minimum && found.points[0].status == .flattened)
    let root = (250601.0).squareRoot()
    #expect(isNear(found.points[0].eigenvalues, [501 - root, 501 + root], within: 1e-12))
  }

  @Test("Beale's function: the minimum (3, 1/2) and two saddles")
  func beale() throws {
    let found = try report(
      "(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2",
      box: "x=-4.5:4.5,y=-4.5:4.5", "ayla:N1=0.5,N2=1")
    #expect(found.isComplete && found.points.count == 3)
    #expect(found.points.map(\.kind) == [.saddle, .saddle, .minimum])
    #expect(found.points[2].at.map(\.exact) == ["3", "1/2"])
    #expect(found.points[2].status == .lost && found.points[2].transformedEigenvalues == nil)
    #expect(found.points[2].statusProvedBy == .exact)
  }

  @Test("a monkey saddle is degenerate, proved to be alone")
  func monkeySaddle() throws {
    let found = try report("x^3 - 3*x*y^2", box: "x=-2:2,y=-1:3", "ayla:N1=1.5,N2=1.5")
    #expect(found.isComplete && found.points.map(\.place) == [[0, 0]])
    #expect(found.points[0].kind == .degenerate && found.points[0].kindProvedBy == .exact)
    #expect(found.points[0].eigenvalues == [0, 0] && found.points[0].status == .preserved)
    #expect(found.sets.map(\.equation) == ["x^3 - 3*x*y^2 = 0"])
    #expect(found.sets[0].status == .spurious && found.sets[0].dimension == 1)
    for sample in found.sets[0].samples {
      let (x, y) = (sample[0], sample[1])
      // Bisected to neighbours: f there is its slope times an ulp.
      #expect(abs(x * x * x - 3 * x * y * y) < 1e-13)
    }
  }

  @Test("a ring of minima is a set, its centre a maximum")
  func ring() throws {
    let found = try report("(x^2 + y^2 - 1)^2", box: "x=-2:2,y=-2:2", "ayla:N1=1.5,N2=1.5")
    #expect(found.isComplete && found.points.map(\.place) == [[0, 0]])
    #expect(found.points[0].kind == .maximum && found.points[0].status == .preserved)
    #expect(found.sets.count == 1)
    #expect(found.sets[0].equation == "x^2 + y^2 - 1 = 0")
    #expect(found.sets[0].dimension == 1 && found.sets[0].status == .flattened)
    #expect(found.sets[0].samples.count == 8)
    #expect(found.sets[0].samples.allSatisfy { abs($0[0] * $0[0] + $0[1] * $0[1] - 1) < 1e-14 })
  }

  @Test("a ring that is written out is found by the factor that the slopes share")
  func expandedRing() throws {
    let found = try report(
      "(x^2 + y^2)^2 - 2*(x^2 + y^2) + 1", box: "x=-2:2,y=-2:2", "ayla:N1=1.5,N2=1.5")
    #expect(found.isComplete && found.undecidedBoxes.isEmpty)
    #expect(found.points.map(\.place) == [[0, 0]] && found.points[0].kind == .maximum)
    #expect(found.sets.map(\.equation) == ["x^2 + y^2 - 1 = 0"])
    #expect(found.sets[0].dimension == 1 && found.sets[0].samples.count == 8)
    #expect(found.sets[0].status == .flattened && found.sets[0].statusProvedBy == .exact)
    #expect(found.sets[0].samples.allSatisfy { abs($0[0] * $0[0] + $0[1] * $0[1] - 1) < 1e-14 })
  }

  @Test("two rings at different levels are two sets")
  func twoRings() throws {
    let s = "(x^2 + y^2)"
    let found = try report(
      "\(s)^3/3 - 3*\(s)^2/2 + 2*\(s) - 5/6", box: "x=-2:2,y=-2:2", "ayla:N1=1.5,N2=1.5")
    #expect(found.isComplete && found.points.map(\.kind) == [.minimum])
    let rings = found.sets.filter { $0.status != .spurious }
    #expect(Set(rings.map(\.equation)) == ["x^2 + y^2 - 1 = 0", "x^2 + y^2 - 2 = 0"])
    #expect(rings.first { $0.equation.contains("- 1") }?.status == .flattened)
    #expect(rings.first { $0.equation.contains("- 2") }?.status == .preserved)
    #expect(rings.allSatisfy { $0.statusProvedBy == .exact })
  }

  @Test("a sphere of minima, and a factor that is 0 at one point only")
  func sphere() throws {
    let sphere = try report(
      "(x^2 + y^2 + z^2)^2 - 2*(x^2 + y^2 + z^2)", box: "x=-2:2,y=-2:2,z=-2:2")
    #expect(sphere.isComplete && sphere.points.count == 1)
    #expect(sphere.sets.map(\.dimension) == [2])
    let point = try report("(x^2 + y^2)^2 - (x^2 + y^2)^3", box: "x=-0.5:0.55,y=-0.5:0.55")
    #expect(point.isComplete && point.points.map(\.place) == [[0, 0]] && point.sets.isEmpty)
  }

  @Test("a continuum that nothing recognises is seen, and not claimed to be proved")
  func unrecognised() throws {
    let found = try report(
      "exp((x^2 + y^2)^2 - 2*(x^2 + y^2))", box: "x=-2:2,y=-2:2", "ayla:N1=1.5,N2=1.5")
    #expect(!found.isComplete && !found.undecidedBoxes.isEmpty)
    #expect(found.points.contains { $0.place == [0, 0] })
    #expect(found.sets.map(\.dimension) == [1])
    #expect(found.sets[0].statusProvedBy == .numeric)
    #expect(found.sets[0].samples.allSatisfy { abs($0[0] * $0[0] + $0[1] * $0[1] - 1) < 1e-9 })
  }

  @Test("a circle in space: two squares in three variables")
  func circle() throws {
    let found = try report("(x^2 + y^2 - 1)^2 + z^2", box: "x=-2:2,y=-2:2,z=-1:1")
    #expect(found.isComplete && found.points.map(\.place) == [[0, 0, 0]])
    #expect(found.points[0].kind == .saddle)
    #expect(found.sets.map(\.dimension) == [1] && found.sets[0].status == nil)
  }

  @Test("exp, log and sqrt: one minimum each, by intervals")
  func transcendental() throws {
    let exponential = try report("exp(x) - 2*x", box: "x=-2:2", "ayla:N1=1.5,N2=1.5")
    #expect(exponential.isComplete && exponential.points.count == 1)
    #expect(isNear(exponential.points[0].place, [log(2)], within: 1e-15))
    #expect(exponential.points[0].kindProvedBy == .interval)
    #expect(exponential.points[0].statusProvedBy == .interval)
    let logarithm = try report("x - log(x)", box: "x=0.1:4", "ayla:N1=1.5,N2=1.5")
    #expect(logarithm.isComplete && logarithm.points.map(\.place) == [[1]])
    let root = try report("sqrt(1 + x^2 + y^2)", box: "x=-1:2,y=-1:1", "ayla:N1=2,N2=3")
    #expect(root.isComplete && root.points.map(\.place) == [[0, 0]])
    #expect(root.points[0].kind == .minimum && root.points[0].eigenvalues == [1, 1])
    #expect(root.points[0].transformedEigenvalues == [3, 3])
  }

  @Test("a degenerate point of exp: its order by Taylor, no other zero beside it")
  func degenerateExponential() throws {
    let found = try report("exp(x) - 1 - x - x^2/2", box: "x=-2:2", "ayla:N1=1.5,N2=1.5")
    #expect(found.isComplete && found.points.map(\.place) == [[0]])
    #expect(found.points[0].kind == .degenerate && found.points[0].kindProvedBy == .exact)
    #expect(found.points[0].status == .preserved && found.points[0].statusProvedBy == .exact)
    let even = try report("exp(x) - 1 - x - x^2/2 - x^3/6", box: "x=-2:2")
    #expect(even.isComplete && even.points.map(\.kind) == [.minimum])
  }

  @Test("regular zeros of a transcendental function are spurious for N₁ > 1")
  func transcendentalZeros() throws {
    let found = try report("exp(x) - 2", box: "x=-2:2", "ayla:N1=1.5,N2=1")
    #expect(found.isComplete && found.points.map(\.status) == [.spurious])
    #expect(isNear(found.points[0].place, [log(2)], within: 1e-15))
    #expect(found.points[0].statusProvedBy == .interval)
    let none = try report("exp(x) + 1", box: "x=-2:2", "ayla:N1=1.5,N2=1")
    #expect(none.isComplete && none.points.isEmpty)
  }

  @Test("outside the function's domain there is no critical point")
  func domain() throws {
    // The slope 1/x − 1/x² is 0 at 1; that of log(−x)'s mirror image is none of this function.
    let found = try report("log(x) + x^2/2 - 3*x", box: "x=-5:5")
    let roots = [(3 - 5.0.squareRoot()) / 2, (3 + 5.0.squareRoot()) / 2]
    #expect(isNear(found.points.map { $0.place[0] }, roots, within: 1e-14))
    let mirrored = try report("log(x) - x^2/2 + 0*x", box: "x=-5:-0.5")
    #expect(mirrored.isComplete && mirrored.points.isEmpty)
  }

  @Test("a quadratic in four variables: one saddle, exactly")
  func quadratic() throws {
    let found = try report(
      "a^2 + 2*b^2 + 3*c^2 - d^2 + a*b - c*d + a - 2", box: "a=-2:2,b=-2:2,c=-2:2,d=-2:2",
      "ayla:N1=1.5,N2=1.5")
    #expect(found.isComplete && found.points.count == 1)
    #expect(found.points[0].at.map(\.exact) == ["-4/7", "1/7", "0", "0"])
    #expect(found.points[0].kind == .saddle && found.points[0].kindProvedBy == .exact)
    #expect(found.sets.map(\.dimension) == [3])
  }

  @Test("Powell's singular function: a degenerate minimum, through its squares")
  func powell() throws {
    let found = try report(
      "(a + 10*b)^2 + 5*(c - d)^2 + (b - 2*c)^4 + 10*(a - d)^4",
      box: "a=-2:3,b=-2:3,c=-2:3,d=-2:3", "ayla:N1=1.5,N2=1")
    #expect(found.isComplete && found.points.map(\.place) == [[0, 0, 0, 0]])
    #expect(found.points[0].kind == .minimum && found.points[0].kindProvedBy == .exact)
    #expect(found.points[0].status == .flattened)
  }

  @Test("no critical point at all, in one variable and in two")
  func none() throws {
    #expect(try report("exp(x) + x", box: "x=-2:2").points.isEmpty)
    let plane = try report("x + exp(y)", box: "x=-2:2,y=-2:2")
    #expect(plane.points.isEmpty && plane.isComplete && plane.sets.isEmpty)
  }

  @Test("a critical point on the edge or corner counts, one beyond it does not")
  func edges() throws {
    let function = "(x - 1)^2 + (y - 2)^2 + x*y - x*y"
    #expect(try report(function, box: "x=-1:1,y=0:2").points.map(\.place) == [[1, 2]])
    #expect(try report(function, box: "x=-1:1,y=0:3").points.map(\.place) == [[1, 2]])
    let beyond = try report(function, box: "x=-1:0.999999999999,y=0:3")
    #expect(beyond.points.isEmpty && beyond.isComplete)
    let tenth = try report("exp(x - 0.1) - x", box: "x=0.1:1")
    #expect(tenth.points.map(\.place) == [[0.1]] && tenth.isComplete)
  }

  @Test("a kink is no critical point, and not decided either")
  func kink() throws {
    let found = try report("abs(x) + x^2 + y^2", box: "x=-2:2,y=-3:1")
    #expect(found.points.isEmpty && !found.isComplete && !found.undecidedBoxes.isEmpty)
    let smooth = try report("abs(x) + (x - 1)^2 + y^2", box: "x=0.1:2,y=-3:1")
    #expect(smooth.isComplete && smooth.points.map(\.place) == [[0.5, 0]])
  }

  @Test("a variable that does not occur makes lines of points")
  func unusedVariable() throws {
    let found = try report("x^2 - 2*x", box: "x=-1:1.5,y=0:1", "ayla:N1=2,N2=1")
    #expect(found.points.isEmpty && found.isComplete)
    #expect(found.sets.map(\.equation).sorted() == ["x = 0", "x = 1"])
    #expect(found.sets.map(\.dimension) == [1, 1])
    #expect(found.sets.contains { $0.samples == [[0, 0.5]] && $0.status == .spurious })
  }

  @Test("huge and tiny boxes do not trap")
  func extremes() throws {
    for box in ["x=-1e308:1.7e308,y=-1e308:1e308", "x=1e-320:3e-320,y=0:5e-324"] {
      _ = try report("exp(x) + x^2*y + y^2", box: box, "ayla:N1=1.5,N2=1.5")
    }
    _ = try report("exp(x^3) - x", box: "x=-1e308:1.7e308", "ayla:N1=3,N2=30")
  }

  @Test("the work limit is a limit: what is left is undecided")
  func workLimit() throws {
    let found = try CriticalPointSearch(
      try formula("(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + exp(x*y)"),
      in: SearchBox(parsing: "x=-4:4,y=-4:4"), boxLimit: 10
    ).run()
    #expect(!found.isComplete && found.boxCount <= 10 && !found.undecidedBoxes.isEmpty)
  }
}
