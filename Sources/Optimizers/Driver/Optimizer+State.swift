internal import Diagnostics
public import Numbers
internal import Properties

extension Optimizer {
  /// The state before the first step.
  ///
  /// - Parameter format: how the slots lie in memory; of 16 bits only beside `Float` parameters.
  /// - Throws: where a group sets a hyper-parameter that the rule does not have, or to a value outside its
  ///   domain.
  public func makeState<S: OptimizerScalar>(
    of type: S.Type = S.self, groups: [ParameterGroup], format: SlotFormat = .full
  ) throws(SettingError) -> OptimizerState<S> {
    var state = makeState(of: type, counts: [], format: format)
    state.groups = []
    for (index, group) in groups.enumerated() {
      var values = rule.hyperparameters
      for (name, value) in group.hyperparameters.sorted(by: { $0.key < $1.key }) {
        values.set(try checkedKey(name, value: value), to: value)
      }
      state.groups.append(.init(values))
      let initial = rule.initialSlots(hyperparameters: state.groups[index].scalars)
      for count in group.counts {
        state.tensors.append(
          .init(
            count: count, group: index, slotCount: rule.slotNames.count, initial: initial,
            format: format))
      }
    }
    return state
  }

  /// The state before the first step, of one group with the rule's own hyper-parameters.
  ///
  /// - Parameter format: how the slots lie in memory; of 16 bits only beside `Float` parameters.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func makeState<S: OptimizerScalar>(
    of type: S.Type = S.self, counts: [Int], format: SlotFormat = .full
  ) -> OptimizerState<S> {
    precondition(
      format == .full || S.self == Float.self,
      "slots of \(format.rawValue) are for Float parameters, these are \(S.self)")
    let slotCount = rule.slotNames.count
    precondition(slotCount <= 4, "a rule has at most 4 slots, got \(rule.slotNames)")
    let group = OptimizerState<S>.Group(rule.hyperparameters)
    let initial = rule.initialSlots(hyperparameters: group.scalars)
    var state = OptimizerState(
      groups: [group],
      tensors: counts.map {
        .init(count: $0, group: 0, slotCount: slotCount, initial: initial, format: format)
      },
      stages: stages.map { StepScalars($0.hyperparameters) },
      finishers: finishers.map { StepScalars($0.hyperparameters) },
      wrappers: wrappers.map { StepScalars($0.hyperparameters) })
    if let curvature { state.curvature = StepScalars(curvature.hyperparameters) }
    if let lossScaling { state.lossScale.scale = lossScaling.initialScale }
    return state
  }

  /// Changes a hyper-parameter of one group from the next step on, as a schedule does.
  ///
  /// - Throws: where the rule has no such hyper-parameter, or the value lies outside its domain.
  public func set<S>(
    _ name: String, to value: Rational, group: Int = 0, in state: inout OptimizerState<S>
  ) throws(SettingError) {
    let key = try checkedKey(name, value: value)
    state.groups[group].hyperparameters.set(key, to: value)
    state.groups[group].scalars[key] = Double(value)
  }

  /// The rule's key of that name or alias, once the value is known to lie in its domain.
  func checkedKey(_ name: String, value: Rational) throws(SettingError) -> Key {
    let card = rule.card.hyperparameters.first { $0.key == name || $0.aliases.contains(name) }
    guard let card, let key = rule.hyperparameters.key(named: card.key) else {
      let known = rule.hyperparameters.map(\.key.name)
      throw .unknownKey(
        key: name, optimizer: rule.card.name, nearest: nearestName(to: name, among: known),
        known: known)
    }
    try card.check(value)
    return key
  }
}
