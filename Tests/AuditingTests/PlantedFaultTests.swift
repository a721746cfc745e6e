import Diagnostics
import Numbers
import Optimizers
import Properties
import TestSupport
import Testing

@testable import Auditing

/// A fault planted in a rule, and the properties that have to find it.
struct PlantedFault: Sendable, CustomTestStringConvertible {
  let name: String
  let text: String
  let refuted: [String]
  var testDescription: String { name }

  init(_ name: String, _ text: String, refutes refuted: String...) {
    self.name = name
    self.text = text
    self.refuted = refuted
  }

  static let all: [PlantedFault] = [
    PlantedFault(
      "Adam, mean uncorrected", adamFile(["mhat": "m"]),
      refutes: "rule.matches-reference", "rule.first-step", "rule.constant-gradient"),
    PlantedFault(
      "Adam, square uncorrected", adamFile(["vhat": "v"]),
      refutes: "rule.matches-reference", "rule.first-step", "rule.constant-gradient"),
    PlantedFault(
      "Adam, decays swapped",
      adamFile(["m": "beta2*m + (1 - beta2)*g", "v": "beta1*v + (1 - beta1)*g^2"]),
      refutes: "rule.matches-reference"),
    PlantedFault(
      "Adam, absolute gradient", adamFile(["m": "beta1*m + (1 - beta1)*abs(g)"]),
      refutes: "rule.matches-reference", "rule.odd", "rule.first-step"),
    PlantedFault(
      "Adam, a drift", adamFile(["theta": "theta - alpha*(mhat + epsilon)/(sqrt(vhat) + epsilon)"]),
      refutes: "rule.zero-gradient", "rule.odd"),
    PlantedFault(
      "Adam, the rate ten times",
      adamFile(["theta": "theta - 10*alpha*mhat/(sqrt(vhat) + epsilon)"]),
      refutes: "rule.matches-reference", "rule.first-step"),
    PlantedFault(
      "Adam, steps counted from 2", adamFile(["mhat": "m/(1 - beta1^(t + 1))"]),
      refutes: "rule.matches-reference", "rule.first-step", "rule.constant-gradient"),
    PlantedFault(
      "Adam, up the gradient", adamFile(["theta": "theta + alpha*mhat/(sqrt(vhat) + epsilon)"]),
      refutes: "rule.matches-reference", "rule.first-step", "rule.constant-gradient"),
    PlantedFault(
      "Adam, no number at the third step", adamFile(["mhat": "m*sqrt(2.5 - t)/sqrt(2.5 - t)"]),
      refutes: "rule.matches-reference", "rule.constant-gradient"),
    PlantedFault(
      "AMVT, the variance about nothing", amvtFile(["s": "beta3*s + (1 - beta3)*g^2"]),
      refutes: "rule.matches-reference", "rule.first-step"),
    PlantedFault(
      "momentum, the sign lost", momentumFile(velocity: "momentum*b + abs(g)"),
      refutes: "rule.odd", "rule.first-step"),
    PlantedFault(
      "momentum, the square", momentumFile(velocity: "momentum*b + g*abs(g)"),
      refutes: "rule.gradient-scale", "rule.first-step", "rule.constant-gradient"),
    PlantedFault(
      "momentum, dampened", momentumFile(velocity: "momentum*b + (1 - momentum)*g"),
      refutes: "rule.matches-reference", "rule.first-step", "rule.constant-gradient"),
    PlantedFault(
      "momentum that begins late", momentumFile(velocity: "if(t < 3, g, momentum*b + g)"),
      refutes: "rule.matches-reference", "rule.constant-gradient"),
  ]
}

@Suite("Planted faults in rules")
struct PlantedFaultTests {
  @Test(
    "A fault is found by the properties it breaks, in a case that fails again",
    arguments: PlantedFault.all)
  func found(_ fault: PlantedFault) async throws {
    let subject = try subject(fault.text)
    let rows = try await rows(fault.refuted, of: subject)
    let context = AuditContext(subject: subject, seed: 1, effort: .quick)
    for id in fault.refuted {
      let row = try #require(rows[id])
      #expect(row.verdict == .refuted, "\(id): \(row.evidence)")
      guard let counterexample = row.counterexample else { continue }
      #expect(counterexample.scalars <= 2, "\(id): \(counterexample.case)")
      #expect(counterexample.steps <= 3, "\(id): \(counterexample.case)")
      let property = try #require(Catalogue.property(id))
      let examination = try await property.examine(counterexample.case, context)
      #expect(!examination.holds, "\(id)")
      #expect(!examination.summary.isEmpty)
    }
  }

