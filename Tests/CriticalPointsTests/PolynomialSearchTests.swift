import CriticalPoints
import Foundation
import Testing

@Suite("Critical points of polynomials in one variable")
struct PolynomialSearchTests {
  static let quartic = "x^4 - 3*x^3 + 2"

  @Test("the quartic of the AYLA paper: an inflection and a minimum, preserved")
  func quartic() throws {
    let found = try report(Self.quartic, box: "x=-3:4", "ayla:N1=1,N2=1.4")
    #expect(found.isComplete && found.sets.isEmpty)
    #expect(found.points.map(\.place) == [[0], [2.25]])
    #expect(found.points.map(\.kind) == [.degenerate, .minimum])
    #expect(found.points.map(\.eigenvalues) == [[0], [20.25]])
    #expect(found.points.allSatisfy { $0.status == .preserved && $0.statusProvedBy == .exact })
    #expect(found.points.allSatisfy { $0.kindProvedBy == .exact && $0.isProved })
    #expect(found.points[1].at[0].exact == "9/4")
    #expect(found.points[1].value == -6.54296875)
    let factor = 1.4 * pow(6.54296875, 0.4)
    let changed = try #require(found.points[1].transformedEigenvalues)
    // Two roundings of the factor and one of the product.
    #expect(abs(changed[0] - factor * 20.25) <= 4 * (factor * 20.25).ulp)
    #expect(found.points[0].transformedEigenvalues == [0])
  }

  @Test("with N₁ = 2 its two zeros are spurious")
  func spurious() throws {
    let found = try report(Self.quartic, box: "x=-3:4", "ayla:N1=2,N2=1.4")
    #expect(found.isComplete)
    #expect(found.points.map(\.status) == [.preserved, .spurious, .preserved, .spurious])
    #expect(found.points[1].place == [1] && found.points[1].at[0].exact == "1")
    // The real root of x³ − 2x² − 2x − 2 is 2.919639565839418145…
    #expect(found.points[3].place == [2.919639565839418])
    for point in [found.points[1], found.points[3]] {
      #expect(point.kind == nil && point.kindProvedBy == nil && point.value == 0)
      #expect(point.statusProvedBy == .exact && point.transformedEigenvalues == nil)
    }
  }

  @Test("without a transform there is no status")
  func plain() throws {
    let found = try report(Self.quartic, box: "x=-3:4")
    #expect(found.points.count == 2)
    #expect(found.points.allSatisfy { $0.status == nil && $0.statusProvedBy == nil })
    #expect(found.points.allSatisfy { $0.transformedEigenvalues == nil })
  }

  @Test("points on the edges of the box count, points a hair outside do not")
  func edges() throws {
    let inside = try report("x^3 - 3*x", box: "x=-1:1")
    #expect(inside.points.map(\.place) == [[-1], [1]])
    #expect(inside.points.map(\.kind) == [.maximum, .minimum])
    let outside = try report("x^3 - 3*x", box: "x=-0.999999999999999999:0.999999999999999999")
    #expect(outside.points.isEmpty && outside.isComplete)
  }

  @Test("a fourth-order minimum, a sixth-order maximum, a fifth-order inflection")
  func orders() throws {
    #expect(try report("(x - 1/3)^4", box: "x=-1:1").points.map(\.kind) == [.minimum])
    #expect(try report("-(x + 2/7)^6", box: "x=-1:1").points.map(\.kind) == [.maximum])
    let inflection = try report("(x^2 - 2)^5", box: "x=1:2").points
    #expect(inflection.map(\.kind) == [.degenerate] && inflection[0].eigenvalues == [0])
    #expect(inflection[0].place == [sqrt(2.0)])
  }

