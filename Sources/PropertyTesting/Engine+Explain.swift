internal import Diagnostics
internal import Numbers

extension Engine {
  /// Finds the choices of a failing case for which any other value fails as well.
  ///
  /// Each is given up to 12 other values of its domain; the structure of the case stays.
  func explain(_ smallest: Execution, kind: String) -> Explanation {
    let choices = smallest.made.choices
    var explanation = Explanation(irrelevant: [], total: choices.count, isJoint: false)
    // What takes long to run again is not worth so many runs.
    guard choices.count <= 64, smallest.body < .milliseconds(50) else { return explanation }
    func fails(_ candidate: [Choice]) -> Bool? {
      if isOutOfTime { return false }
      let execution = trial(.replay(candidate)) { $0.choices == candidate }
      if case .skipped = execution.status { return nil }
      observe(execution, .explained)
      switch execution.status {
      case .failed(let violation): return violation.kind == kind
      case .passed: return false
      default: return nil
      }
    }
    var alternatives: [Int: [Choice]] = [:]
    for place in choices.indices {
      let others = others(than: smallest.nodes[place], place, in: choices)
      var tried = 0
      let holds = others.contains { other in
        var candidate = choices
        candidate[place] = other
        guard let failed = fails(candidate) else { return false }
        tried += 1
        return !failed
      }
      if !holds, tried >= min(3, others.count), tried > 0 {
        explanation.irrelevant.append(
          .init(place: place, choice: choices[place], tried: tried))
        alternatives[place] = others
      }
    }
    explanation.isJoint =
      explanation.irrelevant.count > 1
      && (0..<8).allSatisfy { round in
        var candidate = choices
        for (order, entry) in explanation.irrelevant.enumerated() {
          guard let others = alternatives[entry.place] else { continue }
          candidate[entry.place] = others[(round * (order + 1) + order) % others.count]
        }
        return fails(candidate) ?? true
      }
    return explanation
  }

  /// The simplest values of the choice's domain, those of other choices, since ties matter, and random ones.
  private func others(than node: ChoiceNode, _ place: Int, in choices: [Choice]) -> [Choice] {
    var words = words(UInt64(place), stream: 2)
    var found: [Choice] = []
    func add(_ other: Choice) {
      if other != node.choice, !found.contains(other) { found.append(other) }
    }
    for other in choices where found.count < 4 {
      switch (other, node.domain) {
      case (.integer(let value), .integer(let domain)) where domain.contains(value): add(other)
      case (.float(let value), .float(let domain)) where domain.contains(value): add(other)
      default: break
      }
    }
    if case .integer(let domain) = node.domain {
      for index in 0...min(domain.last, 3) { add(.integer(domain.value(at: index))) }
    }
    for _ in 0..<40 where found.count < 12 {
      let other: Choice
      switch node.domain {
      case .integer(let domain): other = .integer(domain.random(&words, size: 60))
      case .float(let domain):
        other = .float(FloatDistribution(domain).random(&words, size: 60))
      case .boolean: other = .boolean(words.next() & 1 == 1)
      case .bytes(let count):
        let length = count.lowerBound + Int(words.below(UInt64(min(count.count, 8))))
        other = .bytes((0..<length).map { _ in UInt8(truncatingIfNeeded: words.next()) })
      }
      add(other)
    }
    return found
  }
}
