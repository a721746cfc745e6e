extension Shrinker {
  /// The places of the choices that say how much, not whether, and are not the simplest yet.
  private func values() -> [Int] {
    nodes.indices.filter { position in
      if case .boolean = nodes[position].choice { return false }
      return !nodes[position].isSimplest
    }
  }

  /// Makes many values the simplest at once: all, then halves, quarters and so on.
  func simplifyValues() {
    let count = nodes.count
    var waiting = [values()]
    while let places = waiting.popLast() {
      guard !places.isEmpty, nodes.count == count else { continue }
      var candidate = choices
      for place in places { candidate[place] = nodes[place].domain.simplest }
      if consider(candidate) || places.count == 1 { continue }
      waiting.append(Array(places[..<(places.count / 2)]))
      waiting.append(Array(places[(places.count / 2)...]))
    }
  }

  /// Makes each choice as simple as it can be alone.
  func minimiseValues() {
    var place = nodes.count - 1
    while place >= 0 {
      if place < nodes.count, !nodes[place].isSimplest { minimise([place]) }
      place -= 1
    }
  }

  /// Makes choices that are equal smaller together.
  func minimiseDuplicates() {
    var groups: [Choice: [Int]] = [:]
    for place in values() { groups[nodes[place].choice, default: []].append(place) }
    let count = nodes.count
    for places in groups.values.sorted(by: { $0[0] < $1[0] }) where places.count > 1 {
      guard nodes.count == count else { return }
      let domains = Set(places.map { nodes[$0].domain })
      let isAllOne = Set(places.map { nodes[$0].choice }).count == 1
      if domains.count == 1, isAllOne { minimise(places) }
    }
  }

  /// Makes the equal choices at some places as simple as they can be together.
  private func minimise(_ places: [Int]) {
    let place = places[0]
    let count = nodes.count
    // A change of the shape ends the search: the places mean something else then.
    let attempt = { [self] (choice: Choice) -> Bool in
      guard nodes.count == count, nodes[place].choice != choice else { return false }
      var candidate = choices
      for other in places { candidate[other] = choice }
      return consider(candidate)
    }
    // What was searched while other choices differed is probed; in the last rounds, at more points.
    let effort: Effort =
      settled[place] != nodes[place].choice || places.count > 1
      ? .search : isThorough ? .probeMore : .probe
    switch (nodes[place].choice, nodes[place].domain) {
    case (.integer(let value), .integer(let domain)):
      minimise(value, domain, effort) { attempt(.integer($0)) }
    case (.float(let value), .float(let domain)):
      minimise(value, domain, effort) { attempt(.float($0)) }
    case (.boolean, _): _ = attempt(.boolean(false))
    case (.bytes, .bytes(let range)): minimiseBytes(place, range) { attempt(.bytes($0)) }
    default: break
    }
    for other in places where other < nodes.count { settled[other] = nodes[other].choice }
  }

  /// How hard a value is searched.
  private enum Effort {
    case search, probe, probeMore

    /// The magnitudes to try first; the search goes on only if one of them fails.
    func probes(_ magnitude: UInt64) -> [UInt64]? {
      switch self {
      case .search: nil
      case .probe: [magnitude - 1]
      case .probeMore: [magnitude - 1, magnitude - min(magnitude, 2), magnitude / 2]
      }
    }
  }

  /// The least magnitude in `low ... high` that still fails: the count of its bits first, then its bits.
  ///
  /// `low` is known to hold and `high` to fail.
  func bisect(_ low: UInt64, _ high: UInt64, _ attempt: (UInt64) -> Bool) -> UInt64 {
    var (low, high) = (low, high)
    func bits(_ value: UInt64) -> Int { 64 - value.leadingZeroBitCount }
    while bits(high) > bits(low) + 1 {
      let middle = (bits(low) + bits(high)) / 2
      let candidate = UInt64(1) << UInt64(middle)
      guard low < candidate, candidate < high else { break }
      if attempt(candidate) { high = candidate } else { low = candidate }
    }
    // A power of two that was just found to fail is often the very limit.
    if high - low > 8, high & (high - 1) == 0 {
      if !attempt(high - 1) { return high }
      high -= 1
    }
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if attempt(middle) { high = middle } else { low = middle }
    }
    return high
  }

  private func minimise(
    _ value: Int, _ domain: IntegerDomain, _ effort: Effort, _ attempt: (Int) -> Bool
  ) {
    let index = domain.index(of: value)
    guard index > 0, !attempt(domain.origin), index > 1 else { return }
    if effort == .search || index == 2 {
      guard !attempt(domain.value(at: 1)), index > 2 else { return }
    }
    // On the other side of the origin, as far away, it would be simpler.
    let mirrored = Int(truncatingIfNeeded: 2 &* domain.origin &- value)
    var value = value
    if domain.contains(mirrored), domain.index(of: mirrored) < index, attempt(mirrored) {
      value = mirrored
    }
    let isAbove = value > domain.origin
    var distance = UInt64(
      bitPattern: Int64(isAbove ? value &- domain.origin : domain.origin &- value))
    let at = { (distance: UInt64) -> Int in
      let step = Int(truncatingIfNeeded: distance)
      return isAbove ? domain.origin &+ step : domain.origin &- step
    }
    // On this side, 1 was tried if it is the simpler one.
    let low: UInt64 = at(1) == domain.value(at: 1) ? 1 : 0
    guard distance > low else { return }
    if let probes = effort.probes(distance) {
      guard let found = probes.first(where: { $0 > low && $0 < distance && attempt(at($0)) }) else {
        let before = domain.value(at: domain.index(of: value) - 1)
        if before != at(distance - 1) { _ = attempt(before) }
        return
      }
      distance = found
    }
    let least = bisect(low, distance) { attempt(at($0)) }
    let found = domain.index(of: at(least))
    if found > 2 { _ = attempt(domain.value(at: found - 1)) }
  }

  private func minimise(
    _ value: Double, _ domain: FloatDomain, _ effort: Effort, _ attempt: (Double) -> Bool
  ) {
    var value = value
    func improve(_ candidate: Double) -> Bool {
      guard domain.contains(candidate), candidate != value || candidate.sign != value.sign,
        Simplicity(candidate, isSingle: domain.isSingle)
          < Simplicity(value, isSingle: domain.isSingle), attempt(candidate)
      else { return false }
      value = candidate
      return true
    }
    for simple in [domain.simplest, 0, 1, -1] where improve(simple) { return }
    if value.isNaN || value.isInfinite {
      let limit = domain.isSingle ? Double(Float.greatestFiniteMagnitude) : .greatestFiniteMagnitude
      let signed = value < 0 ? [-limit, limit] : [limit, -limit]
      guard improve(.infinity) || signed.contains(where: improve) || improve(-.infinity) else {
        return
      }
      if value.isInfinite, !signed.contains(where: improve) { return }
    }
    _ = improve(value.magnitude)
    if !isWhole(value) {
      for direction in [FloatingPointRoundingRule.towardZero, .awayFromZero] {
        if improve(value.rounded(direction)) { break }
      }
    }
    if isWhole(value) {
      let sign: Double = value < 0 ? -1 : 1
      if value.magnitude > 0x1p53 {
        if !improve(sign * 0x1p53) {
          improveDigits(domain, { value }, improve)
          return
        }
      }
      let magnitude = UInt64(value.magnitude)
      guard magnitude > 2 else { return }
      if let probes = effort.probes(magnitude),
        !probes.contains(where: { $0 > 1 && improve(sign * Double($0)) })
      {
        return
      }
      let least = bisect(1, UInt64(value.magnitude)) { attempt(sign * Double($0)) }
      value = sign * Double(least)
    } else {
      _ = improve(value - value.rounded(.towardZero))
      improveDigits(domain, { value }, improve)
    }
  }

  private func isWhole(_ value: Double) -> Bool { value.rounded(.towardZero) == value }

  /// Fewer significant digits, then smaller ones.
  private func improveDigits(
    _ domain: FloatDomain, _ now: () -> Double, _ improve: (Double) -> Bool
  ) {
    let value = now()
    let start = DecimalDigits(value.magnitude, isSingle: domain.isSingle)
    let sign: Double = value < 0 ? -1 : 1
    for digits in 1..<max(start.digits, 2) where digits < start.digits {
      var (significand, exponent) = (start.significand, start.exponent)
      for _ in digits..<start.digits {
        significand /= 10
        exponent += 1
      }
      let found = [significand, significand + 1].contains { significand in
        guard let candidate = Double("\(significand)e\(exponent)") else { return false }
        return improve(sign * (domain.isSingle ? Double(Float(candidate)) : candidate))
      }
      if found { break }
    }
    // The same digits nearer to the point.
    let written = DecimalDigits(now().magnitude, isSingle: domain.isSingle)
    let away = written.exponent.magnitude
    if away > 1 {
      _ = bisect(0, UInt64(away)) { exponent in
        let exponent = written.exponent < 0 ? -Int(exponent) : Int(exponent)
        guard let candidate = Double("\(written.significand)e\(exponent)") else { return false }
        return improve(sign * (domain.isSingle ? Double(Float(candidate)) : candidate))
      }
    }
    let fewest = DecimalDigits(now().magnitude, isSingle: domain.isSingle)
    guard fewest.significand > 1, fewest.significand < 1 << 53 else { return }
    _ = bisect(0, fewest.significand) { significand in
      guard let candidate = Double("\(significand)e\(fewest.exponent)") else { return false }
      return improve(sign * (domain.isSingle ? Double(Float(candidate)) : candidate))
    }
  }

  /// Fewer bytes, then smaller ones.
  private func minimiseBytes(
    _ place: Int, _ range: ClosedRange<Int>, _ attempt: ([UInt8]) -> Bool
  ) {
    func now() -> [UInt8] {
      if place < nodes.count, case .bytes(let bytes) = nodes[place].choice { return bytes }
      return []
    }
    if attempt(Array(repeating: 0, count: range.lowerBound)) { return }
    var waiting = [0..<now().count]
    while let part = waiting.popLast() {
      let bytes = now()
      guard part.upperBound <= bytes.count,
        bytes.count - part.count >= range.lowerBound || part.count > 1
      else { continue }
      if bytes.count - part.count >= range.lowerBound {
        var shorter = bytes
        shorter.removeSubrange(part)
        if attempt(shorter) { continue }
      }
      guard part.count > 1 else { continue }
      let middle = part.lowerBound + part.count / 2
      waiting.append(part.lowerBound..<middle)
      waiting.append(middle..<part.upperBound)
    }
    for index in now().indices {
      func set(_ byte: UInt8) -> Bool {
        var bytes = now()
        guard index < bytes.count else { return false }
        bytes[index] = byte
        return attempt(bytes)
      }
      let byte = now()[index]
      if byte == 0 || set(0) || byte == 1 { continue }
      _ = bisect(0, UInt64(byte)) { set(UInt8($0)) }
    }
  }
}
