internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import Properties

extension FaultBase {
  /// A text over the wire, with a fault of its driver or of its manners.
  ///
  /// - Parameter isDeclared: whether it claims to be the base.
  func wired(
    _ text: StepText, _ faults: WireServer.Faults, id: String, isDeclared: Bool
  ) throws -> AuditSubject {
    let rule = TextRule(text)
    let process = try ProcessSubject(timeLimit: 1) { WireServer(rule, faults) }
    let names = try WireNames((try? process.greeting.get())?.hyperparameters ?? [:], map: [])
    let reference =
      isDeclared ? try reference(with: names.values, maximizes: faults.maximizes) : nil
    var wired = AuditSubject(
      kind: .process, name: id, family: isDeclared ? subject.family : nil,
      traits: isDeclared ? subject.traits : [], source: isDeclared ? subject.source : nil,
      domains: isDeclared ? subject.domains.filter { names.places[$0.key] != nil } : [:],
      conventions: isDeclared ? subject.conventions : [:], invariants: [],
      stepBound: isDeclared ? subject.stepBound : nil,
      floatBox: isDeclared
        ? subject.floatBox : FloatBox(gradientMagnitude: 1e-12...1e12, steps: 100_000),
      transform: nil, rule: nil, reference: reference,
      executors: [ProcessExecutor(process: process, names: names, settings: [:])], optimizer: nil,
      specification: ["kind": "fault", "name": .string(id)], commandArguments: [id])
    wired.process = process
    wired.ownValues = names.values
    return wired
  }

  /// The base with the values that came over the wire, which are binary.
  private func reference(
    with values: [String: Rational], maximizes: Bool
  ) throws -> any TransparentRule {
    guard reference is OptimizerRule else { return TextRule(text).setting(values) }
    var all = settings.filter { values[$0.key] == nil }
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      all.append((name, value.decimalDescription))
    }
    if maximizes { all.append(("maximize", "true")) }
    return OptimizerRule(optimizer: try Optimizer(named: builtIn, settings: all))
  }
}
