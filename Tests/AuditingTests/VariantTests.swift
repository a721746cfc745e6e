import Diagnostics
import Numbers
import Optimizers
import Properties
import TestSupport
import Testing

@testable import Auditing

/// A built-in's code in one convention, as somebody else's.
private func foreign(_ name: String, _ settings: [TypedSetting]) throws -> AuditSubject {
  let own = try AuditSubject(builtIn: name, settings: settings)
  let rule = OptimizerRule(optimizer: try Optimizer(named: name, settings: settings))
  return AuditSubject(
    kind: .formula, name: "somebody's \(name)", family: nil, traits: [], source: nil,
    domains: own.domains, conventions: [:], invariants: [], stepBound: nil,
    floatBox: FloatBox(gradientMagnitude: 1e-12...1e12, steps: 100_000), transform: nil,
    rule: rule, reference: nil,
    executors: [OptimizerExecutor<Double>(optimizer: rule.optimizer)], optimizer: nil,
    specification: ["kind": "test"], commandArguments: ["--formula", "test.yaml"])
}

/// A convention of a built-in, and what it takes for it to matter.
struct ConventionCase: Sendable, CustomTestStringConvertible {
  let name: String
  let needed: [TypedSetting]
  let convention: TypedSetting
  var testDescription: String { "\(name) \(convention.key)=\(convention.value)" }

  init(_ name: String, _ convention: TypedSetting, needing needed: TypedSetting...) {
    self.name = name
    self.needed = needed
    self.convention = convention
  }

  /// Part F of the corpus of known bugs: conventions that are none.
  static let all: [ConventionCase] = [
    ConventionCase("amsgrad", ("maximumOrder", "afterCorrection")),
    ConventionCase("amsgrad", ("maximumOrder", "uncorrected")),
    ConventionCase("radam", ("rectificationThreshold", "5")),
    ConventionCase("adam", ("epsilonPlacement", "insideRoot")),
    ConventionCase("rmsprop", ("epsilonPlacement", "insideRoot")),
    ConventionCase("amvt", ("epsilonPlacement", "outsideRoot")),
    ConventionCase(
      "sgd", ("firstDampening", "applied"), needing: ("momentum", "0.9"), ("dampening", "0.25")),
    ConventionCase("sgd", ("nesterov", "true"), needing: ("momentum", "0.9")),
    ConventionCase("sgd", ("rateInVelocity", "inside"), needing: ("momentum", "0.9")),
    ConventionCase("nadam", ("momentumSchedule", "constant")),
    ConventionCase("adam", ("stepCounter", "perGroup")),
    ConventionCase("adamw", ("decayForm", "unscaled")),
    ConventionCase("adam", ("decayForm", "coupled"), needing: ("weightDecay", "0.125")),
    ConventionCase("amvt", ("varianceCentre", "previousMean")),
    ConventionCase("yogi", ("correction", "adam")),
    ConventionCase("adabelief", ("epsilonInMoment", "absent")),
  ]
}

@Suite("Conventions are no faults")
struct VariantTests {
  @Test("one other than the declared is named as a variant", arguments: ConventionCase.all)
  func named(_ value: ConventionCase) async throws {
    let subject = try foreign(value.name, value.needed + [value.convention])
    let plain = OptimizerRule(optimizer: try Optimizer(named: value.name, settings: value.needed))
    let claiming = subject.claiming(plain, named: value.name, settings: [])
    let report = await Audit(
      of: claiming, effort: .quick,
      properties: ["rule.matches-reference", "rule.first-step"].compactMap(Catalogue.property)
    ).run()
    let row = try #require(report.results.first)
    #expect(row.verdict == .variant, "\(row)")
    #expect(
      row.detail?.contains("--as-set \(value.convention.key)=\(value.convention.value)") == true,
      "\(row.detail ?? "")")
    #expect(!report.isFailure(isStrict: false))
    #expect(report.isFailure(isStrict: true))
  }

  @Test("declared, it is the rule", arguments: ConventionCase.all)
  func declared(_ value: ConventionCase) async throws {
    let settings = value.needed + [value.convention]
    let subject = try foreign(value.name, settings)
    let rule = OptimizerRule(optimizer: try Optimizer(named: value.name, settings: settings))
    let claiming = subject.claiming(rule, named: value.name, settings: [value.convention])
    let report = await Audit(
      of: claiming, effort: .quick,
      properties: [try #require(Catalogue.property("rule.matches-reference"))]
    ).run()
    #expect(report.results.first?.verdict == .tested, "\(report.results)")
  }

  @Test("a fault is no convention")
  func fault() async throws {
    let subject = try subject(adamFile(["vhat": "v"]))
    let report = await Audit(
      of: subject, effort: .quick,
      properties: [try #require(Catalogue.property("rule.matches-reference"))]
    ).run()
    #expect(report.results.first?.verdict == .refuted)
  }
}

@Suite("Families that nobody declares")
struct FamilyInferenceTests {
  @Test("each built-in is taken for itself", arguments: Optimizer.builtInNames)
  func builtIn(_ name: String) throws {
    let subject = try foreign(name, [])
    let family = try #require(FamilyInference(for: subject).infer(subject))
    #expect(family.isExact, "\(family.summary)")
    // AdamW's decay is a setting of Adam, and AMO is told from it by its clip.
    let expected = name == "adamw" ? ["adam", "adamw"] : [name]
    #expect(expected.contains(family.family) || name == "adam-l2", "\(family.summary)")
  }

  @Test("the convention is found with the family", arguments: ConventionCase.all)
  func convention(_ value: ConventionCase) throws {
    let subject = try foreign(value.name, value.needed + [value.convention])
    let family = try #require(FamilyInference(for: subject).infer(subject))
    #expect(family.isExact, "\(family.summary)")
  }

  @Test("values that are written into the formulas are found, too")
  func unnamed() throws {
    let text = """
      optimizer: bare
      state: {m: 0, v: 0}
      update:
        - m = 0.9*m + 0.1*g
        - v = 0.99*v + 0.01*g^2
        - theta = theta - 0.02*(m/(1 - 0.9^t))/(sqrt(v/(1 - 0.99^t)) + 1e-8)
      """
    let subject = try subject(text)
    let family = try #require(FamilyInference(for: subject).infer(subject))
    #expect(family.isExact, "\(family.summary)")
    #expect(family.family == "adam")
    #expect(family.foundValues.contains { $0.key == "beta2" && $0.value == "0.99" })
    #expect(family.foundValues.contains { $0.key == "learningRate" && $0.value == "0.02" })
  }

  @Test("a rule of no family is named after none")
  func strange() throws {
    let text = """
      optimizer: strange
      hyperparameters: {lr: 0.01}
      update: ["theta = theta*cos - lr*exp(g)"]
      """.replacing("theta*cos", with: "0.5*theta")
    let subject = try subject(text)
    #expect(FamilyInference(for: subject).infer(subject) == nil)
  }

  @Test("the inferred laws are information, and decide no exit code")
  func information() async throws {
    let text = adamFile(["theta": "theta - alpha*mhat/(sqrt(vhat) + 2*epsilon)"]).replacing(
      "family: adam\n", with: "")
    let report = await Audit(of: try subject(text), effort: .forTests).run()
    #expect(report.inference?.contains("adam") == true, "\(report.inference ?? "none")")
    let rows = report.results.filter { $0.verdict == .refuted }
    #expect(rows.contains { $0.property.id == "rule.matches-reference" })
    #expect(rows.allSatisfy { !$0.isDeclared })
    #expect(!report.isFailure(isStrict: true))
  }
}
