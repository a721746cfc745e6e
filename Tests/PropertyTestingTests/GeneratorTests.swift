import Numbers
import PropertyTesting
import Testing

@Suite("Generators") struct GeneratorTests {
  static func values<Value>(
    _ generator: Generator<Value>, count: Int = 3000
  ) throws -> [Value] {
    try (0..<count).map { try generator.value(seed: 3, property: "values", case: $0).value }
  }

  @Test func `floats hold the boundary values`() throws {
    let all = try Self.values(Generator<Double>.all, count: 20_000)
    let bits = Set(all.map(\.bitPattern))
    for value in [
      0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude,
      1, Double(1).nextUp, Double(1).nextDown, 0.9, 0.999, 1e-8, .infinity, -.infinity,
      .greatestFiniteMagnitude, .ulpOfOne,
    ] as [Double] {
      #expect(bits.contains(value.bitPattern), "\(value)")
    }
    #expect(all.contains { $0.isNaN })
    #expect(all.contains { $0.isSubnormal })
  }

  @Test func `floats of single precision are floats of single precision`() throws {
    let all = try Self.values(Generator<Float>.all, count: 20_000)
    let bits = Set(all.map(\.bitPattern))
    for value in [
      0, -0.0, .leastNonzeroMagnitude, .leastNormalMagnitude, 1, Float(1).nextUp, 0.9, 0.999,
      1e-8, .infinity, .greatestFiniteMagnitude,
    ] as [Float] {
      #expect(bits.contains(value.bitPattern), "\(value)")
    }
  }

  @Test(
    arguments: [
      (0.0, 1.0), (-1, 1), (0.9, 0.999), (1e-300, 1e300), (-Double.leastNonzeroMagnitude, 0),
      (3, 3),
    ] as [(Double, Double)])
  func `floats lie between their bounds`(bounds: (Double, Double)) throws {
    let all = try Self.values(Generator<Double>.numbers(from: bounds.0, through: bounds.1))
    #expect(all.allSatisfy { bounds.0 <= $0 && $0 <= bounds.1 })
    #expect(all.contains(bounds.0))
    #expect(all.contains(bounds.1))
    if bounds.0 == 0 { #expect(!all.contains { $0.sign == .minus }) }
  }

  @Test func `bounds that are left out are left out`() throws {
    let all = try Self.values(
      Generator<Double>.numbers(from: 0, through: 1, excludingLower: true, excludingUpper: true))
    #expect(all.allSatisfy { 0 < $0 && $0 < 1 })
    #expect(all.contains(Double(1).nextDown))
    #expect(all.contains(.leastNonzeroMagnitude))
  }

  @Test func `whole numbers of every width reach their ends`() throws {
    func check<T: FixedWidthInteger & Sendable>(_ type: T.Type) throws {
      let all = try Self.values(Generator<T>.integers(), count: 6000)
      #expect(all.contains(.min), "\(T.self)")
      #expect(all.contains(.max), "\(T.self)")
      #expect(all.contains(0), "\(T.self)")
      let few = try Self.values(Generator<T>.integers(in: 3...17), count: 2000)
      #expect(Set(few) == Set(3...17), "\(T.self)")
    }
    try check(Int8.self)
    try check(UInt8.self)
    try check(Int16.self)
    try check(UInt32.self)
    try check(Int64.self)
    try check(UInt64.self)
    let high = try Self.values(Generator<UInt64>.integers(in: (.max - 3)...(.max)))
    #expect(Set(high) == Set(UInt64.max - 3...UInt64.max))
  }

  @Test func `fractions lie between their bounds`() throws {
    let all = try Self.values(
      Generator<Rational>.fractions(
        from: 0, through: 1, excludingLower: true, excludingUpper: true))
    #expect(all.allSatisfy { 0 < $0 && $0 < 1 })
    #expect(all.contains(Rational(1, 2)))
    #expect(all.contains { $0.denominator == 3 })
    let point = try Self.values(
      Generator<Rational>.fractions(from: Rational(22, 7), through: Rational(22, 7)), count: 20)
    #expect(point.allSatisfy { $0 == Rational(22, 7) })
  }

  @Test func `intervals lie between their bounds`() throws {
    let all = try Self.values(Generator<Interval>.intervals(from: -2, through: 3))
    #expect(all.allSatisfy { -2 <= $0.lower && $0.lower <= $0.upper && $0.upper <= 3 })
    #expect(all.contains { $0.lower == $0.upper })
    #expect(all.contains { $0.lower < $0.upper })
  }

  @Test func `vectors and matrices of one domain exist in every number type`() throws {
    func check<Number: GeneratedNumber>(_ isInside: @escaping (Number) -> Bool) throws {
      let entries = Generator<Number>.domain(
        from: 0, through: Rational(1, 3), excludingLower: true)
      let matrix = try entries.matrix(rows: 3, columns: 4).value(
        seed: 1, property: "shape", case: 7
      ).value
      #expect(matrix.count == 3 && matrix.allSatisfy { $0.count == 4 })
      for rows in try Self.values(entries.matrix(rows: 0...3, columns: 1...4), count: 400) {
        #expect(rows.count <= 3 && Set(rows.map(\.count)).count <= 1)
        #expect(rows.joined().allSatisfy(isInside), "\(rows)")
      }
    }
    let third = Rational(1, 3)
    func isInside(_ x: Rational?) -> Bool { x.map { 0 < $0 && $0 <= third } ?? false }
    try check { (x: Double) in isInside(Rational(exactly: x)) }
    try check { (x: Float) in isInside(Rational(exactly: x)) }
    try check { (x: Rational) in isInside(x) }
    try check { (x: Interval) in
      isInside(Rational(exactly: x.lower)) && isInside(Rational(exactly: x.upper))
    }
  }

  @Test func `collections keep their promises`() throws {
    for list in try Self.values(Generator<Int>.integers().array(count: 2...5)) {
      #expect((2...5).contains(list.count))
    }
    for list in try Self.values(Generator<Int>.integers(in: 0...30).uniqueArray(count: 1...10)) {
      #expect(Set(list).count == list.count)
    }
    for list in try Self.values(Generator<[Int]>.permutation(of: [1, 2, 3, 4])) {
      #expect(list.sorted() == [1, 2, 3, 4])
    }
    for map in try Self.values(
      Generator<Int>.integers(in: 0...50).dictionary(to: Generator<Bool>.booleans, count: 0...4))
    {
      #expect(map.count <= 4)
    }
    for text in try Self.values(Generator<String>.strings(of: "abc", count: 1...3)) {
      #expect((1...3).contains(text.count) && text.allSatisfy { "abc".contains($0) })
    }
  }

  @Test func `weights are kept`() throws {
    let all = try Self.values(
      Generator<Int>.weighted([(9, .always(0)), (1, .always(1))]), count: 10_000)
    // Binomial, 10,000 trials of 0.1: five standard deviations are 150.
    #expect((850...1150).contains(all.count { $0 == 1 }))
  }

  @Test func `the first case is the simplest`() throws {
    let (list, choices) = try Generator<Int>.integers().array().value(
      seed: 9, property: "first", case: 0)
    #expect(list == [])
    #expect(choices == [.boolean(false)])
  }
}
