internal import Numbers

/// Where a generator gets its decisions from: random bits, or a sequence of choices made before.
///
/// A source serves one case at a time and one task at a time.
public final class ChoiceSource {
  /// What is drawn where no earlier choice says it.
  enum Fill { case random, simplest }

  private(set) var words: Philox
  private(set) var fill: Fill
  private var replayed: [Choice] = []
  private var position = 0
  /// How many choices were drawn, those of refused attempts included.
  private var drawn = 0
  private let limit: Int
  private let depthLimit: Int
  /// Whether nodes and spans are kept; without, generation is faster.
  private(set) var isRecording = false
  private(set) var nodes: [ChoiceNode] = []
  private(set) var spans: [Span] = []
  private var open = -1
  private var depth = 0
  /// From 0 to 100: how large the values of this case shall be.
  private(set) var size = 100
  /// Whether most collections are as short as they may be.
  private var isSparse = false
  /// How many collections are being made, one inside the other.
  private var nesting = 0
  /// The whole number that was drawn last.
  private var recent: Int?
  private var recentFloat: Double?

  init(limit: Int, depthLimit: Int = 400) {
    self.limit = limit
    self.depthLimit = depthLimit
    words = Philox(seed: 0, property: 0, case: 0)
    fill = .simplest
  }

  /// Begins a case of random choices.
  ///
  /// - Parameter isSparse: whether three collections in four are as short as they may be, and the others
  ///   little longer.
  func begin(_ words: Philox, size: Int, isRecording: Bool, isSparse: Bool = false) {
    reset(isRecording: isRecording)
    self.isSparse = isSparse
    self.words = words
    self.size = size
    fill = .random
  }

  /// Begins a case whose first choices are given; those after them are the simplest, or random.
  func begin(replaying choices: [Choice], then words: Philox? = nil) {
    reset(isRecording: true)
    replayed = choices
    size = 100
    fill = words == nil ? .simplest : .random
    if let words { self.words = words }
  }

  private func reset(isRecording: Bool) {
    replayed = []
    position = 0
    drawn = 0
    depth = 0
    nesting = 0
    isSparse = false
    recent = nil
    recentFloat = nil
    open = -1
    self.isRecording = isRecording
    nodes.removeAll(keepingCapacity: true)
    spans.removeAll(keepingCapacity: true)
  }

  /// Whether the next choice is random rather than given or the simplest.
  var isRandom: Bool { fill == .random && position >= replayed.count }

  private func count() throws(Rejection) {
    drawn += 1
    if drawn > limit { throw .tooLarge(limit: limit) }
  }

  private func nextReplayed() -> Choice? {
    guard position < replayed.count else { return nil }
    defer { position += 1 }
    return replayed[position]
  }

  private func record(
    _ choice: @autoclosure () -> Choice, _ domain: @autoclosure () -> ChoiceDomain
  ) {
    if isRecording { nodes.append(ChoiceNode(choice: choice(), domain: domain())) }
  }

  // MARK: Draws

  /// A whole number of a range; simpler ones are nearer to `origin`.
  public func integer(
    in range: ClosedRange<Int>, origin: Int = 0
  ) throws(Rejection) -> Int {
    try integer(IntegerDomain(range, origin: origin))
  }

  @inline(__always)
  func integer(_ domain: IntegerDomain) throws(Rejection) -> Int {
    let recent = recent
    let value = try integer(domain) { words, domain, size in
      domain.random(&words, size: size, recent: recent)
    }
    self.recent = value
    return value
  }

  /// A whole number of a range, each alike likely.
  func uniform(in range: ClosedRange<Int>, origin: Int = 0) throws(Rejection) -> Int {
    try integer(IntegerDomain(range, origin: origin)) { words, domain, _ in
      domain.uniform(&words)
    }
  }

  @inline(__always)
  func integer(
    _ domain: IntegerDomain, random: (inout Philox, IntegerDomain, Int) -> Int
  ) throws(Rejection) -> Int {
    try count()
    let value: Int
    if isRandom {
      value = random(&words, domain, size)
    } else {
      value =
        switch nextReplayed() {
        case .integer(let given): domain.clamp(given)
        case .boolean(let given): domain.value(at: given ? min(1, domain.last) : 0)
        default: domain.origin
        }
    }
    record(.integer(value), .integer(domain))
    return value
  }

  /// True with the given probability; false is the simpler.
  public func boolean(probability: Double = 0.5) throws(Rejection) -> Bool {
    try boolean { words in words.unit() < probability }
  }

  @inline(__always)
  func boolean(random: (inout Philox) -> Bool) throws(Rejection) -> Bool {
    try count()
    let value: Bool
    if isRandom {
      value = random(&words)
    } else {
      value =
        switch nextReplayed() {
        case .boolean(let given): given
        default: false
        }
    }
    record(.boolean(value), .boolean)
    return value
  }

