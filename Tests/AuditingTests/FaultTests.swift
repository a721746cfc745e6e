import Formulas
import Numbers
import Processes
import Properties
import Proving
import Testing

@testable import Auditing

@Suite("Generated faults")
struct FaultTests {
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
}
