/// What part of a value a run of choices made.
enum SpanKind: Hashable, Sendable {
  /// An element of a collection, one that had to be there.
  case required
  /// An element of a collection, with the choice that there is one.
  case optional
  /// An entry of a vector.
  case entry
  /// A component of a tuple.
  case component
  /// A collection, a tuple, a vector.
  case whole
  /// A value of a generator that this place of the program made; one may stand for another.
  case recursive(Int)
  case alternative
  /// The choice that a collection has no more elements.
  case end
}

/// A run of choices that made one part of the value.
struct Span: Hashable, Sendable {
  var kind: SpanKind
  let start: Int
  var end: Int
  /// The place of the span that it lies in, or −1.
  let parent: Int

  var count: Int { end - start }
}
