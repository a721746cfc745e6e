public import Numbers

/// The state of one coordinate: at most four numbers, the first `slotNames.count` of them in use.
public typealias Slots<N> = InlineArray<4, N>

/// The numbers that all coordinates share in one step, hyper-parameters included.
public struct StepScalars<N: RuleNumber>: Sendable {
  @usableFromInline var values: InlineArray<24, N>

  /// All zero.
  @inlinable
  public init() { values = InlineArray(repeating: 0) }

  /// Holds the hyper-parameters, each as `number` reads it, and zero elsewhere.
  public init(
    _ hyperparameters: Hyperparameters, as number: (Key, Rational) -> N = { N($1) }
  ) {
    self.init()
    for (key, value) in hyperparameters { self[key] = number(key, value) }
  }

  @inlinable
  public subscript(key: Key) -> N {
    @inline(__always) get { values[key.index] }
    @inline(__always) set { values[key.index] = newValue }
  }
}

extension StepScalars<Float> {
  /// Rounds each number once, after all were computed in `Double`.
  @inlinable @inline(__always)
  public init(rounding scalars: StepScalars<Double>) {
    self.init()
    // Through a span: indexing the value itself would copy all of it each time.
    let exact = scalars.values.span
    for i in exact.indices { values[i] = Float(exact[i]) }
  }
}

/// Hyper-parameters with their exact values, in the order in which a rule lists them.
public struct Hyperparameters: Sendable, Hashable, RandomAccessCollection,
  ExpressibleByDictionaryLiteral
{
  private struct Entry: Hashable, Sendable {
    let key: Key
    var value: Rational
  }
  private var entries: [Entry]

  public init(dictionaryLiteral elements: (Key, Rational)...) { self.init(elements) }

  /// - Precondition: no two keys are equal or share an index.
  public init(_ elements: [(Key, Rational)]) {
    precondition(
      Set(elements.map(\.0.index)).count == elements.count,
      "two of these keys share an index: \(elements.map(\.0.name))")
    entries = elements.map { Entry(key: $0.0, value: $0.1) }
  }

  /// As above, with a weight decay behind the others where there is one.
  init(_ elements: [(Key, Rational)], weightDecay: Rational?) {
    self.init(elements + (weightDecay.map { [(.weightDecay, $0)] } ?? []))
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { entries.count }
  public subscript(position: Int) -> (key: Key, value: Rational) {
    (entries[position].key, entries[position].value)
  }

  /// The value of a key; nil where the rule has no such key.
  public subscript(key: Key) -> Rational? { entries.first { $0.key == key }?.value }

  /// The key of that name.
  public func key(named name: String) -> Key? { entries.first { $0.key.name == name }?.key }

  /// Sets a key that is there already.
  ///
  /// - Precondition: the key is one of these.
  public mutating func set(_ key: Key, to value: Rational) {
    guard let place = entries.firstIndex(where: { $0.key == key }) else {
      preconditionFailure("no hyper-parameter \(key.name) among \(map(\.key.name))")
    }
    entries[place].value = value
  }
}
