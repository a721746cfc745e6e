import Formulas
import Foundation
import Numbers
import Processes
import Properties
import Proving
import Testing

@testable import Auditing

@Suite("Generated faults")
struct FaultTests {
  @Test("the tests that the self-test names for its other properties are there")
  func namedTests() throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let files = FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil)
    let sources = try (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
      .map { try String(contentsOf: $0, encoding: .utf8) }
    #expect(sources.count > 50)
    let named = SelfTest.plantedOutside.merging(SelfTest.plantedInTests) { one, _ in one }
    for (property, test) in named {
      let name = test.trimmingCharacters(in: ["\""])
      #expect(Catalogue.property(property) != nil, "\(property)")
      #expect(sources.contains { $0.contains(name) }, "\(property): \(name)")
    }
  }

  private func base(_ name: String, _ settings: TypedSetting...) throws -> FaultBase {
    try FaultBase(name, settings)
  }

  @Test("every operator changes some rule, and no fault is listed twice")
  func operators() throws {
    var used: Set<FaultOperator> = []
    var ids: Set<String> = []
    let all = try FaultBase.all()
    for (index, base) in all.enumerated()
    where index % 2 == 0 || base.name.contains(":") || base.name.hasPrefix("radam") {
      let faults = Fault.all(of: base.text, named: base.name)
      #expect(faults.count >= 5, "\(base.name)")
      for fault in faults {
        used.insert(fault.operator)
        #expect(ids.insert(fault.id).inserted, "\(fault.id)")
        #expect(!fault.text.hasSameText(as: base.text), "\(fault.id)")
      }
    }
    #expect(FaultOperator.allCases.filter { !used.contains($0) }.map(\.rawValue) == [])
  }

  @Test("a rule's text runs as the rule", arguments: try FaultBase.all().map(\.name).indices)
  func texts(_ index: Int) throws {
    let base = try FaultBase.all()[index]
    let executor = TextExecutor(rule: TextRule(base.text))
    let own = base.subject.executors[0]
    for scenario in Probe.all(of: base.declared(base.text, id: base.name))
    where scenario.groups[0].parameters.count == 1 {
      let place = try executor.run(scenario).firstDifference(
        from: try own.run(scenario), tolerance: 1e-12)
      #expect(place == nil, "\(base.name): \(place.map(String.init(describing:)) ?? "")")
    }
  }

  @Test("what computes the same is told apart: by normal form, and by a solver")
  func equivalents() async throws {
    let base = try base("adam")
    let prover = Prover(effort: .quick)
    let judge = FaultJudge(base, seed: 0, prover: prover)
    let (theta, g) = (base.text.arena.symbol("theta"), base.text.arena.symbol("g"))
    var text = base.text
    text.parameter = base.text.parameter + theta - theta
    guard case .equivalent = await judge.nature(of: text) else {
      Issue.record("θ + θ − θ")
      return
    }
    // v ≥ 0 is an invariant, which only the solver can use.
    var clamped = base.text
    let square = clamped.slots[1].update
    clamped.slots[1].update = .greater(square, 0)
    switch await judge.nature(of: clamped) {
    case .equivalent: break
    case .undecided: #expect(!ExternalTool("z3").isPresent)
    case .different(let place): Issue.record("max(v, 0) differs in \(place)")
    }
    guard case .different = await judge.nature(of: base.text.replacing(g * g, by: g)) else {
      Issue.record("g for g² is the same")
      return
    }
  }

  @Test("a fault that shows only after many steps, or in tiny gradients, is none by equivalence")
  func late() async throws {
    let base = try base("adam")
    let judge = FaultJudge(base, seed: 0, prover: Prover(effort: .quick))
    var text = base.text
    let t = text.arena.symbol("t")
    text.parameter = .select(
      t, isLessThan: 9, then: text.parameter, else: text.parameter + text.arena.symbol("epsilon"))
    guard case .different = await judge.nature(of: text) else {
      Issue.record("a drift from step 9 on")
      return
    }
  }

  @Test("the audit finds them, and calls nothing wrong that is right", arguments: ["sgd", "adam"])
  func found(_ name: String) async throws {
    var test = try SelfTest(seed: 1, only: name)
    test.stride = 11
    let report = await test.run()
    #expect(report.faults.count >= 15)
    for mode in SelfTestReport.Mode.allCases {
      #expect(report.share(mode) >= mode.target, "\(mode): \(report.misses)")
    }
    #expect(report.falseKills.map(\.id) == [])
    #expect(report.share(.declared) > report.smokeShare)
  }

  @Test("sums and bounds start, and move, as each group sets them")
  func groupStarts() throws {
    let base = try base("adagrad")
    var scenario = Scenario(start: [1], gradients: [[2], [1], [-3]])
    scenario.groups[0].hyperparameters = ["initialAccumulator": 4, "rateDecay": 0.5]
    let run = try TextExecutor(rule: TextRule(base.text)).run(scenario)
    let own = try base.subject.executors[0].run(scenario)
    #expect(run.firstDifference(from: own, tolerance: 1e-15) == nil)
    #expect(run.parameters[0][0][0][0] != 1 - 0.01)
  }
}

@Suite("Faults of what is known by its name")
struct NamedFaultTests {
  @Test("every kind has its own, and no ID is given twice")
  func kinds() throws {
    let faults = try NamedFault.all()
    #expect(Set(faults.map(\.id)).count == faults.count)
    let names = Set(faults.map { String($0.id.split(separator: "/")[0]) })
    for name in [
      "transform:ayla", "schedule:warm-restarts", "schedule:step countsFromZero=true",
      "lookahead:adam", "ema:sgd", "swa:adam", "accumulation:sgd", "loss-scaling:adam",
      "wrapper:sgd clip=0.5",
    ] { #expect(names.contains(name), "\(name)") }
  }

  @Test(
    "they are found, and what is the same is not",
    arguments: ["schedule:cosine", "schedule:step", "swa", "loss-scaling", "ema"])
  func found(_ name: String) async throws {
    let report = await (try SelfTest(seed: 1, only: name)).run()
    #expect(!report.faults.isEmpty)
    #expect(report.survivors.map(\.id) == [])
    #expect(report.falseKills.map(\.id) == [])
    #expect(report.faults(.none).allSatisfy { $0.isNameless })
  }

  @Test("arithmetic is changed at one place, and nowhere else")
  func arithmetic() {
    func value(_ x: Double) -> Double {
      let (x, y) = (Planted<Double>(Rational(exactly: x) ?? 0), Planted<Double>(2))
      return (x * y + 1 - x / y).value
    }
    #expect(value(6) == 10)
    let places = PlantedOperation.places { _ = value(6) }
    #expect(places.map(\.index).sorted() == [0, 1, 2, 3])
    func planted(_ index: Int, _ kind: PlantedOperation.Kind, _ change: PlantedOperation.Change)
      -> Double
    {
      PlantedOperation(place: .init(index: index, kind: kind), change: change)
        .planted { value(6) }
    }
    #expect(planted(0, .product, .dropFirst) == 0)
    #expect(planted(3, .difference, .swapOperands) == -10)
    // Another operation stands there.
    #expect(planted(3, .sum, .dropFirst) == 10)
  }
}