  @Test(
    "The right twins have nothing refuted", arguments: [adamFile(), amvtFile(), momentumFile()])
  func rightTwins(_ text: String) async throws {
    let rows = try await rows(of: try subject(text))
    for row in rows.values { #expect(row.verdict != .refuted || !row.isDeclared, "\(row)") }
    for id in ["rule.matches-reference", "rule.first-step", "rule.zero-gradient", "rule.precision"]
    {
      #expect([.proved, .tested].contains(try #require(rows[id]).verdict), "\(id)")
    }
  }

  @Test("A declared convention makes a reading right")
  func convention() async throws {
    let text = adamFile(["theta": "theta - alpha*mhat/sqrt(vhat + epsilon)"])
    let subject = try subject(
      text, as: "adam", familySettings: [("epsilonPlacement", "insideRoot")])
    let ids = ["rule.matches-reference", "rule.first-step", "rule.gradient-scale"]
    for row in try await rows(ids, of: subject).values {
      #expect(row.verdict != .refuted, "\(row)")
    }
  }

  @Test("An uncorrected Adam is caught by two coordinates and one step at most")
  func uncorrected() async throws {
    let subject = try subject(adamFile(["mhat": "m"]))
    for row in try await rows(["rule.matches-reference", "rule.first-step"], of: subject).values {
      let counterexample = try #require(row.counterexample)
      #expect(counterexample.scalars <= 2)
      #expect(counterexample.steps == 1)
    }
  }

  @Test("A false invariant of a file is refuted by a run")
  func invariant() async throws {
    let text = adamFile().replacing("v >= 0", with: "m >= 0")
    let row = try #require(try await rows(["rule.invariants"], of: try subject(text)).values.first)
    #expect(row.verdict == .refuted, "\(row)")
    #expect(row.counterexample?.steps == 1)
  }

  @Test("The order of coordinates, policies and rounding: code that errs is refuted")
  func code() async throws {
    let adam = try AuditSubject(builtIn: "adam")
    for (id, executor) in [
      ("rule.permutation", FaultyExecutor.firstCoordinateDoubled),
      ("rule.precision", .roundedTooOften), ("rule.matches-reference", .roundedTooOften),
      ("rule.step-bound", .firstCoordinateDoubled), ("rule.zero-gradient", .drifting),
    ] {
      let property = try #require(Catalogue.property(id))
      let context = AuditContext(
        subject: adam.run(by: executor), seed: 1, effort: .forTests)
      let finding = try await property.check(context)
      let candidate = try #require(finding.candidate, "\(id) \(executor)")
      #expect(try await !property.examine(candidate.case, context).holds)
      #expect(candidate.steps <= 6, "\(id): \(candidate.case)")
    }
  }
}

extension PlantedFaultTests {
  @Test("A rule that loses a NaN breaks the policy that lets it through")
  func swallowedNaN() async throws {
    let subject = try AuditSubject(builtIn: "sgd").compiled(as: Optimizer(Heedless()))
    let property = try #require(Catalogue.property("rule.non-finite"))
    let context = AuditContext(subject: subject, seed: 1, effort: .forTests)
    let candidate = try #require(try await property.check(context).candidate)
    #expect(candidate.case["case"]?["policy"] == "propagate")
    #expect(try await !property.examine(candidate.case, context).holds)
  }
}

/// Adam's code with a fault that no text has.
enum FaultyExecutor: SubjectExecutor {
  case firstCoordinateDoubled, roundedTooOften, drifting

  var arithmetic: Arithmetic { .float64 }

  func run(_ scenario: Scenario) throws -> Trajectory<Double> {
    let adam = try AuditSubject(builtIn: "adam")
    var trajectory = try adam.executors[0].run(scenario)
    for step in trajectory.parameters.indices {
      for group in trajectory.parameters[step].indices {
        for tensor in trajectory.parameters[step][group].indices {
          for index in trajectory.parameters[step][group][tensor].indices {
            let value = trajectory.parameters[step][group][tensor][index]
            let start = scenario.groups[group].parameters[tensor][index]
            trajectory.parameters[step][group][tensor][index] =
              switch self {
              case .firstCoordinateDoubled: index == 0 ? start + 10 * (value - start) : value
              case .roundedTooOften: Double(Float(value))
              case .drifting: value + 1e-9 * Double(step + 1)
              }
          }
        }
      }
    }
    return trajectory
  }
}

extension AuditSubject {
  /// The same subject, its code another.
  func run(by executor: any SubjectExecutor) -> AuditSubject {
    replacing(optimizer, executors: [executor])
  }
}

/// A step that does not look at the gradient: the one way in which a rule can lose a NaN.
private struct Heedless: UpdateRule {
  var hyperparameters: Hyperparameters { SGD().hyperparameters }
  var slotNames: [String] { [] }
  var card: Card { SGD().card }

  func prepare<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>, history: inout Slots<N>
  ) throws(N.Failure) -> StepScalars<N> { hyperparameters }

  func update<N: RuleNumber>(
    _ parameter: inout N, gradient: N, slots: inout Slots<N>, step: StepScalars<N>
  ) throws(N.Failure) {
    parameter = parameter - step[.learningRate]
  }
}
