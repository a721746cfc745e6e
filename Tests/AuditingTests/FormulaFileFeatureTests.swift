import Diagnostics
import Formulas
import Numbers
import Optimizers
import Properties
import TestSupport
import Testing

@testable import Auditing

private func file(_ text: String) throws -> FormulaFile {
  try FormulaFile(text: text, path: "test.yaml")
}

/// The parameters after one step from 3 and 4, each a tensor of its own group.
private func afterOneStep(_ text: String, gradients: [Double]) throws -> [Double] {
  let groups = [Scenario.Group(parameters: [[3]]), Scenario.Group(parameters: [[4]])]
  var run = ScenarioRun<Double>(try file(text).rule, groups: groups) { $0 }
  run.advance(Scenario.Step(gradients: gradients.map { [[$0]] })) { $0 }
  return run.parameters.joined().joined().map { $0 }
}

private func reducing(_ reduction: String) -> String {
  """
  optimizer: reduces
  hyperparameters: {alpha: 1}
  update:
    - theta = \(reduction)
  """
}

@Suite("Formula files: numbers of many coordinates")
struct FormulaReductionTests {
  @Test(
    "A reduction is over the whole vector, the group or the tensor",
    arguments: [
      ("norm(theta)", [5.0, 5.0]), ("sum(theta)", [7, 7]), ("mean(theta)", [3.5, 3.5]),
      ("largest(-theta)", [4, 4]), ("group_norm(theta)", [3, 4]), ("tensor_sum(theta)", [3, 4]),
      ("sum(theta)*tensor_rms(g)", [7, 14]), ("norm(theta/norm(theta))", [1, 1]),
    ])
  func scopes(reduction: String, expected: [Double]) throws {
    #expect(try afterOneStep(reducing(reduction), gradients: [1, 2]) == expected)
  }

  @Test("A tensor without a gradient takes no part")
  func absentGradients() throws {
    let groups = [Scenario.Group(parameters: [[3], [4]])]
    var run = ScenarioRun<Double>(try file(reducing("norm(theta)")).rule, groups: groups) { $0 }
    run.advance(Scenario.Step(gradients: [[[1], nil]])) { $0 }
    #expect(run.parameters == [[[3], [4]]])
  }

  @Test("What is proved of one coordinate is no proof for vectors")
  func oneCoordinate() async throws {
    let subject = try subject(
      """
      optimizer: normalised
      traits: [odd]
      hyperparameters: {alpha: 0.1, epsilon: 1e-8}
      domain: {alpha: "[0, inf)", epsilon: "(0, inf)"}
      update:
        - theta = theta - alpha*g/(norm(g) + epsilon)
      """)
    let row = try #require(try await rows(["rule.odd"], of: subject)["rule.odd"])
    #expect(row.verdict == .tested)
    #expect(row.evidence.allSatisfy { $0.verdict != .proved })
    let groups = try #require(try await rows(["rule.groups"], of: subject)["rule.groups"])
    #expect(groups.verdict == .tested)
  }

  @Test("A name of the file's own may be that of a reduction")
  func ownName() throws {
    let rule = try file(
      "optimizer: a\nupdate:\n  - mean = 2*g\n  - theta = theta - mean - mean(mean)"
    ).rule
    var run = ScenarioRun<Double>(rule, groups: [Scenario.Group(parameters: [[0, 0]])]) { $0 }
    run.advance(Scenario.Step(gradients: [[[1, 2]]])) { $0 }
    #expect(run.parameters == [[[-5, -7]]])
  }

  @Test("A reduction takes one argument, and has a name that no state can have")
  func errors() {
    #expect(throws: FormulaFileError.self) { try file(reducing("norm(theta, g)")) }
    #expect(throws: FormulaFileError.self) { try file(reducing("norm")) }
  }
}

@Suite("Formula files: a built-in inside")
struct FormulaBaseTests {
  private static func wrapped(_ gradient: String, base: String = "adam", more: String = "")
    -> String
  {
    """
    optimizer: wraps
    base: \(base)
    hyperparameters: {alpha: 0.01, clip: 1}
    \(more)
    update:
      - theta = base(\(gradient))
    """
  }

