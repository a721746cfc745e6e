internal import Diagnostics
internal import Formulas
internal import Numbers

/// Runs of a rule's text in enclosures, and what a claim says of them.
struct ClaimRun {
  let claim: AuthorsClaim
  let rule: any TransparentRule

  /// What each name stands for at a coordinate in a step.
  private struct Moment {
    var step: Int
    var place: Place
    var values: [String: Interval]
    var change: Interval
  }

  /// Every coordinate of every step in which it has a gradient.
  private func moments(of scenario: Scenario) -> [Moment] {
    var run = ScenarioRun<Interval>(rule, groups: scenario.groups) { Interval($0, $0) }
    var moments: [Moment] = []
    for (index, step) in scenario.steps.enumerated() {
      let before = run.parameters
      run.advance(step) { Interval($0, $0) }
      let (after, slots) = (run.parameters, run.slots)
      for (group, tensors) in step.gradients.enumerated() {
        for (tensor, gradients) in tensors.enumerated() {
          for (coordinate, gradient) in (gradients ?? []).enumerated() {
            var values = hyperparameters(of: scenario, group: group)
            let old = before[group][tensor][coordinate]
            let change = after[group][tensor][coordinate] - old
            values["step"] = change
            values["theta"] = old
            values["g"] = Interval(gradient, gradient)
            values["t"] = Interval(Rational(index + 1))
            values["loss"] = step.loss.map { Interval($0, $0) } ?? 0
            for (name, value) in zip(rule.slotNames, slots[group][tensor][coordinate]) {
              values[name] = value
            }
            moments.append(
              Moment(
                step: index + 1,
                place: Place(step: index, group: group, tensor: tensor, coordinate: coordinate),
                values: values, change: change))
          }
        }
      }
    }
    return moments
  }

  private func hyperparameters(of scenario: Scenario, group: Int) -> [String: Interval] {
    Dictionary(
      rule.hyperparameters.map { name, value in
        let own = scenario.groups[group].hyperparameters[name] ?? value
        return (RuleTrace.symbolName(of: name), Interval(own))
      }, uniquingKeysWith: { $1 })
  }

  /// Whether a relation holds: true or false where the enclosures decide, else nil.
  private func decides(_ relation: Relation, _ values: [String: Interval]) -> Bool? {
    let program = FormulaProgram(
      outputs: [relation.left, relation.right], inputs: relation.symbols)
    let sides = program.run(relation.symbols.map { values[$0] ?? 0 })
    guard sides[0].isDefined, sides[1].isDefined else { return nil }
    return Self.decides(sides[0], relation.comparison, sides[1])
  }

  private static func decides(
    _ left: Interval, _ comparison: Relation.Comparison, _ right: Interval
  ) -> Bool? {
    switch comparison {
    case .less:
      if left.upper < right.lower { return true }
      return left.lower >= right.upper ? false : nil
    case .lessOrEqual:
      if left.upper <= right.lower { return true }
      return left.lower > right.upper ? false : nil
    case .greater: return decides(right, .less, left)
    case .greaterOrEqual: return decides(right, .lessOrEqual, left)
    case .equal, .notEqual:
      let areApart = left.upper < right.lower || right.upper < left.lower
      return areApart ? comparison == .notEqual : nil
    }
  }

  private func meetsPremises(_ values: [String: Interval]) -> Bool {
    claim.premises.allSatisfy { decides($0, values) == true }
  }

  /// Holds every step to a bound.
  func hold(_ value: ClaimCase, to relation: Relation) throws -> Examination {
    var lines: [String] = []
    var looked = 0
    for moment in moments(of: value.scenario) where meetsPremises(moment.values) {
      guard moment.change.isDefined else { break }
      looked += 1
      lines.append("\(moment.place): the step is \(moment.change)")
      guard decides(relation, moment.values) == false else { continue }
      return Examination(
        holds: false, summary: "\(moment.place): the step is \(moment.change), against \(relation)",
        lines: lines)
    }
    guard looked > 0 else { return .outsidePremise("what the claim assumes is not met") }
    return Examination(holds: true, summary: "every step keeps to it", lines: lines)
  }

