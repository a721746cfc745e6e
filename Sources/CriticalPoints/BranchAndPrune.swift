internal import Numbers

/// The search for all zeros of a system in a box, by bisection and Krawczyk's test, breadth first.
struct BranchAndPrune {
  /// What decides a box by other means than the system itself.
  enum SpecialCase {
    /// No isolated zero lies in the box: those that do form a continuum.
    case continuum
    /// No zero lies in the box.
    case empty
    /// The box's only zero, proved otherwise.
    case zero(SquareSystem.Zero)
  }

  /// How much work a search may do: counts, so that a search says the same on any machine.
  struct Limits: Sendable {
    var boxes = 60_000
    /// Boxes at once, once they are narrow: more of them are a continuum.
    var narrowBoxes = 3000
    /// A box is narrow below this share of the search box, and as small as it gets below the other.
    var narrow = 1.0 / 256
    var least = 1.0 / 67_108_864
  }

  struct Outcome {
    var zeros: [SquareSystem.Zero] = []
    var continuum: [[Interval]] = []
    /// Boxes that may hold zeros still, those that touch each other as one hull, with their count.
    var undecided: [(hull: [Interval], count: Int)] = []
    var boxCount = 0
  }

  let system: SquareSystem
  let box: [Interval]
  var limits = Limits()
  /// Asked once the plain tests leave a box open.
  var special: ([Interval]) -> SpecialCase? = { _ in nil }

  func run() -> Outcome {
    var outcome = Outcome()
    var level = [box]
    var terminal: [[Interval]] = []
    while !level.isEmpty {
      var next: [[Interval]] = []
      for (place, candidate) in level.enumerated() {
        if outcome.boxCount >= limits.boxes {
          terminal += level[place...] + next
          next = []
          break
        }
        outcome.boxCount += 1
        guard let remaining = examine(candidate, &outcome) else { continue }
        let shares = (0..<box.count).map { remaining[$0].width / box[$0].width }
        let widest = shares.indices.max { shares[$0] < shares[$1] } ?? 0
        if shares[widest] < limits.least || !canSplit(remaining[widest]) {
          terminal.append(remaining)
        } else {
          next += split(remaining, widest)
        }
      }
      level = next
      let isNarrow = level.allSatisfy { part in
        (0..<box.count).allSatisfy { part[$0].width < limits.narrow * box[$0].width }
      }
      if isNarrow, level.count > limits.narrowBoxes {
        terminal += level
        level = []
      }
    }
    terminal.removeAll { isKnown($0, outcome.zeros) }
    outcome.undecided = clusters(coarsened(terminal.map { ($0, 1) }))
    return outcome
  }

  private func isKnown(_ part: [Interval], _ zeros: [SquareSystem.Zero]) -> Bool {
    zeros.contains { zero in zip(part, zero.region).allSatisfy { $0.isSubset(of: $1) } }
  }

  /// What is left of a box, or nil where it is decided.
  private func examine(_ candidate: [Interval], _ outcome: inout Outcome) -> [Interval]? {
    if isKnown(candidate, outcome.zeros) { return nil }
    var part = candidate
    let domain = system.domain(part)
    if domain == .outside { return nil }
    guard system.values(part).allSatisfy(\.containsZero) else { return nil }
    if domain == .inside {
      for _ in 0..<4 {
        switch system.krawczyk(part) {
        case .none: return nil
        case .unknown: break
        case .one(let inner):
          // Inflated where that works, so that the neighbours are decided with it.
          let zero =
            system.zero(near: part)
            ?? SquareSystem.Zero(enclosure: system.refined(inner), region: part)
          record(zero, &outcome)
          return nil
        case .within(let inner, let norm):
          if norm < 0.9, let zero = system.zero(near: inner) {
            record(zero, &outcome)
            return nil
          }
          let before = part.map(\.width).reduce(0, +)
          part = inner
          if inner.map(\.width).reduce(0, +) < 0.7 * before { continue }
        }
        break
      }
      switch special(part) {
      case .continuum:
        outcome.continuum.append(part)
        return nil
      case .zero(let zero):
        record(zero, &outcome)
        return nil
      case .empty: return nil
      case nil: break
      }
    }
    return part
  }