  @Test(
    "what becomes of a zero of order k under N₁",
    arguments: [
      ("x^2", "1.5", CriticalPoint.Status.flattened, [0.0] as [Double]?),
      ("x^2", "1", .preserved, [2]),
      ("x^2", "0.75", .sharpened, [.infinity]), ("-x^2", "0.75", .sharpened, [-.infinity]),
      ("x^2", "0.5", .lost, nil), ("x^2", "0.25", .lost, nil),
      ("x^3", "1.5", .preserved, [0]), ("x^3", "2/3", .sharpened, nil),
      ("x^3", "1/3", .lost, nil), ("x^3", "1/2", .sharpened, nil),
      ("16*x^4", "1/2", .sharpened, [8]), ("-16*x^4", "1/2", .sharpened, [-8]),
      ("x^4", "0.6", .preserved, [0]), ("x^4", "1/3", .sharpened, [.infinity]),
      ("x^4", "1/4", .lost, nil),
    ])
  func zeros(
    function: String, exponent: String, status: CriticalPoint.Status, eigenvalues: [Double]?
  ) throws {
    let found = try report(function, box: "x=-1/2:1/2", "ayla:N1=\(exponent),N2=2")
    #expect(found.points.count == 1)
    #expect(found.points[0].status == status && found.points[0].statusProvedBy == .exact)
    #expect(found.points[0].transformedEigenvalues == eigenvalues)
  }

  @Test("at |l| = 1 the side on which l lies around the point counts")
  func unit() throws {
    let transform = "ayla:N1=3,N2=0.5"
    let above = try report("x^2 + 1", box: "x=-1:1", transform).points[0]
    #expect(above.status == .preserved && above.transformedEigenvalues == [1])
    let below = try report("1 - x^2", box: "x=-1/2:1/2", transform).points[0]
    #expect(below.status == .preserved && below.transformedEigenvalues == [-6])
    let negative = try report("x^2 - 1", box: "x=-1/2:1/2", transform).points[0]
    #expect(negative.status == .preserved && negative.transformedEigenvalues == [6])
  }

  @Test("irrational roots whose values are 0 or 1 exactly are known to be")
  func algebraicValues() throws {
    let flat = try report("(x^2 - 2)^2", box: "x=1:2", "ayla:N1=2,N2=2").points
    #expect(flat.map(\.status) == [.flattened] && flat[0].value == 0)
    let unit = try report("(x^2 - 2)^2 + 1", box: "x=1:2", "ayla:N1=2,N2=3").points
    #expect(unit.map(\.status) == [.preserved] && unit[0].value == 1)
    // f″ = 16 at √2, within 2 ulp as promised; N₂ on the upper side.
    let changed = try #require(unit[0].transformedEigenvalues)
    #expect(abs(unit[0].eigenvalues[0] - 16) <= 2 * 16.0.ulp)
    #expect(abs(changed[0] - 48) <= 4 * 48.0.ulp)
  }

  @Test("a constant is a set, of full dimension")
  func constant() throws {
    for function in ["7", "x - x"] {
      let found = try report(function, box: "x=-1:1", "ayla:N1=2,N2=2")
      #expect(found.isComplete && found.points.isEmpty)
      #expect(found.sets.map(\.dimension) == [1])
    }
  }

  @Test("Chebyshev's polynomial of degree 8 has seven extrema, alternating")
  func chebyshev() throws {
    var (a, b) = ("1", "x")
    for _ in 2...8 { (a, b) = (b, "(2*x*\(b) - \(a))") }
    let found = try report(b, box: "x=-1:1")
    #expect(found.points.count == 7 && found.isComplete)
    for (place, point) in found.points.enumerated() {
      #expect(abs(point.place[0] - cos(Double(7 - place) * .pi / 8)) < 2e-16)
      #expect(point.kind == (place.isMultiple(of: 2) ? .minimum : .maximum))
      #expect(abs(abs(point.value) - 1) < 1e-15)
    }
  }

  @Test("roots close together are told apart, tiny and huge ones found")
  func clusters() throws {
    let close = try report("x^3/3 - x^2/2*(2 + 1e-12) + x*(1 + 1e-12)", box: "x=0:2")
    #expect(close.points.map { $0.at[0].exact } == ["1", "1000000000001/1000000000000"])
    let tiny = try report("x^3 - 3e-60*x", box: "x=-1:1e30")
    #expect(isNear(tiny.points.map { $0.place[0] * 1e30 }, [-1, 1], within: 1e-15))
  }

  @Test("a dense polynomial of degree 64 is within reach")
  func highDegree() throws {
    let terms = (0...64).map { "\(($0 * 37) % 19 - 9)*x^\($0)" }.joined(separator: " + ")
    let found = try report(terms, box: "x=-3:3", "ayla:N1=1.5,N2=1")
    #expect(found.isComplete && found.boxCount == 0)
    #expect(found.points.allSatisfy { $0.isConfirmedByDifferences != false })
  }
}
