internal import PropertyTesting

extension ShrinkingProblem {
  /// The problems on which shrinkers are compared, and three that are in no other list.
  ///
  /// Source: <https://github.com/jlink/shrinking-challenge>
  public static let all: [ShrinkingProblem] = [
    reverse, largeUnion, lengthList, bound5, calculator, distinct, coupling, nestedLists, deletion,
    differenceZero, differenceSmall, differenceOne, binaryHeap, plateau, rotation, absorption,
  ]

  static let integers = Generator<Int>.integers()

  static let reverse = ShrinkingProblem("reverse", minimum: "[0, 1]", integers.array()) { list in
    try expect(list == list.reversed())
  }

  static let largeUnion = ShrinkingProblem(
    "large union", minimum: "[[0, 1, -1, 2, -2]]", integers.array().array()
  ) { lists in
    try expect(Set(lists.joined()).count <= 4)
  }

  static let lengthList = ShrinkingProblem(
    "length list", minimum: "[900]",
    Generator<Int>.integers(in: 1...100).flatMap { count in
      Generator<Int>.integers(in: 0...1000).vector(count: count)
    }
  ) { list in
    try expect(list.allSatisfy { $0 < 900 })
  }

  static let bound5 = ShrinkingProblem(
    "bound5", minimum: "[[], [], [], [-1], [-32768]]",
    Generator<Int16>.integers().array(count: 0...10).vector(count: 5)
  ) { lists in
    try assume(lists.allSatisfy { $0.reduce(0, &+) < 256 })
    try expect(lists.joined().reduce(0, &+) < 5 * 256)
  }

  static let distinct = ShrinkingProblem(
    "distinct", minimum: "[0, 1, -1]", integers.array()
  ) { list in
    try expect(Set(list).count < 3)
  }

  static let coupling = ShrinkingProblem(
    "coupling", minimum: "[1, 0]", Generator<Int>.integers(in: 0...10).array()
  ) { list in
    try assume(list.allSatisfy { $0 < list.count })
    for (index, other) in list.enumerated() {
      try expect(index == other || list[other] != index)
    }
  }

  static let nestedLists = ShrinkingProblem(
    "nested lists", minimum: "[[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]", integers.array().array()
  ) { lists in
    try expect(lists.reduce(0) { $0 + $1.count } <= 10)
  }

  static let deletion = ShrinkingProblem(
    "deletion", minimum: "([0, 0], 0)",
    integers.array(count: 1...(.max - 1)).flatMap { list in
      Generator<Int>.integers(in: 0...(list.count - 1)).map { (list, $0) }
    }
  ) { list, index in
    var rest = list
    rest.remove(at: index)
    try expect(!rest.contains(list[index]))
  }

  static let whole = Generator<Int>.integers(in: 0...1_000_000)

  static let differenceZero = ShrinkingProblem(
    "difference zero", minimum: "(10, 10)", zip(whole, whole)
  ) { pair in
    try expect(pair.0 < 10 || pair.0 != pair.1)
  }

  static let differenceSmall = ShrinkingProblem(
    "difference small", minimum: "(10, 6)", zip(whole, whole)
  ) { pair in
    try expect(pair.0 < 10 || !(1...4).contains(abs(pair.0 - pair.1)))
  }

  static let differenceOne = ShrinkingProblem(
    "difference one", minimum: "(10, 9)", zip(whole, whole)
  ) { pair in
    try expect(pair.0 < 10 || abs(pair.0 - pair.1) != 1)
  }

  // MARK: In no other list

  /// Three equal neighbours, none below 7.
  static let plateau = ShrinkingProblem(
    "plateau", minimum: "[7, 7, 7]", Generator<Int>.integers(in: 0...1000).array()
  ) { list in
    for index in list.indices.dropLast(2) {
      try expect(
        list[index] < 7 || list[index] != list[index + 1] || list[index] != list[index + 2])
    }
  }

  /// A list rotated by an amount within its length is another list.
  static let rotation = ShrinkingProblem(
    "rotation", minimum: "([0, 1], 1)",
    integers.array(count: 1...20).flatMap { list in
      Generator<Int>.integers(in: 0...(list.count - 1)).map { (list, $0) }
    }
  ) { list, amount in
    try expect(Array(list[amount...] + list[..<amount]) == list)
  }

  /// A number that swallows 1.
  static let absorption = ShrinkingProblem(
    "absorption", minimum: "9007199254740992.0",
    Generator<Double>.numbers(from: 0, through: .greatestFiniteMagnitude)
  ) { x in
    try expect(x + 1 != x)
  }
}
