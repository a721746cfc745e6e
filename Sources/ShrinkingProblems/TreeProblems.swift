internal import PropertyTesting

/// A sum or a quotient of whole numbers.
indirect enum Expression: Sendable, CustomStringConvertible {
  case number(Int)
  case sum(Expression, Expression)
  case quotient(Expression, Expression)

  var description: String {
    switch self {
    case .number(let value): "\(value)"
    case .sum(let left, let right): "(\(left) + \(right))"
    case .quotient(let left, let right): "(\(left) / \(right))"
    }
  }

  var dividesByLiteralZero: Bool {
    switch self {
    case .number: false
    case .sum(let left, let right): left.dividesByLiteralZero || right.dividesByLiteralZero
    case .quotient(_, .number(0)): true
    case .quotient(let left, let right): left.dividesByLiteralZero || right.dividesByLiteralZero
    }
  }

  func value() throws(Violation) -> Int {
    switch self {
    case .number(let value): return value
    case .sum(let left, let right): return try left.value() &+ right.value()
    case .quotient(let left, let right):
      let (dividend, divisor) = (try left.value(), try right.value())
      try expect(divisor != 0)
      return divisor == -1 ? 0 &- dividend : dividend / divisor
    }
  }

  static let generator = Generator<Expression>.recursive(
    leaf: Generator<Int>.integers(in: -1000...1000).map { .number($0) }
  ) { inner in
    zip(Generator<Bool>.booleans, inner, inner).map { isQuotient, left, right in
      isQuotient ? .quotient(left, right) : .sum(left, right)
    }
  }
}

/// A heap-ordered binary tree.
indirect enum Heap: Sendable, CustomStringConvertible {
  case empty
  case node(Int, Heap, Heap)

  var description: String {
    switch self {
    case .empty: "-"
    case .node(let value, let left, let right): "(\(value) \(left) \(right))"
    }
  }

  func merged(with other: Heap) -> Heap {
    guard case .node(let x, let left, let right) = self else { return other }
    guard case .node(let y, let otherLeft, let otherRight) = other else { return self }
    return x <= y
      ? .node(x, right.merged(with: other), left)
      : .node(y, otherRight.merged(with: self), otherLeft)
  }

  /// The values, a node before those below it.
  var values: [Int] {
    switch self {
    case .empty: []
    case .node(let value, let left, let right): [value] + left.values + right.values
    }
  }

  /// The planted mistake: what is left after the least value is listed, not taken apart.
  var wronglySorted: [Int] {
    guard case .node(let value, let left, let right) = self else { return [] }
    return [value] + left.merged(with: right).values
  }

  static func generator(above least: Int, level: Int = 0) -> Generator<Heap> {
    return Generator<Bool>.booleans.flatMap { isNode in
      guard isNode, level <= 5 else { return .always(.empty) }
      return Generator<Int>.integers(in: least...1000).flatMap { value in
        let below = generator(above: value, level: level + 1)
        return zip(below, below).map { .node(value, $0, $1) }
      }
    }
  }
}

extension ShrinkingProblem {
  static let calculator = ShrinkingProblem(
    "calculator", minimum: "(0 / (0 + 0))", Expression.generator
  ) { expression in
    try assume(!expression.dividesByLiteralZero)
    _ = try expression.value()
  }

  static let binaryHeap = ShrinkingProblem(
    "binary heap", minimum: "(0 - (0 (1 - -) (0 - -)))", Heap.generator(above: 0)
  ) { heap in
    try expect(heap.wronglySorted == heap.values.sorted())
  }
}
