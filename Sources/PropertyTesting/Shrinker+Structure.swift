extension Shrinker {
  /// A collection or vector among the spans.
  struct Collection {
    /// The span of the whole.
    let parent: Int
    let elements: [Span]
    let hasEnd: Bool
    let isVector: Bool
    /// How many elements it must have.
    var required: Int { isVector ? elements.count : elements.count { $0.kind == .required } }
  }

  /// The collections and vectors, outer ones first.
  func collections() -> [Collection] {
    var elements: [Int: [Span]] = [:]
    var ends: Set<Int> = []
    for span in spans {
      switch span.kind {
      case .required, .optional, .entry: elements[span.parent, default: []].append(span)
      case .end: ends.insert(span.parent)
      default: break
      }
    }
    return elements.keys.sorted().map { parent in
      Collection(
        parent: parent, elements: elements[parent, default: []], hasEnd: ends.contains(parent),
        isVector: elements[parent]?.first?.kind == .entry)
    }
  }

  /// The elements' own choices, without those that there is one.
  private func payload(_ span: Span) -> ArraySlice<Choice> {
    let all = content(of: span)
    return span.kind == .optional ? all.dropFirst() : all[...]
  }

  /// The whole sequence with a collection of these payloads instead.
  private func rebuild(_ collection: Collection, _ payloads: [ArraySlice<Choice>]) -> [Choice] {
    guard let first = collection.elements.first, let last = collection.elements.last else {
      return choices
    }
    var new: [Choice] = []
    for (index, payload) in payloads.enumerated() {
      if !collection.isVector, index >= collection.required { new.append(.boolean(true)) }
      new += payload
    }
    if !collection.isVector, !collection.hasEnd, payloads.count < collection.elements.count {
      new.append(.boolean(false))
    }
    return replacing(first.start..<last.end, with: new)
  }

  /// Deletes elements of collections: all, then halves, quarters and so on, from the back.
  func deleteElements() {
    var index = 0
    while true {
      let all = collections()
      guard index < all.count else { return }
      delete(0..<all[index].elements.count, of: all[index].parent)
      index += 1
    }
  }

  /// Deletes what can go of a range of elements.
  private func delete(_ range: Range<Int>, of parent: Int) {
    // Halves wait here; a list, since the count of elements sets the depth.
    var waiting = [range]
    while let range = waiting.popLast() {
      guard let collection = collections().first(where: { $0.parent == parent }),
        range.upperBound <= collection.elements.count
      else { continue }
      if deleted(range, of: collection) { continue }
      if range.count > 1 {
        let middle = range.lowerBound + range.count / 2
        waiting.append(range.lowerBound..<middle)
        waiting.append(middle..<range.upperBound)
      }
    }
  }

  private func deleted(_ range: Range<Int>, of collection: Collection) -> Bool {
    let count = collection.elements.count
    let kept = (0..<count).filter { !range.contains($0) }
    guard collection.isVector || kept.count >= collection.required, !range.isEmpty else {
      return false
    }
    let shorter = rebuild(collection, kept.map { payload(collection.elements[$0]) })
    if collection.isVector { return loweredCount(by: range.count, of: collection, to: shorter) }
    if consider(shorter) { return true }
    // Values that may be indices of later elements move down with them.
    let isIndex = { (value: Int) in range.upperBound <= value && value <= count }
    var shifted = nodes
    var isChanged = false
    for position in shifted.indices {
      guard case .integer(let value) = shifted[position].choice, isIndex(value) else { continue }
      shifted[position].choice = .integer(value - range.count)
      isChanged = true
    }
    guard isChanged else { return false }
    let payloads = kept.map { index -> ArraySlice<Choice> in
      let span = collection.elements[index]
      let all = shifted[span.start..<span.end].map(\.choice)
      return span.kind == .optional ? all.dropFirst() : all[...]
    }
    var moved = rebuild(collection, payloads)
    guard let first = collection.elements.first, let last = collection.elements.last else {
      return false
    }
    for position in 0..<first.start { moved[position] = shifted[position].choice }
    let tail = nodes.count - last.end
    for position in 0..<tail {
      moved[moved.count - tail + position] = shifted[last.end + position].choice
    }
    return consider(moved)
  }

  /// A vector's entries go only together with a lower count, a choice before them.
  private func loweredCount(
    by amount: Int, of collection: Collection, to shorter: [Choice]
  ) -> Bool {
    guard let first = collection.elements.first else { return false }
    var looked = 0
    for position in (0..<first.start).reversed() {
      guard case .integer(let count) = nodes[position].choice,
        case .integer(let domain) = nodes[position].domain, looked < 6
      else { continue }
      looked += 1
      let (lower, overflow) = count.subtractingReportingOverflow(amount)
      guard !overflow, domain.contains(lower) else { continue }
      var candidate = shorter
      candidate[position] = .integer(lower)
      // Only where the generator then reads exactly this is it the count of these.
      guard preview(candidate)?.choices == candidate else { continue }
      return consider(candidate)
    }
    return false
  }

  /// Puts a value of a recursive generator in the place of the one that it is part of.
  func replaceByDescendants() {
    var index = 0
    while index < spans.count {
      let outer = spans[index]
      guard case .recursive = outer.kind else {
        index += 1
        continue
      }
      let inner = spans.indices.filter { other in
        other > index && spans[other].kind == outer.kind && spans[other].end <= outer.end
          && nearestSame(other) == index
      }
      // The largest first: it is the likeliest to hold what fails.
      let hasChanged = inner.sorted { spans[$0].count > spans[$1].count }.contains { other in
        consider(replacing(outer.start..<outer.end, with: content(of: spans[other])))
      }
      if !hasChanged { index += 1 }
    }
  }

  /// The next span outwards of the same kind.
  private func nearestSame(_ index: Int) -> Int? {
    var outer = spans[index].parent
    while outer >= 0, spans[outer].kind != spans[index].kind { outer = spans[outer].parent }
    return outer >= 0 ? outer : nil
  }

  /// Replaces whole parts by the simplest that the generator makes in their place.
  func simplifySpans() {
    var index = 0
    while index < spans.count {
      let span = spans[index]
      index += 1
      switch span.kind {
      case .optional, .end: continue
      default: break
      }
      guard span.count > 1, nodes[span.start..<span.end].contains(where: { !$0.isSimplest }),
        let made = preview(Array(choices[..<span.start])), made.spans.count >= index,
        made.spans[index - 1].start == span.start, made.spans[index - 1].kind == span.kind
      else { continue }
      let simplest = made.nodes[made.spans[index - 1].start..<made.spans[index - 1].end]
      if consider(replacing(span.start..<span.end, with: simplest.map(\.choice)), exactly: true) {
        continue
      }
      if span.kind == .alternative { considerShorterAlternatives(index - 1) }
    }
  }

  /// A later alternative may take fewer choices than the one that fails.
  private func considerShorterAlternatives(_ index: Int) {
    let span = spans[index]
    guard case .integer(let chosen) = nodes[span.start].choice,
      case .integer(let domain) = nodes[span.start].domain, chosen < domain.upper
    else { return }
    for other in (chosen + 1)...min(domain.upper, chosen + 4) {
      let start = choices[..<span.start] + [.integer(other)]
      guard let made = preview(Array(start)), index < made.spans.count,
        made.spans[index].start == span.start, made.spans[index].count < span.count
      else { continue }
      let part = made.nodes[made.spans[index].start..<made.spans[index].end]
      if consider(replacing(span.start..<span.end, with: part.map(\.choice)), exactly: true) {
        return
      }
    }
  }

  /// Deletes short runs of choices, wherever they begin; what joins two collections into one is such a run.
  func deleteBlocks() {
    for length in [2, 1, 3, 4] {
      var start = nodes.count - length
      while start >= 0 {
        if start + length <= nodes.count {
          consider(replacing(start..<start + length, with: []), exactly: true)
        }
        start -= 1
      }
    }
  }

  /// Sorts the elements of collections and the components of tuples, all at once or by exchanging
  /// neighbours.
  func reorder() {
    var parents: Set<Int> = []
    for span in spans where isSortable(span.kind) { parents.insert(span.parent) }
    for parent in parents.sorted() {
      let parts = { self.spans.filter { $0.parent == parent && self.isSortable($0.kind) } }
      let found = parts()
      guard found.count > 1 else { continue }
      let sorted = found.sorted { isSmaller(own($0), than: own($1)) }
      if sorted == found || arranged(found, as: sorted) { continue }
      for index in 1..<found.count {
        var place = index
        while place > 0 {
          let now = parts()
          guard place < now.count, isSmaller(own(now[place]), than: own(now[place - 1])) else {
            break
          }
          var exchanged = now
          exchanged.swapAt(place - 1, place)
          guard arranged(now, as: exchanged) else { break }
          place -= 1
        }
      }
    }
  }

  private func isSortable(_ kind: SpanKind) -> Bool {
    switch kind {
    case .required, .optional, .entry, .component: true
    default: false
    }
  }

  private func own(_ span: Span) -> [ChoiceNode] {
    Array(nodes[span.start..<span.end].dropFirst(span.kind == .optional ? 1 : 0))
  }

  private func arranged(_ parts: [Span], as order: [Span]) -> Bool {
    var candidate: [Choice] = []
    var position = 0
    for (part, new) in zip(parts, order) {
      let start = part.start + (part.kind == .optional ? 1 : 0)
      candidate += nodes[position..<start].map(\.choice)
      candidate += own(new).map(\.choice)
      position = part.end
    }
    candidate += nodes[position...].map(\.choice)
    return consider(candidate, exactly: true)
  }

  /// Exchanges two values of one recursive generator, or moves three of them round, where none is part of
  /// another: a tree turns to its simplest shape.
  func exchange() {
    var index = 0
    while index < spans.count {
      defer { index += 1 }
      guard case .recursive = spans[index].kind else { continue }
      let others = spans.indices.filter { other in
        spans[other].kind == spans[index].kind && spans[other].start >= spans[index].end
      }
      guard !others.isEmpty, others.count <= 24 else { continue }
      if others.contains(where: { moved([index, $0]) || absorbed(index, into: $0) }) { continue }
      for (order, second) in others.enumerated() {
        let third = others[(order + 1)...].first { third in
          spans[third].start >= spans[second].end
            && (moved([index, second, third]) || moved([index, third, second]))
        }
        if third != nil { break }
      }
    }
  }

  /// Moves a span into a later one's place, which becomes part of it; the simplest is left in its own.
  private func absorbed(_ index: Int, into other: Int) -> Bool {
    guard other < spans.count, spans[other].start >= spans[index].end else { return false }
    let (outer, target) = (spans[index], spans[other])
    let inner = spans.indices.filter { part in
      part > index && spans[part].kind == outer.kind && spans[part].end <= outer.end
        && nearestSame(part) == index
    }
    guard inner.count > 1, inner.count <= 4,
      let empty = inner.last(where: { spans[$0].count == 1 && nodes[spans[$0].start].isSimplest })
    else { return false }
    let left = content(of: spans[empty])
    for part in inner {
      // The target in the place of one part, and that part in the place of the empty one.
      var places = [(spans[part], content(of: target))]
      if part != empty { places.append((spans[empty], content(of: spans[part]))) }
      var whole = content(of: outer)
      for (span, new) in places.sorted(by: { $0.0.start > $1.0.start }) {
        whole.replaceSubrange((span.start - outer.start)..<(span.end - outer.start), with: new)
      }
      var candidate = choices
      candidate.replaceSubrange(target.start..<target.end, with: whole)
      candidate.replaceSubrange(outer.start..<outer.end, with: left)
      if consider(candidate, exactly: true) { return true }
    }
    return false
  }

  /// Puts the content of each span into the next one's place, the last one's into the first's.
  private func moved(_ cycle: [Int]) -> Bool {
    guard let last = cycle.last, last < spans.count else { return false }
    let contents = cycle.map { content(of: spans[$0]) }
    let first = nodes[spans[cycle[0]].start..<spans[cycle[0]].end]
    let incoming = nodes[spans[last].start..<spans[last].end]
    guard incoming.count < first.count || isSmaller(Array(incoming), than: Array(first)) else {
      return false
    }
    let new = cycle.indices.map { contents[($0 + cycle.count - 1) % cycle.count] }
    var candidate = choices
    for place in cycle.indices.sorted(by: { spans[cycle[$0]].start > spans[cycle[$1]].start }) {
      candidate.replaceSubrange(
        spans[cycle[place]].start..<spans[cycle[place]].end, with: new[place])
    }
    return consider(candidate, exactly: true)
  }

  /// Deletes an element and moves a number that lies at one end of its domain to the other: where sums
  /// overflow, that may leave the same failure.
  func deleteAcrossOverflow() {
    for place in nodes.indices.reversed() {
      guard place < nodes.count, case .integer(let value) = nodes[place].choice,
        case .integer(let domain) = nodes[place].domain, domain.last > 255,
        value != domain.origin, value == domain.lower || value == domain.upper
      else { continue }
      let opposite = value == domain.lower ? domain.upper : domain.lower
      for span in spans where span.kind == .optional && !(span.start..<span.end).contains(place) {
        var candidate = choices
        candidate[place] = .integer(opposite)
        candidate.removeSubrange(span.start..<span.end)
        if consider(candidate, exactly: true) { return }
      }
    }
  }
}
