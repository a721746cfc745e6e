import Diagnostics
import Numbers
import Objectives
import Optimizers
import Testing

@testable import Convergence

@Suite("The study of rates")
struct StudyTests {
  @Test func `rows have exactly the documented fields`() async throws {
    let study = RatesStudy(
      methods: [
        OptimizerMethod(Optimizer(AMVT())), OptimizerMethod(Optimizer(SGD(learningRate: 100))),
      ],
      problems: [
        try await Objective(named: "quartic"),
        try await Objective(named: "quadratic", settings: ["dimension": "5"]),
        try await Objective(parsing: "x^3 - y"),
      ], steps: 300)
    let report = await study.run()
    let rows = try #require(report.json["subjects"]?.array)
    for row in rows {
      let members = try #require(row.object)
      #expect(
        members.keys.sorted() == [
          "certified", "claimedBound", "fit", "interval", "iterate", "name", "predicted", "problem",
          "slope", "verdict", "window",
        ])
      #expect(members["certified"]?.object?.keys.sorted() == ["lower", "upper"])
      if members["slope"] == .null { #expect(members["verdict"] == "inconclusive") }
    }
    // AMVT has a row more on the convex problem, for the rate of its theorem.
    #expect(
      rows.contains {
        $0["problem"]?.string == "quadratic, rate α/√t" && $0["claimedBound"] != .null
      })
    #expect(report.rows.contains { $0.name == "sgd" && $0.divergedAt != nil })
    #expect(!report.isIncomplete)
  }

  @Test func `a study repeats to the bit`() async throws {
    let study = RatesStudy(
      methods: [OptimizerMethod(Optimizer(Adam(learningRate: Rational(1, 10))))],
      problems: [
        try await Objective(named: "noisy-quadratic", settings: ["dimension": "3"])
      ], steps: 200, seed: 7)
    let (first, second) = (await study.run(), await study.run())
    #expect(first.json == second.json)
    var other = study
    other.seed = 8
    #expect(await other.run().json != first.json)
  }

  @Test func `certified values come from the hook`() async throws {
    var study = RatesStudy(
      methods: [OptimizerMethod(Optimizer(SGD()))],
      problems: [try await Objective(named: "quadratic", settings: ["dimension": "2"])], steps: 50)
    study.certify = { _, _, iterate, steps in
      iterate == .last ? CertifiedValues(upper: Double(steps), lower: 1) : nil
    }
    let rows = await study.run().rows
    #expect(rows[0].certified == CertifiedValues(upper: 50, lower: 1))
    #expect(rows[1].certified == nil)
  }
}
