internal import Numbers

/// A way to make values out of choices.
///
/// Generators compose by `map`, `flatMap`, `filter`, `oneOf`, `recursive`, tuples and collections. What
/// they make is shrunk by shrinking the choices, so every composition shrinks fully, and stays in its domain.
public struct Generator<Value>: Sendable {
  /// Makes a value.
  ///
  /// - Precondition (unchecked): it depends on nothing but the choices of the source.
  public let make: @Sendable (ChoiceSource) throws(Rejection) -> Value

  public init(_ make: @escaping @Sendable (ChoiceSource) throws(Rejection) -> Value) {
    self.make = make
  }
}

extension Generator {
  /// Always the same value.
  public static func always(_ value: Value) -> Self where Value: Sendable {
    Generator { _ in value }
  }

  /// No value ever; a check that draws from it ends at once and shows the message.
  public static func invalid(_ message: String) -> Self {
    Generator { source throws(Rejection) in throw .invalid(message) }
  }

  public func map<Mapped>(
    _ transform: @escaping @Sendable (Value) -> Mapped
  ) -> Generator<Mapped> {
    let make = make
    return Generator<Mapped> { source throws(Rejection) in transform(try make(source)) }
  }

  /// A value of the generator that `transform` makes of a value of this one.
  public func flatMap<Mapped>(
    _ transform: @escaping @Sendable (Value) -> Generator<Mapped>, line: Int = #line,
    column: Int = #column
  ) -> Generator<Mapped> {
    let make = make
    return Generator<Mapped> { source throws(Rejection) in
      try source.span(.recursive(line << 8 ^ column)) { () throws(Rejection) in
        try transform(try make(source)).make(source)
      }
    }
  }

  /// Only the values for which `isIncluded` is true.
  ///
  /// Twelve attempts are made; then the case is given up. A check in which that is the rule, not the
  /// exception, ends with `gaveUp` and this place.
  public func filter(
    _ isIncluded: @escaping @Sendable (Value) -> Bool, fileID: StaticString = #fileID,
    line: UInt = #line
  ) -> Generator {
    let make = make
    return Generator { source throws(Rejection) in
      try source.attempt(
        "the filter at \(fileID):\(line) refused every value"
      ) { () throws(Rejection) in
        try make(source)
      } accepts: {
        isIncluded($0)
      }
    }
  }

  /// The values that `transform` makes, where it makes any.
  public func compactMap<Mapped>(
    _ transform: @escaping @Sendable (Value) -> Mapped?, fileID: StaticString = #fileID,
    line: UInt = #line
  ) -> Generator<Mapped> {
    let make = make
    return Generator<Mapped> { source throws(Rejection) in
      let mapped = try source.attempt(
        "the compactMap at \(fileID):\(line) refused every value"
      ) { () throws(Rejection) in
        transform(try make(source))
      } accepts: {
        $0 != nil
      }
      guard let mapped else { throw .filtered("the compactMap at \(fileID):\(line)") }
      return mapped
    }
  }

  /// A value or nil; nil is the simpler.
  public func optional() -> Generator<Value?> {
    let make = make
    return Generator<Value?> { source throws(Rejection) in
      try source.boolean() ? try make(source) : nil
    }
  }
}

extension Generator {
  /// A value of one of these, each alike likely; earlier ones are simpler.
  public static func oneOf(_ alternatives: [Generator]) -> Generator {
    guard !alternatives.isEmpty else { return .invalid("oneOf needs at least one generator") }
    return Generator { source throws(Rejection) in
      try source.span(.alternative) { () throws(Rejection) in
        let index = try source.uniform(in: 0...(alternatives.count - 1))
        return try alternatives[index].make(source)
      }
    }
  }

  public static func oneOf(_ alternatives: Generator...) -> Generator { oneOf(alternatives) }

  /// A value of one of these, as likely as its weight says; earlier ones are simpler.
  public static func weighted(_ alternatives: [(weight: Int, generator: Generator)]) -> Generator {
    guard let bad = alternatives.first(where: { $0.weight < 1 || $0.weight > 1 << 32 }) else {
      let total = alternatives.reduce(0) { $0 + $1.weight }
      guard total > 0 else { return .invalid("weighted needs at least one generator") }
      return Generator { source throws(Rejection) in
        try source.span(.alternative) { () throws(Rejection) in
          let domain = IntegerDomain(0...(alternatives.count - 1))
          let index = try source.integer(domain) { words, _, _ in
            var rest = Int(words.below(UInt64(total)))
            var index = 0
            while rest >= alternatives[index].weight {
              rest -= alternatives[index].weight
              index += 1
            }
            return index
          }
          return try alternatives[index].generator.make(source)
        }
      }
    }
    return .invalid("a weight must lie in 1 ... 2³², got \(bad.weight)")
  }

  /// One of these values, each alike likely; earlier ones are simpler.
  public static func element(of values: [Value]) -> Generator where Value: Sendable {
    guard !values.isEmpty else { return .invalid("there is no element of an empty array") }
    return Generator { source throws(Rejection) in
      values[try source.uniform(in: 0...(values.count - 1))]
    }
  }

  /// A recursive value: a leaf, or what `branch` makes out of smaller values of the same kind.
  ///
  /// - Parameters:
  ///   - depth: how many branches may lie one inside the other.
  ///   - leaf: makes the values that hold no others; they are the simpler ones.
  ///   - branch: makes a value that holds others, given the generator of those.
  public static func recursive(
    depth: Int = 6, leaf: Generator,
    branch: @escaping @Sendable (Generator) -> Generator, fileID: StaticString = #fileID,
    line: Int = #line
  ) -> Generator {
    guard depth >= 0 else { return .invalid("the depth must be at least 0, got \(depth)") }
    let recursion = Recursion(depth: depth, identity: line, leaf: leaf, branch: branch)
    return recursion.generator(level: 0)
  }
}

/// What every level of a recursive generator shares.
private struct Recursion<Value>: Sendable {
  let depth: Int
  let identity: Int
  let leaf: Generator<Value>
  let branch: @Sendable (Generator<Value>) -> Generator<Value>

  func generator(level: Int) -> Generator<Value> {
    Generator { source throws(Rejection) in
      try source.span(.recursive(identity)) { () throws(Rejection) in
        guard level < depth else { return try leaf.make(source) }
        // Thinner towards the leaves: two branches a level would double each time.
        let isBranch = try source.boolean { words in
          words.unit() < (level == 0 ? 0.8 : 0.6 - 0.4 * Double(level) / Double(depth))
        }
        return try isBranch
          ? branch(generator(level: level + 1)).make(source) : leaf.make(source)
      }
    }
  }
}