  /// Compares a run with its image.
  func compare(
    _ value: ClaimCase, replacing replacements: [String: Formula], gives: Formula
  ) throws -> Examination {
    guard let image = image(of: value, replacing: replacements) else {
      return .outsidePremise(
        "the image is no run: a number of it is not exact, or out of its domain")
    }
    let free = value.values.mapValues { Interval($0) }
    let program = FormulaProgram(outputs: [gives], inputs: gives.symbols)
    var lines: [String] = []
    var looked = 0
    for (moment, other) in zip(moments(of: value.scenario), moments(of: image)) {
      let values = moment.values.merging(free, uniquingKeysWith: { $1 })
      guard meetsPremises(values) else {
        return .outsidePremise("what the claim assumes is not met")
      }
      let wanted = program.run(gives.symbols.map { values[$0] ?? 0 })[0]
      guard wanted.isDefined, other.change.isDefined else { break }
      looked += 1
      lines.append("\(moment.place): the image's step is \(other.change), claimed \(wanted)")
      if Self.decides(other.change, .equal, wanted) == false {
        return Examination(
          holds: false,
          summary: "\(moment.place): the image's step is \(other.change), where the claim gives"
            + " \(wanted)", lines: lines)
      }
    }
    guard looked > 0 else { return .outsidePremise("no step has a value") }
    return Examination(holds: true, summary: "the image's steps are as claimed", lines: lines)
  }

  /// The scenario with everything replaced; nil where a number would have to be rounded.
  private func image(
    of value: ClaimCase, replacing replacements: [String: Formula]
  ) -> Scenario? {
    var scenario = value.scenario
    for group in scenario.groups.indices {
      var names = value.values
      for (name, own) in rule.hyperparameters {
        names[RuleTrace.symbolName(of: name)] =
          value.scenario.groups[group].hyperparameters[name] ?? own
      }
      func exact(_ name: String, _ own: Double) -> Double? {
        guard let formula = replacements[name] else { return own }
        var all = names
        all[name] = Rational(exactly: own)
        guard formula.symbols.allSatisfy({ all[$0] != nil }) else { return nil }
        guard let result = try? formula.value(all) else { return nil }
        let rounded = Double(result)
        return Rational(exactly: rounded) == result ? rounded : nil
      }
      for (name, own) in rule.hyperparameters {
        guard let formula = replacements[RuleTrace.symbolName(of: name)] else { continue }
        var all = names
        all[RuleTrace.symbolName(of: name)] =
          value.scenario.groups[group].hyperparameters[name] ?? own
        guard formula.symbols.allSatisfy({ all[$0] != nil }), let result = try? formula.value(all)
        else { return nil }
        scenario.groups[group].hyperparameters[name] = result
      }
      for tensor in scenario.groups[group].parameters.indices {
        for index in scenario.groups[group].parameters[tensor].indices {
          guard let start = exact("theta", scenario.groups[group].parameters[tensor][index]) else {
            return nil
          }
          scenario.groups[group].parameters[tensor][index] = start
        }
      }
      for step in scenario.steps.indices {
        if group == 0, let loss = scenario.steps[step].loss {
          guard let replaced = exact("loss", loss) else { return nil }
          scenario.steps[step].loss = replaced
        }
        for tensor in scenario.steps[step].gradients[group].indices {
          for index in (scenario.steps[step].gradients[group][tensor] ?? []).indices {
            guard let own = scenario.steps[step].gradients[group][tensor]?[index],
              let gradient = exact("g", own)
            else { return nil }
            scenario.steps[step].gradients[group][tensor]?[index] = gradient
          }
        }
      }
    }
    return scenario
  }
}