  /// Adds a zero unless it is one that is known.
  private func record(_ zero: SquareSystem.Zero, _ outcome: inout Outcome) {
    for known in outcome.zeros.indices {
      let other = outcome.zeros[known]
      let overlap = zip(zero.enclosure, other.enclosure).allSatisfy { $0.intersection($1) != nil }
      if overlap,
        zip(zero.enclosure, other.region).allSatisfy({ $0.isSubset(of: $1) })
          || zip(other.enclosure, zero.region).allSatisfy({ $0.isSubset(of: $1) })
      {
        return
      }
    }
    outcome.zeros.append(zero)
  }

  private func canSplit(_ side: Interval) -> Bool {
    let middle = splitPoint(side)
    return side.lower < middle && middle < side.upper
  }

  /// A little beside the middle, since zeros like round numbers.
  private func splitPoint(_ side: Interval) -> Double {
    side.lower + 0.4871 * (side.upper - side.lower)
  }

  private func split(_ part: [Interval], _ place: Int) -> [[Interval]] {
    let middle = splitPoint(part[place])
    var (left, right) = (part, part)
    left[place] = Interval(part[place].lower, middle)
    right[place] = Interval(middle, part[place].upper)
    return [left, right]
  }

  /// Few enough boxes to be compared with each other: those in one cell of a lattice as one hull, where there
  /// are many.
  private func coarsened(
    _ boxes: [(hull: [Interval], count: Int)]
  ) -> [(hull: [Interval], count: Int)] {
    guard boxes.count > 2000 else { return boxes }
    let perSide = [1024.0, 32, 10, 6][min(box.count, 4) - 1]
    var cells: [[Int]: (hull: [Interval], count: Int)] = [:]
    for (hull, count) in boxes {
      let cell = hull.indices.map { place in
        let share = (hull[place].midpoint - box[place].lower) / box[place].width
        return share.isFinite ? Int((share * perSide).rounded(.down)) : 0
      }
      if let (known, sum) = cells[cell] {
        cells[cell] = (zip(known, hull).map { $0.hull($1) }, sum + count)
      } else {
        cells[cell] = (hull, count)
      }
    }
    return cells.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
  }

  /// Boxes that touch, gathered.
  private func clusters(
    _ parts: [(hull: [Interval], count: Int)]
  ) -> [(hull: [Interval], count: Int)] {
    let boxes = parts.map(\.hull)
    var parent = Array(boxes.indices)
    func root(_ place: Int) -> Int {
      var place = place
      while parent[place] != place {
        parent[place] = parent[parent[place]]
        place = parent[place]
      }
      return place
    }
    // Sorted by their first side, a box touches only those that begin before it ends.
    let order = boxes.indices.sorted { (boxes[$0][0].lower, $0) < (boxes[$1][0].lower, $1) }
    for (place, first) in order.enumerated() {
      for second in order[(place + 1)...] {
        if boxes[second][0].lower > boxes[first][0].upper { break }
        if zip(boxes[first], boxes[second]).allSatisfy({ $0.intersection($1) != nil }) {
          parent[root(second)] = root(first)
        }
      }
    }
    var hulls: [Int: (hull: [Interval], count: Int)] = [:]
    for place in boxes.indices {
      let root = root(place)
      if let (hull, count) = hulls[root] {
        hulls[root] = (zip(hull, boxes[place]).map { $0.hull($1) }, count + parts[place].count)
      } else {
        hulls[root] = parts[place]
      }
    }
    return hulls.sorted { $0.key < $1.key }.map(\.value)
  }
}