  @Test(
    "The base's step on g is the base's step", arguments: ["sgd", "adam", "radam", "yogi", "lion"])
  func transparent(base: String) throws {
    let rule = try file(Self.wrapped("g", base: base)).rule
    let plain = OptimizerRule(
      optimizer: try Optimizer(named: base, settings: ["learningRate": "0.01"]))
    let scenario = Scenario(start: [1, -2], gradients: [[1, 2], [-0.5, 0.25], [3, 0], [0, 1]])
    var run = ScenarioRun<Double>(rule, groups: scenario.groups) { $0 }
    var expected = ScenarioRun<Double>(plain, groups: scenario.groups) { $0 }
    for step in scenario.steps {
      run.advance(step) { $0 }
      expected.advance(step) { $0 }
      for (value, wanted) in zip(run.parameters[0][0], expected.parameters[0][0]) {
        // One text, evaluated in another order: a few roundings.
        #expect(abs(value - wanted) <= 1e-14 * abs(wanted))
      }
    }
  }

  @Test("It keeps its state and its hyper-parameters, which the file may set")
  func inherits() throws {
    let made = try file(Self.wrapped("g/max(1, norm(g)/clip)"))
    #expect(made.rule.slotNames == ["m", "v"])
    #expect(made.rule.value(of: "beta2") == 0.999)
    #expect(made.rule.value(of: "learningRate") == 0.01)
    #expect(made.domains["beta1"] != nil)
    #expect(made.invariants.map(\.description) == ["v >= 0"])
  }

  @Test(
    "What cannot be a base is an error with its place",
    arguments: [
      ("g", "adma", "", "did you mean"), ("g", "lookahead:adam", "", "goes back every few steps"),
      ("g", "adam", "state: {m: 0}", "of the base's state"),
    ])
  func errors(gradient: String, base: String, more: String, message: String) throws {
    let error = try #require(throws: FormulaFileError.self) {
      _ = try file(Self.wrapped(gradient, base: base, more: more))
    }
    #expect(error.message.contains(message), "\(error.message)")
    #expect(error.place != nil)
  }

  @Test("The base makes one step")
  func oneStep() throws {
    #expect(throws: FormulaFileError.self) { try file(Self.wrapped("base(g)")) }
    #expect(throws: FormulaFileError.self) {
      try file("optimizer: a\nbase: sgd\nupdate: [theta = theta - g]")
    }
  }
}

@Suite("Formula files: an author's claims")
struct AuthorsClaimTests {
  private static func adam(_ claims: [String]) -> String {
    """
    optimizer: adam by hand
    state: {m: 0, v: 0}
    hyperparameters: {gain: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8}
    roles: {gain: learningRate}
    domain: {gain: "[0, inf)", beta1: "[0, 1)", beta2: "[0, 1)", epsilon: "(0, inf)"}
    invariants: ["v >= 0"]
    claims:
    \(claims.map { "  - \($0)" }.joined(separator: "\n"))
    update:
      - m = beta1*m + (1 - beta1)*g
      - v = beta2*v + (1 - beta2)*g^2
      - theta = theta - gain*(m/(1 - beta1^t))/(sqrt(v/(1 - beta2^t)) + epsilon)
    """
  }

  private func row(_ claim: String, id: String = "c") async throws -> PropertyResult {
    let made = try subject(Self.adam([claim]))
    let property = try #require(Catalogue.property("claim.\(id)", of: made))
    let report = await Audit(of: made, seed: 1, effort: .forTests, properties: [property]).run()
    return try #require(report.results.first)
  }

  @Test(
    "A true invariance is proved where a solver is there, and never refuted",
    arguments: [
      #"{id: c, invariant: {replace: {g: "k*g", epsilon: "k*epsilon"}, where: "k > 0"}}"#,
      #"{id: c, invariant: {replace: {theta: "theta + k"}}}"#,
      #"{id: c, invariant: {replace: {g: "-g"}, gives: "-step"}}"#,
      #"{id: c, invariant: {replace: {gain: "k*gain"}, where: "k >= 0", gives: "k*step"}}"#,
    ])
  func trueInvariance(claim: String) async throws {
    let row = try await row(claim)
    #expect(row.isDeclared)
    #expect(row.verdict == .provedBySolver)
  }

  @Test(
    "A false claim is refuted by a case that is run again",
    arguments: [
      #"{id: c, bound: "abs(step) <= 10*gain"}"#, #"{id: c, bound: "step < 0"}"#,
      #"{id: c, bound: "v <= g^2"}"#,
      #"{id: c, invariant: {replace: {g: "k*g"}, where: "k > 0"}}"#,
      #"{id: c, invariant: {replace: {g: "g + k"}}}"#,
    ])
  func falseClaim(claim: String) async throws {
    let row = try await row(claim)
    #expect(row.verdict == .refuted)
    let counterexample = try #require(row.counterexample)
    #expect(counterexample.scalars == 1)
    #expect(counterexample.steps <= 2)
  }

