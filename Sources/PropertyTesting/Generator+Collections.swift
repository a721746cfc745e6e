extension Generator {
  /// An array of values; shorter ones are simpler.
  ///
  /// - Parameter count: how many elements, from none on by default.
  public func array(count: ClosedRange<Int> = 0...(.max - 1)) -> Generator<[Value]> {
    guard count.lowerBound >= 0 else {
      return .invalid("an array has at least 0 elements, asked for \(count)")
    }
    let make = make
    return Generator<[Value]> { source throws(Rejection) in
      try source.span(.whole) { () throws(Rejection) in
        var result: [Value] = []
        try source.collection(count: count) { _ throws(Rejection) in
          result.append(try make(source))
        }
        return result
      }
    }
  }

  /// An array of exactly so many values.
  public func vector(count: Int) -> Generator<[Value]> {
    guard count >= 0 else { return .invalid("a vector has at least 0 entries, asked for \(count)") }
    let make = make
    return Generator<[Value]> { source throws(Rejection) in
      try source.span(.whole) { () throws(Rejection) in
        var result: [Value] = []
        // The choices have a limit, so a huge count ends there, before the memory for it is taken.
        result.reserveCapacity(min(count, 1024))
        for _ in 0..<count {
          result.append(
            try source.span(.entry) { () throws(Rejection) in try make(source) })
        }
        return result
      }
    }
  }

  /// Rows of equal length.
  public func matrix(rows: Int, columns: Int) -> Generator<[[Value]]> {
    vector(count: columns).vector(count: rows)
  }

  /// Rows of equal length, both counts drawn from ranges.
  public func matrix(
    rows: ClosedRange<Int>, columns: ClosedRange<Int>
  ) -> Generator<[[Value]]> where Value: Sendable {
    Generator<Int>.integers(in: rows).flatMap { rows in
      Generator<Int>.integers(in: columns).flatMap { matrix(rows: rows, columns: $0) }
    }
  }

  /// An array of values of which no two are equal.
  public func uniqueArray(count: ClosedRange<Int> = 0...(.max - 1)) -> Generator<[Value]>
  where Value: Hashable & Sendable {
    guard count.lowerBound >= 0 else {
      return .invalid("an array has at least 0 elements, asked for \(count)")
    }
    let make = make
    return Generator<[Value]> { source throws(Rejection) in
      try source.span(.whole) { () throws(Rejection) in
        var result: [Value] = []
        var known: Set<Value> = []
        try source.collection(count: count) { _ throws(Rejection) in
          let value = try source.attempt(
            "no further element differs from the \(known.count) before it"
          ) { () throws(Rejection) in
            try make(source)
          } accepts: {
            !known.contains($0)
          }
          known.insert(value)
          result.append(value)
        }
        return result
      }
    }
  }

  /// A set of values.
  public func set(count: ClosedRange<Int> = 0...(.max - 1)) -> Generator<Set<Value>>
  where Value: Hashable & Sendable {
    uniqueArray(count: count).map { Set($0) }
  }

  /// A dictionary from values of this generator to those of another.
  public func dictionary<Other>(
    to values: Generator<Other>, count: ClosedRange<Int> = 0...(.max - 1)
  ) -> Generator<[Value: Other]> where Value: Hashable & Sendable {
    let (makeKey, makeValue) = (make, values.make)
    guard count.lowerBound >= 0 else {
      return .invalid("a dictionary has at least 0 keys, asked for \(count)")
    }
    return Generator<[Value: Other]> { source throws(Rejection) in
      try source.span(.whole) { () throws(Rejection) in
        var result: [Value: Other] = .init()
        try source.collection(count: count) { _ throws(Rejection) in
          let key = try source.attempt(
            "no further key differs from the \(result.count) before it"
          ) { () throws(Rejection) in
            try makeKey(source)
          } accepts: {
            result[$0] == nil
          }
          result[key] = try makeValue(source)
        }
        return result
      }
    }
  }

  /// The given values in a random order; the given one is the simplest.
  public static func permutation<Element: Sendable>(of values: [Element]) -> Generator
  where Value == [Element] {
    Generator { source throws(Rejection) in
      try source.span(.whole) { () throws(Rejection) in
        var result = values
        for index in result.indices.dropLast() {
          let other = try source.uniform(in: index...(result.count - 1), origin: index)
          result.swapAt(index, other)
        }
        return result
      }
    }
  }

  /// Pairs, triples and so on of values of these generators.
  public static func tuple<each Part>(
    _ parts: repeat Generator<each Part>
  ) -> Generator<(repeat each Part)> where Value == (repeat each Part) {
    Generator<(repeat each Part)> { source throws(Rejection) in
      try source.span(.whole) { () throws(Rejection) in
        (repeat try source.component(each parts))
      }
    }
  }
}

extension ChoiceSource {
  func component<Value>(_ generator: Generator<Value>) throws(Rejection) -> Value {
    try span(.component) { () throws(Rejection) in try generator.make(self) }
  }

  /// A value of a generator, for generators that are written as a function of the source.
  public func draw<Value>(_ generator: Generator<Value>) throws(Rejection) -> Value {
    try component(generator)
  }
}

/// Pairs, triples and so on of values of these generators.
public func zip<each Part>(
  _ parts: repeat Generator<each Part>
) -> Generator<(repeat each Part)> {
  .tuple(repeat each parts)
}
