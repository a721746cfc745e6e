extension Shrinker {
  /// A whole number of the sequence, drawn as an integer or as a float.
  private struct Whole {
    let value: Int
    let origin: Int
    let contains: (Int) -> Bool
    let choice: (Int) -> Choice

    var isAbove: Bool { value > origin }
    var distance: UInt64 { UInt64((value &- origin).magnitude) }
  }

  private func whole(at place: Int) -> Whole? {
    guard place < nodes.count else { return nil }
    switch (nodes[place].choice, nodes[place].domain) {
    case (.integer(let value), .integer(let domain)):
      return Whole(value: value, origin: domain.origin, contains: domain.contains) { .integer($0) }
    case (.float(let value), .float(let domain)):
      // Up to here, sums of two are exact.
      guard value.magnitude <= 0x1p52, let exact = Int(exactly: value),
        let origin = Int(exactly: domain.simplest)
      else { return nil }
      return Whole(value: exact, origin: origin, contains: { domain.contains(Double($0)) }) {
        .float(Double($0))
      }
    default: return nil
    }
  }

  /// Pairs of places of whole numbers drawn alike, near each other; the first is not the simplest.
  private func pairs() -> [(Int, Int)] {
    let places = nodes.indices.filter { whole(at: $0) != nil }
    var result: [(Int, Int)] = []
    for (order, first) in places.enumerated() where !nodes[first].isSimplest {
      for second in places[(order + 1)...].prefix(4) {
        switch (nodes[first].domain, nodes[second].domain) {
        case (.integer, .integer), (.float, .float): result.append((first, second))
        default: break
        }
      }
    }
    return result
  }

  /// Lowers two numbers by the same amount, which keeps their difference.
  func lowerTogether() {
    for (first, second) in pairs() {
      guard let x = whole(at: first), let y = whole(at: second), x.distance > 0, y.distance > 0,
        x.isAbove == y.isAbove
      else { continue }
      let sign = x.isAbove ? 1 : -1
      let reach = min(x.distance, y.distance)
      // Counted by what is left of the lesser: often that is little.
      let lower = { [self] (rest: UInt64) -> Bool in
        let step = sign &* Int(truncatingIfNeeded: reach - rest)
        return set(first, x, x.value &- step, second, y, y.value &- step)
      }
      if !lower(reach - 1) || reach == 1 || lower(0) || reach == 2 { continue }
      _ = bisect(0, reach - 1, lower)
    }
  }

  /// Moves as much as it can from an earlier number to a later one, which keeps their sum.
  func redistribute() {
    for (first, second) in pairs() {
      guard let x = whole(at: first), let y = whole(at: second), x.distance > 0 else { continue }
      let sign = x.isAbove ? 1 : -1
      let reach = x.distance
      let move = { [self] (amount: UInt64) -> Bool in
        let step = sign &* Int(truncatingIfNeeded: amount)
        let (sum, overflow) = y.value.addingReportingOverflow(step)
        guard !overflow, y.contains(sum) else { return false }
        return set(first, x, x.value &- step, second, y, sum, exactly: true)
      }
      if !move(1) || reach == 1 || move(reach) { continue }
      extend(beyond: 1, upTo: reach, move)
    }
  }

  private func set(
    _ first: Int, _ x: Whole, _ newX: Int, _ second: Int, _ y: Whole, _ newY: Int,
    exactly: Bool = false
  ) -> Bool {
    guard second < nodes.count else { return false }
    var candidate = choices
    candidate[first] = x.choice(newX)
    candidate[second] = y.choice(newY)
    return consider(candidate, exactly: exactly)
  }
}
