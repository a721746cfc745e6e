/// Makes a failing sequence of choices as small as it can: shorter first, then simpler choice by choice.
///
/// The passes run in rounds until a whole round changes nothing; a pass is skipped as long as nothing has
/// changed since it last failed. No sequence is ever executed twice, and what a candidate generates is known
/// before the body runs, so candidates that are no smaller, or known, cost nothing.
final class Shrinker {
  /// What became of a candidate.
  enum Trial {
    /// The body was not run.
    case skipped
    /// The body did not fail, or not in the same way.
    case held
    case failed
  }

  /// What the generator made of a candidate, before the body runs.
  struct Made {
    var nodes: [ChoiceNode]
    var spans: [Span]
    var choices: [Choice] { nodes.map(\.choice) }
  }

  /// The smallest failing sequence so far.
  private(set) var nodes: [ChoiceNode]
  private(set) var spans: [Span]
  /// The canonical sequences whose result is known.
  private var known: Set<[Choice]>
  private var tried: Set<[Choice]> = []
  private(set) var executions = 0
  private(set) var improvements = 0
  private let limit: Int
  private let isOutOfTime: () -> Bool
  /// Generates from a candidate, asks whether to go on, runs the body.
  private let run: ([Choice], (Made) -> Bool) -> Trial
  /// How many sparse cases are tried at a time, and makes and runs one.
  private let restarts: Int
  private let restart: (UInt64, (Made) -> Bool) -> Trial
  private var sparseCases: UInt64 = 0
  /// Only generates.
  private let generate: ([Choice]) -> Made?
  /// The choices at which a search at a place ended: there, only a few others are probed again.
  var settled: [Int: Choice] = [:]
  private(set) var isThorough = false
  /// How many of the executions each pass took.
  private(set) var executionsOfPass: [String: Int] = [:]

  init(
    _ nodes: [ChoiceNode], _ spans: [Span], known: Set<[Choice]>, limit: Int,
    isOutOfTime: @escaping () -> Bool,
    generate: @escaping ([Choice]) -> Made?, run: @escaping ([Choice], (Made) -> Bool) -> Trial,
    restarts: Int = 0,
    restart: @escaping (UInt64, (Made) -> Bool) -> Trial = { _, _ in .skipped }
  ) {
    self.nodes = nodes
    self.spans = spans
    self.known = known
    self.limit = limit
    self.isOutOfTime = isOutOfTime
    self.generate = generate
    self.run = run
    self.restarts = restarts
    self.restart = restart
  }

  var choices: [Choice] { nodes.map(\.choice) }
  /// Whether the search ended because nothing smaller was found, not because of a limit.
  private(set) var isComplete = false
  private var mustStop: Bool { executions >= limit || isOutOfTime() }

  func shrink() {
    restartSparsely()
    while true {
      makeSmaller()
      guard isComplete else { return }
      let before = improvements
      restartSparsely()
      if improvements == before { return }
      isComplete = false
      isThorough = false
    }
  }

  /// Tries sparse cases in the place of the best.
  private func restartSparsely() {
    for _ in 0..<restarts where !mustStop {
      let number = sparseCases
      sparseCases += 1
      take { wants in restart(number, wants) }
    }
  }

  private func makeSmaller() {
    let passes: [(name: String, run: (Shrinker) -> () -> Void)] = [
      ("delete elements", Shrinker.deleteElements), ("simplify values", Shrinker.simplifyValues),
      ("simplify spans", Shrinker.simplifySpans), ("descendants", Shrinker.replaceByDescendants),
      ("delete blocks", Shrinker.deleteBlocks), ("reorder", Shrinker.reorder),
      ("duplicates", Shrinker.minimiseDuplicates), ("together", Shrinker.lowerTogether),
      ("values", Shrinker.minimiseValues), ("redistribute", Shrinker.redistribute),
      ("exchange", Shrinker.exchange), ("overflow", Shrinker.deleteAcrossOverflow),
    ]
    // The last ones rarely help: they wait until none of the others does.
    let late = passes.count - 3
    var failedAt = Array(repeating: -1, count: passes.count)
    while true {
      let before = improvements
      for (index, pass) in passes.enumerated() where failedAt[index] != improvements {
        if index >= late, improvements != before { break }
        let (start, begun) = (improvements, executions)
        pass.run(self)()
        executionsOfPass[pass.name, default: 0] += executions - begun
        if mustStop { return }
        if improvements == start { failedAt[index] = start }
      }
      if improvements != before {
        isThorough = false
        continue
      }
      // Once nothing helps, values that were searched while others differed are probed at more points.
      guard !isThorough else { break }
      isThorough = true
      failedAt = failedAt.map { _ in -1 }
    }
    isComplete = true
  }

  /// Runs a candidate if it is smaller than the best and new; it becomes the best if it fails.
  ///
  /// - Parameter exactly: refuse a candidate that the generator reads other than it is written.
  @discardableResult
  func consider(_ candidate: [Choice], exactly: Bool = false) -> Bool {
    guard candidate.count <= nodes.count + 8, !mustStop, tried.insert(candidate).inserted else {
      return false
    }
    return take(exactly ? candidate : nil) { wants in run(candidate, wants) }
  }

  /// Runs a case if it is smaller than the best and new; it becomes the best if it fails.
  ///
  /// - Parameter expected: the choices that the case must have; nil for any.
  @discardableResult
  private func take(
    _ expected: [Choice]? = nil, _ run: ((Made) -> Bool) -> Trial
  ) -> Bool {
    var made: Made?
    let trial = run { [self] now in
      guard isSmaller(now.nodes, than: nodes) else { return false }
      let canonical = now.choices
      if let expected, canonical != expected {
        tried.remove(expected)
        return false
      }
      guard known.insert(canonical).inserted else { return false }
      made = now
      executions += 1
      return true
    }
    guard case .failed = trial, let made else { return false }
    nodes = made.nodes
    spans = made.spans
    improvements += 1
    return true
  }

  /// What the generator makes of a sequence; nil where it makes nothing.
  func preview(_ candidate: [Choice]) -> Made? { generate(candidate) }

  // MARK: Helpers of the passes

  /// The choices of a span.
  func content(of span: Span) -> [Choice] { nodes[span.start..<span.end].map(\.choice) }

  /// The choices with those of a range replaced.
  func replacing(_ range: Range<Int>, with new: [Choice]) -> [Choice] {
    var result = choices
    result.replaceSubrange(range, with: new)
    return result
  }

  /// Calls `attempt` with the double of what succeeded while that succeeds, then bisects.
  func extend(beyond known: UInt64, upTo most: UInt64, _ attempt: (UInt64) -> Bool) {
    var good = known
    while good <= most / 2, attempt(2 * good) { good *= 2 }
    guard good < most else { return }
    var bad = good <= most / 2 ? 2 * good : most
    while bad - good > 1 {
      let middle = good + (bad - good) / 2
      if attempt(middle) { good = middle } else { bad = middle }
    }
  }
}