  @Test("A bound that every reachable state keeps is proved")
  func provedBound() async throws {
    let row = try await row(#"{id: c, bound: "v >= (1 - beta2)*g^2"}"#)
    #expect(row.verdict == .provedBySolver)
  }

  @Test(
    "What is wrong with a claim is said with its place",
    arguments: [
      ("{bound: \"step < 1\"}", "has an `id`"), ("{id: a b, bound: \"step < 1\"}", "is no id"),
      ("{id: a}", "a `bound` or an `invariant`"), ("{id: a, bound: \"step\"}", "comparison"),
      ("{id: a, bound: \"step <= q\"}", "unknown variable"), ("{id: a, bond: x}", "unknown key"),
      ("{id: a, invariant: {where: \"c > 0\"}}", "a mapping `replace`"),
      ("{id: a, invariant: {replace: {m: \"2*m\"}}}", "cannot be replaced"),
      ("{id: a, invariant: {replace: {g: \"g + m\"}}}", "whole runs"),
      ("{id: a, invariant: {replace: {g: \"a*b*c*d*g\"}}}", "at most three"),
    ])
  func errors(claim: String, message: String) throws {
    let error = try #require(throws: FormulaFileError.self) { try file(Self.adam([claim])) }
    #expect(error.message.contains(message), "\(error.message)")
    #expect(error.place?.contains("8") == true, "\(error.place ?? "nowhere")")
  }

  @Test("A claim stands there once")
  func twice() {
    let claim = #"{id: c, bound: "step < 1"}"#
    #expect(throws: FormulaFileError.self) { try file(Self.adam([claim, claim])) }
  }
}

@Suite("References")
struct ReferenceTests {
  static let names = ReferenceLibrary.names

  @Test("Those that the documents name are there")
  func complete() {
    for name in ["qhadam", "adafactor", "sgdw", "rprop", "adan", "optimistic-gradient-descent"] {
      #expect(Self.names.contains(name))
    }
  }

  @Test("Each reads, says where it is from, and keeps the laws that it declares", arguments: names)
  func laws(name: String) async throws {
    let path = try #require(ReferenceLibrary.path(of: name))
    let file = try ReferenceLibrary.file(named: name)
    #expect(file.source != nil)
    let subject = try AuditSubject(formulaFile: path)
    let ids = [
      "rule.odd", "rule.translation", "rule.split", "rule.descent", "rule.gradient-scale",
      "rule.decay-additive", "rule.zero-gradient",
    ]
    for (id, row) in try await rows(ids, of: subject) where row.verdict == .refuted {
      Issue.record("\(name) refutes \(id): \(row.detail ?? "")")
    }
  }

  @Test("A wrong formula claims a reference and is refuted; the right one is not")
  func claims() async throws {
    func average(_ square: String) -> String {
      """
      optimizer: by hand
      state: {m: 0, v: 0}
      hyperparameters: {lr: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8}
      domain: {lr: "[0, inf)"}
      update:
        - m = beta1*m + (1 - beta1)*g
        - v = \(square)
        - theta = theta - lr*m/(1 - beta1^t)/(sqrt(v/(1 - beta2^t)) + epsilon)
      """
    }
    let id = "rule.matches-reference"
    let right = try subject(average("beta2*v + (1 - beta2)*g^2"), as: "qhadam")
    #expect(try await rows([id], of: right)[id]?.verdict == .tested)
    // The operators' precedence of pytorch_optimizer 3.9.0.
    let wrong = try subject(average("beta2*v + (1 - beta2*g^2)"), as: "qhadam")
    let row = try await rows([id], of: wrong)[id]
    #expect(row?.verdict == .refuted)
    // Not one step: a first gradient of 1, the simplest there is, gives the same by both.
    #expect(row?.counterexample.map { $0.scalars <= 2 && $0.steps <= 2 } == true)
  }

  @Test("A name that nobody has is a wrong argument, with the nearest one")
  func unknown() throws {
    let error = try #require(throws: UnknownReference.self) {
      _ = try subject(momentumFile(), as: "qhadma")
    }
    #expect(error.exitCode == .usage)
    #expect(error.message.contains("qhadam"))
  }
}
