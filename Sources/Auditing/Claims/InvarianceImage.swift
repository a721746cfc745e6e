internal import Formulas
internal import Numbers

/// Finds what an invariance does to the state, so that one step from any state shows it for every step.
struct InvarianceImage {
  let claim: AuthorsClaim
  let rule: any TransparentRule

  /// What may become of a number of the state: `s`, `cs`, `c²s`, `−s`.
  private static func images(_ slot: Formula, _ symbol: Formula?) -> [Formula] {
    [slot, -slot] + (symbol.map { [$0 * slot, $0 * $0 * slot] } ?? [])
  }

  /// The trace, and what is to be shown of it; nil where no image of the state was found on numbers.
  func goals(
    _ replacements: [String: Formula], _ gives: Formula
  ) -> (RuleTrace, [Relation])? {
    let trace = RuleTrace(rule)
    let symbol = claim.freeSymbols.count == 1 ? trace.arena.symbol(claim.freeSymbols[0]) : nil
    guard rule.slotNames.count <= 4 else { return nil }
    let choices = trace.before.slots.map { Self.images($0, symbol) }
    let count = choices.reduce(1) { $0 * $1.count }
    for number in 0..<count {
      var (rest, before, places) = (number, replacements, [Int]())
      for (slot, own) in zip(rule.slotNames, choices) {
        let place = rest % own.count
        before[slot] = own[place]
        places.append(place)
        rest /= own.count
      }
      guard keepsStart(places) else { continue }
      let image = RuleTrace(rule, in: trace.arena, replacing: before)
      let step = gives.substituting(
        trace.fixedValues.merging(["step": trace.change], uniquingKeysWith: { $1 }))
      var goals = [Relation(image.change, .equal, step)]
      for (index, place) in places.enumerated() {
        goals.append(
          Relation(
            image.after.slots[index], .equal, Self.images(trace.after.slots[index], symbol)[place]))
      }
      if agrees(goals) { return (trace, goals) }
    }
    return nil
  }

  /// Whether the state's start is its own image.
  private func keepsStart(_ places: [Int]) -> Bool {
    zip(rule.slotStart, places).allSatisfy { $0.isZero || $1 == 0 }
  }

  /// Whether both sides agree at a few points, which decides what is worth proving and nothing else.
  private func agrees(_ goals: [Relation]) -> Bool {
    let names = Set(goals.flatMap(\.symbols) + claim.premises.flatMap(\.symbols)).sorted()
    let program = FormulaProgram(
      outputs: goals.flatMap { [$0.left, $0.right] }
        + claim.premises.flatMap { [$0.left, $0.right] },
      inputs: names)
    var looked = 0
    for base in [0.37, 1.73, 2.9] {
      for factor in [2.0, -3.0] {
        let values = names.enumerated().map { index, name in
          if name == "t" { return 2.0 }
          if claim.freeSymbols.contains(name) { return factor }
          if let own = rule.hyperparameters.first(where: {
            RuleTrace.symbolName(of: $0.name) == name
          }) {
            return Double(own.value)
          }
          return base + 0.19 * Double(index)
        }
        let results = program.run(values)
        let premises = results.suffix(2 * claim.premises.count)
        let holds = zip(claim.premises.indices, claim.premises).allSatisfy { index, premise in
          let start = premises.startIndex + 2 * index
          return premise.comparison.holds(premises[start], premises[start + 1])
        }
        guard holds else { continue }
        looked += 1
        for index in goals.indices {
          let (left, right) = (results[2 * index], results[2 * index + 1])
          guard abs(left - right) <= 1e-9 * max(abs(left), abs(right), 1e-12) else { return false }
        }
      }
    }
    return looked > 0
  }
}
