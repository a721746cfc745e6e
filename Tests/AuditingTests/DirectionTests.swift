import Numbers
import Optimizers
import Properties
import TestSupport
import Testing

@testable import Auditing

@Suite("What is asked of every optimizer")
struct DirectionTests {
  private static let ids = ["rule.finite", "rule.downhill"]

  private static let builtIns: [(String, [TypedSetting])] =
    Optimizer.builtInNames.map { ($0, []) }
    + [
      ("sgd", [("momentum", "0.9"), ("nesterov", "true"), ("weightDecay", "0.1")]),
      ("sgd", [("momentum", "0.9"), ("dampening", "1"), ("firstDampening", "applied")]),
      ("adam-l2", [("maximize", "true")]), ("lookahead:adam", []), ("accumulation:sgd", []),
      ("loss-scaling:adam", []), ("ema:swa:adam", []),
      ("ayla:adam", [("ayla.N1", "1.5"), ("ayla.N2", "0.5")]),
    ]

  @Test("no built-in is refuted", arguments: builtIns.indices)
  func builtIn(_ index: Int) async throws {
    let (name, settings) = Self.builtIns[index]
    let subject = try AuditSubject(builtIn: name, settings: settings)
    for (id, row) in try await rows(Self.ids, of: subject) {
      #expect([.tested, .notApplicable].contains(row.verdict), "\(id) of \(name): \(row)")
    }
  }

  @Test("no convention of a built-in is, though it declares none")
  func undeclared() async throws {
    // Moving decays raise bases below 0, for which 1 − bᵗ as a program runs it has no value.
    for base in try FaultBase.all() where !base.name.contains("movingDecay") {
      let subject = base.undeclared(base.text, id: base.name)
      for id in Self.ids {
        let property = try #require(Catalogue.property(id))
        let context = AuditContext(subject: subject, seed: 1, effort: .quick)
        let row = await Audit(in: context).row(of: property).0
        #expect(row.verdict != .refuted, "\(id) of \(base.name): \(row.detail ?? "")")
        #expect(!row.isDeclared)
      }
    }
  }

  // `ema` is a transformation of gradients, which are then added.
  @Test("no shipped reference is", arguments: ReferenceLibrary.names.filter { $0 != "ema" })
  func reference(_ name: String) async throws {
    let subject = try AuditSubject(
      formulaFile: try ReferenceLibrary.file(named: name), at: "\(name).yaml")
    for (id, row) in try await rows(Self.ids, of: subject) {
      #expect(row.verdict != .refuted, "\(id) of \(name): \(row.detail ?? "")")
    }
  }

  @Test(
    "what leaves the numbers, climbs, or shrinks from a steeper slope is refuted",
    arguments: [
      (["v": "beta2*v - (1 - beta2)*g^2"], "rule.finite"),
      (["m": "beta1*m - (1 - beta1)*g"], "rule.downhill"),
      (["theta": "theta - alpha*mhat/(vhat + epsilon)"], "rule.downhill"),
      (["theta": "theta - mhat/(alpha*(sqrt(vhat) + epsilon))"], "rule.downhill"),
    ])
  func planted(_ changes: [String: String], _ id: String) async throws {
    // Nothing is declared, and so it is information.
    let subject = try subject(adamFile(changes).replacing("family: adam\n", with: ""))
    let row = try #require(try await rows([id], of: subject)[id])
    #expect(row.verdict == .refuted && !row.isDeclared, "\(row)")
    let counterexample = try #require(row.counterexample)
    let context = AuditContext(subject: subject, seed: 1, effort: .forTests)
    let property = try #require(Catalogue.property(id))
    #expect(try await !property.examine(counterexample.case, context).holds)
  }
}