  @inline(__always)
  func float(
    _ domain: FloatDomain, random: (inout Philox, Int) -> Double
  ) throws(Rejection) -> Double {
    try count()
    let value: Double
    if isRandom {
      value = random(&words, size)
    } else {
      value =
        switch nextReplayed() {
        case .float(let given): domain.contains(given) ? given : domain.clamp(given)
        case .integer(let given): domain.clamp(Double(given))
        default: domain.simplest
        }
    }
    record(.float(value), .float(domain))
    return value
  }

  @inline(__always)
  func float(_ distribution: FloatDistribution) throws(Rejection) -> Double {
    let recent = recentFloat
    let value = try float(distribution.domain) { words, size in
      distribution.random(&words, size: size, recent: recent)
    }
    recentFloat = value
    return value
  }

  /// As many bytes as the range says; fewer, then smaller, are simpler.
  public func bytes(count range: ClosedRange<Int>) throws(Rejection) -> [UInt8] {
    try count()
    let value: [UInt8]
    if isRandom {
      let longest = min(range.upperBound, range.lowerBound + 2 + size / 4)
      let length = range.lowerBound + Int(words.below(UInt64(longest - range.lowerBound) + 1))
      value = (0..<length).map { _ in UInt8(truncatingIfNeeded: words.next()) }
    } else {
      switch nextReplayed() {
      case .bytes(let given) where range.contains(given.count): value = given
      case .bytes(let given):
        let kept = given.prefix(range.upperBound)
        value = kept + Array(repeating: 0, count: max(0, range.lowerBound - kept.count))
      default: value = Array(repeating: 0, count: range.lowerBound)
      }
    }
    record(.bytes(value), .bytes(range))
    return value
  }

  // MARK: Structure

  /// Makes a part of the value, so that shrinking may treat its choices as one thing.
  @inline(__always)
  func span<Value>(
    _ kind: SpanKind, _ body: () throws(Rejection) -> Value
  ) throws(Rejection) -> Value {
    depth += 1
    if depth > depthLimit { throw .tooDeep(limit: depthLimit) }
    defer { depth -= 1 }
    guard isRecording else { return try body() }
    let outer = open
    open = spans.count
    spans.append(Span(kind: kind, start: nodes.count, end: nodes.count, parent: outer))
    let own = open
    defer { open = outer }
    let value = try body()
    spans[own].end = nodes.count
    return value
  }

  /// Makes a part of the value that the caller draws itself.
  public func part<Value>(
    _ body: () throws(Rejection) -> Value
  ) throws(Rejection) -> Value {
    try span(.component, body)
  }

  /// Makes a collection whose elements the caller draws itself; shorter ones are simpler.
  ///
  /// - Parameter element: draws the element of a number, counted from 0.
  public func elements(
    count range: ClosedRange<Int>, _ element: (Int) throws(Rejection) -> Void
  ) throws(Rejection) {
    try span(.whole) { () throws(Rejection) in
      guard range.lowerBound < range.upperBound else {
        for index in 0..<range.lowerBound {
          try span(.required) { () throws(Rejection) in try element(index) }
        }
        return
      }
      try collection(count: range, element)
    }
  }

  /// Draws until `accepts` takes the value, a few times where choices are random, once where they are given.
  /// The choices of refused attempts leave no trace.
  @inline(__always)
  func attempt<Value>(
    _ reason: @autoclosure () -> String, _ body: () throws(Rejection) -> Value,
    accepts: (Value) -> Bool
  ) throws(Rejection) -> Value {
    let (nodeCount, spanCount) = (nodes.count, spans.count)
    for _ in 0..<(isRandom ? 12 : 1) {
      let value = try body()
      if accepts(value) { return value }
      if isRecording {
        nodes.removeSubrange(nodeCount...)
        spans.removeSubrange(spanCount...)
      }
    }
    throw .filtered(reason())
  }

  /// Makes a collection: `element` as often as a choice before each says that there is one more.
  @inline(__always)
  func collection(
    count range: ClosedRange<Int>, _ element: (Int) throws(Rejection) -> Void
  ) throws(Rejection) {
    nesting += 1
    defer { nesting -= 1 }
    var wanted = range.upperBound
    if isRandom, isSparse {
      let longest = min(range.upperBound - range.lowerBound, 3)
      wanted = range.lowerBound
      if words.below(4) == 0 { wanted += Int(words.below(UInt64(longest) + 1)) }
    } else if isRandom {
      let reach = 2 + size / (5 * nesting)
      let longest =
        range.upperBound - range.lowerBound < reach ? range.upperBound : range.lowerBound + reach
      wanted = range.lowerBound + Int(words.below(UInt64(longest - range.lowerBound) + 1))
    }
    var made = 0
    while made < range.upperBound {
      let isOptional = made >= range.lowerBound
      let isNext = try span(isOptional ? .optional : .required) { () throws(Rejection) -> Bool in
        if isOptional {
          guard try boolean(random: { _ in made < wanted }) else { return false }
        }
        try element(made)
        return true
      }
      guard isNext else {
        if isRecording { spans[spans.count - 1].kind = .end }
        break
      }
      made += 1
    }
  }
}
