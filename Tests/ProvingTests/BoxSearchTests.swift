import Formulas
import Numbers
import Properties
import Proving
import Testing

@Suite("Interval branch and prune")
struct BoxSearchTests {
  let search = BoxSearch(boxLimit: 20_000)

  @Test("a strict inequality with room to spare is proved on its box")
  func strict() throws {
    let claim = try makeClaim(given: [], then: ["x^2 - x*y + y^2 + 1/10 > 0"])
    let proof = search.prove(claim, on: RealBox(["x": -3...3, "y": -3...3]))
    #expect(proof.conclusion == .proved)
    #expect(proof.boxes > 1)
    #expect(proof.evidence.domain == "x in [-3, 3], y in [-3, 3]")
  }

  @Test("functions that no solver knows are proved about")
  func transcendental() throws {
    let claim = try makeClaim(
      given: [], then: ["exp(x) > 1 + x/2", "x^p > 1/100", "log(1 + x) < x + 1/100"])
    let proof = search.prove(claim, on: RealBox(["x": 0.1...2, "p": 0.5...1.5]))
    #expect(proof.conclusion == .proved, "\(proof.conclusion)")
  }

  @Test("slopes decide what evaluation alone would cut into many more boxes")
  func slopes() throws {
    // The terms vary by 56, their sum not at all: evaluation alone needs some millions of boxes.
    let claim = try makeClaim(
      given: [], then: ["(x + y)^3 - x^3 - 3*x^2*y - 3*x*y^2 - y^3 + 1/50 > 0"])
    let proof = search.prove(claim, on: RealBox(["x": 1...2, "y": 1...2]))
    #expect(proof.conclusion == .proved)
    #expect(proof.boxes < 10_000)
    let monotone = try makeClaim(given: [], then: ["x*y/(x + y) + x >= 3/2"])
    let corner = search.prove(monotone, on: RealBox(["x": 1...5, "y": 1...5]))
    #expect(corner.conclusion == .proved)
    #expect(corner.boxes < 100, "least at a corner, where it is exactly 3/2")
  }

  @Test("kinks and jumps are enclosed, not differentiated away")
  func kinks() throws {
    let box = RealBox(["x": -1...1])
    let kink = try makeClaim(
      given: [], then: ["abs(x) + max(x, -x) > -1/100", "min(x, 0) < 1/100"])
    #expect(search.prove(kink, on: box).conclusion == .proved)
    let jump = try makeClaim(given: [], then: ["if(x < 1/3, 0, 1) < 1/2"])
    #expect(search.prove(jump, on: box).verdict == .refuted)
    let sign = try makeClaim(given: [], then: ["sign(x) > -1/2"])
    #expect(search.prove(sign, on: box).verdict == .refuted)
    let absolute = try makeClaim(given: [], then: ["abs(x) > 1/1000"])
    #expect(search.prove(absolute, on: box).verdict == .refuted)
  }

  @Test("a bound that is attained in the box is not proved")
  func attained() throws {
    let claim = try makeClaim(given: [], then: ["x^2 - 2*x*y + y^2 >= 0"])
    let proof = BoxSearch(boxLimit: 500).prove(claim, on: RealBox(["x": 0...1, "y": 0...1]))
    guard case .inconclusive(_, let remaining) = proof.conclusion else {
      Issue.record("got \(proof.conclusion)")
      return
    }
    #expect(remaining > 0 && remaining < 1)
    #expect(proof.boxes == 500)
    #expect(proof.evidence.detail?.contains("% of the volume") == true)
  }

  @Test("an equality is never proved")
  func equality() throws {
    let claim = try makeClaim(given: [], then: ["x = x"])
    #expect(
      search.prove(claim, on: RealBox(["x": 0...1])).verdict == .inconclusive)
  }

  @Test("a false inequality is refuted at a point that exact arithmetic confirms")
  func refuted() throws {
    let claim = try makeClaim(given: [], then: ["(x - 1/3)^2 + (y - 1/7)^2 > 1/100"])
    let box = RealBox(["x": 0...1, "y": 0...1])
    let proof = search.prove(claim, on: box)
    guard case .refuted(let refutation) = proof.conclusion else {
      Issue.record("got \(proof.conclusion)")
      return
    }
    let x = try #require(refutation.point["x"])
    let y = try #require(refutation.point["y"])
    let (dx, dy) = (x - Rational(1, 3), y - Rational(1, 7))
    #expect(dx * dx + dy * dy <= Rational(1, 100))
    #expect(box.contains(refutation.point))
  }

  @Test("what the assumptions exclude is pruned")
  func assumptions() throws {
    let claim = try makeClaim(given: ["x^2 + y^2 <= 1"], then: ["x + y < 3/2"])
    #expect(
      search.prove(claim, on: RealBox(["x": -2...2, "y": -2...2])).conclusion == .proved)
    let empty = try makeClaim(given: ["x^2 + y^2 <= 1"], then: ["x + y < -1"])
    #expect(
      search.prove(empty, on: RealBox(["x": 2...3, "y": 2...3])).conclusion == .vacuous)
  }

  @Test("nothing undefined is proved")
  func undefined() throws {
    for goal in ["0*(1/x) < 1", "sqrt(x) >= 0", "0*log(x) < 1", "x^(-1) != 0"] {
      let proof = BoxSearch(boxLimit: 200).prove(
        try makeClaim(given: [], then: [goal]), on: RealBox(["x": -1...1]))
      #expect(proof.verdict != .proved, "\(goal): \(proof.conclusion)")
    }
  }

  @Test("step counts take whole values only")
  func steps() throws {
    // False between the whole numbers, true at them.
    let claim = try makeClaim(given: [], then: ["(t - 3/2)^2 > 1/10"], steps: ["t"])
    #expect(search.prove(claim, on: RealBox(["t": 1...100])).conclusion == .proved)
    let power = try makeClaim(
      given: [], then: ["b^t < 1/2"], steps: ["t"])
    #expect(
      search.prove(power, on: RealBox(["t": 10...1000, "b": 0...0.9])).conclusion == .proved)
    let refuted = search.prove(power, on: RealBox(["t": 1...1000, "b": 0...0.9]))
    guard case .refuted(let refutation) = refuted.conclusion else {
      Issue.record("got \(refuted.conclusion)")
      return
    }
    #expect(refutation.point["t"]?.isInteger == true)
  }

  @Test("a box of one point is decided")
  func point() throws {
    let claim = try makeClaim(given: [], then: ["x*y < 1/2"])
    #expect(search.prove(claim, on: RealBox(["x": 0.5...0.5, "y": 0.5...0.5])).verdict == .proved)
    #expect(search.prove(claim, on: RealBox(["x": 1...1, "y": 1...1])).verdict == .refuted)
  }

  @Test("a search repeats")
  func repeats() throws {
    let claim = try makeClaim(given: [], then: ["x^4 - 3*x^3 + 7 - y^2 > 0"])
    let box = RealBox(["x": -2...4, "y": -1...1])
    let (first, second) = (search.prove(claim, on: box), search.prove(claim, on: box))
    #expect(first.conclusion == second.conclusion && first.boxes == second.boxes)
  }
}
