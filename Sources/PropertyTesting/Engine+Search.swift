internal import Numbers

/// The search for cases of higher scores, after the fresh cases, if bodies call `maximise`.
///
/// From the best case of each label it climbs: every number of the case has a step that doubles when it
/// helps and halves when it does not. At the top of a hill it begins again from another case.
extension Engine {
  func searchForHigherScores() -> End? {
    var budget = settings.searchCases ?? settings.cases
    let labels = best.keys.sorted()
    guard !labels.isEmpty, budget > 0 else { return nil }
    var round: UInt64 = 0
    while budget > 0 {
      for label in labels where budget > 0 {
        guard let top = best[label] else { continue }
        // The first climb is from the best of all, the others from elsewhere.
        var start = top.choices
        var score = top.score
        if round > 0 {
          let words = words(round, stream: 1)
          let kept = round % 2 == 0 ? 0 : start.count / 2
          let execution = trial(.extend(Array(start.prefix(kept)), words)) { _ in true }
          budget -= 1
          if let end = take(execution) { return end }
          guard let other = execution.said?.scores[label] else { continue }
          (start, score) = (execution.made.choices, other)
        }
        if let end = climb(from: start, score, label, &budget) { return end }
      }
      round += 1
      if isOutOfTime {
        return .outcome(.inconclusive("the time limit ended the search for higher scores"))
      }
    }
    return nil
  }

  /// Takes in a case of the search.
  private func take(_ execution: Execution) -> End? {
    attempts += 1
    statistics.searched += 1
    observe(execution, .searched)
    switch execution.status {
    case .passed:
      valid += 1
      note(execution)
    case .failed(let violation):
      valid += 1
      note(execution)
      return .failure(First(case: nil, execution: execution, violation: violation))
    case .rejected, .skipped, .discarded: break
    }
    return nil
  }

  private func climb(
    from start: [Choice], _ startScore: Double, _ label: String, _ budget: inout Int
  ) -> End? {
    var choices = start
    var score = startScore
    let made = trial(.replay(choices)) { _ in false }.made
    guard made.choices == choices else { return nil }
    var nodes = made.nodes
    var steps = nodes.map { initialStep($0) }
    var isClimbing = true
    while isClimbing, budget > 0 {
      isClimbing = false
      for place in nodes.indices where place < nodes.count {
        var isUseful = false
        for direction in [1.0, -1.0] where !isUseful && budget > 0 {
          guard place < nodes.count,
            let other = moved(nodes[place], by: direction * steps[place])
          else { continue }
          var candidate = choices
          candidate[place] = other
          let execution = trial(.replay(candidate)) { [self] in !known.contains($0.choices) }
          if case .skipped = execution.status { continue }
          budget -= 1
          if let end = take(execution) { return end }
          known.insert(execution.made.choices)
          guard case .passed = execution.status, let new = execution.said?.scores[label],
            new > score
          else { continue }
          isUseful = true
          isClimbing = true
          score = new
          choices = execution.made.choices
          nodes = execution.made.nodes
          if nodes.count != steps.count { steps = nodes.map { initialStep($0) } }
        }
        guard place < steps.count else { break }
        if isUseful {
          steps[place] *= 2
        } else if steps[place] > leastStep(nodes[place]) {
          steps[place] /= 4
          isClimbing = true
        }
      }
    }
    return nil
  }

  private func initialStep(_ node: ChoiceNode) -> Double {
    switch (node.choice, node.domain) {
    case (.integer(let value), .integer(let domain)):
      return max(1, min(Double(domain.last) / 8, max(Double(value.magnitude) / 4, 1024)))
    case (.float(let value), .float(let domain)):
      let width = domain.upper - domain.lower
      if width < 0x1p20 { return width / 8 }
      return value.isFinite ? max(value.magnitude / 4, 0.5) : 0.5
    default: return 1
    }
  }

  private func leastStep(_ node: ChoiceNode) -> Double {
    switch node.choice {
    case .float(let value): max(value.magnitude * 0x1p-40, 0x1p-60)
    default: 1
    }
  }

  /// The choice a step away; nil where there is none.
  private func moved(_ node: ChoiceNode, by step: Double) -> Choice? {
    switch (node.choice, node.domain) {
    case (.integer(let value), .integer(let domain)):
      let whole = step.rounded(.toNearestOrAwayFromZero)
      guard whole.magnitude < 0x1p62 else { return nil }
      let (sum, overflow) = value.addingReportingOverflow(Int(whole))
      let new = overflow ? (whole > 0 ? domain.upper : domain.lower) : domain.clamp(sum)
      return new == value ? nil : .integer(new)
    case (.float(let value), .float(let domain)):
      guard value.isFinite else { return nil }
      let new = domain.clamp(value + step)
      return new == value || !new.isFinite ? nil : .float(new)
    case (.boolean(let value), _): return step > 0 ? .boolean(!value) : nil
    default: return nil
    }
  }
}
