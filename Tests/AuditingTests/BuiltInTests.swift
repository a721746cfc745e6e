@testable import Auditing
import Optimizers
import Processes
import Properties
import TestSupport
import Testing

/// A built-in with settings.
struct BuiltIn: Sendable, CustomTestStringConvertible {
  let name: String
  let settings: [(String, String)]
  var testDescription: String {
    ([name] + settings.map { "\($0.0)=\($0.1)" }).joined(separator: " ")
  }

  init(_ name: String, _ settings: (String, String)...) {
    self.name = name
    self.settings = settings
  }

  var subject: AuditSubject {
    get throws {
      try AuditSubject(builtIn: name, settings: settings.map { (key: $0.0, value: $0.1) })
    }
  }

  /// What to ask: of AYLA's many readings what runs answer, for a solver takes seconds over each.
  var properties: [any AuditableProperty] {
    RuleProperties.all.filter { property in
      name != "ayla:adam" || !property.description.evidence.contains(.smt)
    }
  }

  /// Every built-in, and every option at every value at least once.
  static let all: [BuiltIn] =
    [
      BuiltIn("sgd"),
      BuiltIn("sgd", ("momentum", "0.9")),
      BuiltIn("sgd", ("momentum", "0.9"), ("nesterov", "true"), ("weightDecay", "0.01")),
      BuiltIn("sgd", ("momentum", "0.9"), ("dampening", "0.5")),
      BuiltIn("sgd", ("momentum", "0.9"), ("dampening", "0.5"), ("firstDampening", "applied")),
      BuiltIn("sgd", ("momentum", "0.9"), ("rateInVelocity", "inside")),
      BuiltIn("sgd", ("weightDecay", "0.01")),
      BuiltIn("adam"),
      BuiltIn("adam", ("epsilonPlacement", "insideRoot")),
      BuiltIn("amo"),
      BuiltIn("amo", ("clip", "none")),
      BuiltIn("amvt"),
      BuiltIn("amvt", ("stepMomentum", "raw")),
      BuiltIn("amvt", ("epsilonPlacement", "outsideRoot")),
      BuiltIn("amvt", ("varianceCentre", "previousMean")),
      BuiltIn("amvt", ("varianceCentre", "correctedMean")),
      BuiltIn("amvt", ("weightDecay", "0.01")),
      BuiltIn("amvt", ("weightDecay", "0.01"), ("decayForm", "paper")),
      BuiltIn("amvt", ("variancePenalty", "trackedOnly")),
      BuiltIn("ayla:sgd", ("ayla.N1", "1.5")),
      BuiltIn("ayla:amo", ("ayla.N2", "0.7")),
      BuiltIn("ayla:amvt", ("ayla.N1", "1.5"), ("ayla.N2", "1.5")),
    ]
    + ["decoupled", "coupled", "unscaled", "paper"].map {
      BuiltIn("adam", ("weightDecay", "0.01"), ("decayForm", $0))
    }
    + (["gradient"] + AYLAMoments.Reading.allCases.map(\.rawValue)).map {
      BuiltIn("ayla:adam", ("ayla.N1", "1.5"), ("ayla.reading", $0))
    }
}

@Suite("Audits of the built-ins")
struct BuiltInTests {
  @Test("Nothing that a built-in declares is refuted", arguments: BuiltIn.all)
  func audit(_ builtIn: BuiltIn) async throws {
    let report = await Audit(
      of: try builtIn.subject, seed: 1, effort: .forTests, properties: builtIn.properties
    ).run()
    #expect(report.results.map(\.property.id) == builtIn.properties.map(\.id))
    #expect(!report.isFailure(isStrict: true))
    #expect(!report.isIncomplete)
    for row in report.results {
      #expect(row.verdict != .refuted || !row.isDeclared, "\(row)")
      // What is asked at all is answered by more than a shrug, at the latest by generated cases.
      if row.verdict != .notApplicable {
        #expect(
          [.proved, .enclosed, .tested].contains(row.verdict),
          "\(row.property.id): \(row.verdict) \(row.evidence)")
        if row.property.id != "rule.invariants" { #expect(row.cases > 0) }
      }
    }
  }

  @Test("The reference, the policies and the first step are asked of every built-in")
  func asked() async throws {
    for name in ["sgd", "adam", "amo", "amvt"] {
      let rows = try await rows(
        ["rule.matches-reference", "rule.non-finite", "rule.first-step", "rule.precision"],
        of: try AuditSubject(builtIn: name))
      for row in rows.values {
        #expect(row.verdict != .notApplicable, "\(name) \(row.property.id)")
        #expect(row.isDeclared)
      }
    }
  }

  @Test("A solver proves what is algebra: oddness, scale, the first step, the zero gradient")
  func proofs() async throws {
    for (name, ids) in [
      "sgd": ["rule.zero-gradient", "rule.odd", "rule.gradient-scale", "rule.first-step"],
      "adam": ["rule.zero-gradient", "rule.odd", "rule.gradient-scale", "rule.first-step"],
    ] {
      for row in try await rows(ids, of: try AuditSubject(builtIn: name)).values {
        #expect(row.verdict == .provedBySolver, "\(name): \(row)")
      }
    }
  }
}
