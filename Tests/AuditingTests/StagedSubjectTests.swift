@testable import Auditing
import Optimizers
import Properties
import TestSupport
import Testing

@Suite("Audits of stages and wrappers")
struct StagedSubjectTests {
  static let subjects: [BuiltIn] = [
    BuiltIn("accumulation:adamw"),
    BuiltIn("accumulation:ayla:adam", ("ayla.N1", "1.5"), ("accumulation.k", "3")),
    BuiltIn("loss-scaling:accumulation:lookahead:adamw"),
    BuiltIn("lion", ("valueClip", "0.5")),
    BuiltIn("sgd", ("outlierFilter", "1.5"), ("normalization", "true"), ("clip", "0.5")),
    BuiltIn("adam", ("noiseEstimate", "true"), ("updateClip", "0.001")),
    BuiltIn("adamw", ("curvatureScaling", "true")),
  ]

  @Test("what a stage or a wrapper leaves a card to declare is not refuted", arguments: subjects)
  func audit(_ builtIn: BuiltIn) async throws {
    // What runs answer: a solver would take seconds over each.
    let properties = (RuleProperties.all + BlackBox.all).filter {
      !$0.description.evidence.contains(.smt)
    }
    let report = await Audit(
      of: try builtIn.subject, seed: 1, effort: .forTests, properties: properties
    ).run()
    for row in report.results {
      #expect(row.verdict != .refuted || !row.isDeclared, "\(row)")
      #expect(row.verdict != .vacuous && row.verdict != .untested, "\(row)")
    }
    for id in ["rule.deterministic", "rule.resume", "rule.groups", "rule.live"] {
      #expect(report.results.first { $0.property.id == id }?.verdict == .tested, "\(id)")
    }
  }

  @Test("a card keeps what a stage leaves true, and loses the rest")
  func traits() throws {
    func traits(_ name: String, _ settings: [String: String] = [:]) throws -> Set<Properties.Trait>
    {
      try Optimizer(named: name, settings: settings).card.traits
    }
    let adam = try traits("adam")
    #expect(adam.isSuperset(of: [.gradientInvariant, .boundedStep, .coordinateWise]))
    let clipped = try traits("adam", ["valueClip": "1"])
    #expect(!clipped.contains(.gradientInvariant) && clipped.contains(.boundedStep))
    let filtered = try traits("sgd", ["outlierFilter": "5"])
    #expect(filtered.contains(.gradientCovariant) && !filtered.contains(.linear))
    let bounded = try Optimizer(named: "sgd", settings: ["updateClip": "0.5"]).card
    #expect(bounded.stepBound == "updateClip" && bounded.traits.contains(.boundedStep))
    #expect(try !traits("adam", ["curvatureScaling": "true"]).contains(.coordinateWise))
    #expect(try traits("loss-scaling:adam").subtracting(adam) == [.lossScaling])
    #expect(try traits("accumulation:adam").subtracting(adam) == [.accumulation])
  }
}
