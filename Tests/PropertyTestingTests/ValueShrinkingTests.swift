import Numbers
import PropertyTesting
import Testing

/// This property shrinks to this value, from every seed.
@Suite("Shrunk values") struct ValueShrinkingTests {
  static func smallest<Value>(
    _ generator: Generator<Value>, seeds: Range<UInt64> = 0..<30,
    where fails: (Value) -> Bool
  ) -> Set<String> {
    Set(
      seeds.map { seed in
        let result = checkThat("smallest", generator, Settings(cases: 20_000, seed: seed)) {
          !fails($0)
        }
        return result.failure.map { "\($0.value)" } ?? "none"
      })
  }

  @Test func `floats become simple numbers`() {
    let all = Generator<Double>.all
    #expect(Self.smallest(all) { $0 > 100 } == ["101.0"])
    #expect(Self.smallest(all) { $0 >= 1e10 } == ["10000000000.0"])
    #expect(Self.smallest(all) { $0 < 0 } == ["-1.0"])
    #expect(Self.smallest(all) { $0 > 0 && $0 < 1 } == ["0.1"])
    #expect(Self.smallest(all) { $0.isNaN } == ["nan"])
    #expect(Self.smallest(all) { $0 > .greatestFiniteMagnitude } == ["inf"])
    #expect(
      Self.smallest(Generator<Double>.numbers(from: 0, through: 1)) { $0 > 0.85 } == ["1.0"])
    #expect(
      Self.smallest(Generator<Double>.numbers(from: 0, through: 1, excludingUpper: true)) {
        $0 > 0.85
      } == ["0.9"])
    #expect(Self.smallest(Generator<Float>.all) { $0 > 0.2 && $0 < 0.25 } == ["0.21"])
  }

  @Test func `whole numbers end at the boundary`() {
    #expect(Self.smallest(Generator<Int>.integers()) { $0 > 1_234_567 } == ["1234568"])
    #expect(Self.smallest(Generator<Int>.integers()) { $0 < -77 } == ["-78"])
    #expect(Self.smallest(Generator<Int>.integers()) { $0 == .min } == ["\(Int.min)"])
    #expect(
      Self.smallest(Generator<UInt64>.integers()) { $0 > 1 << 63 } == ["\(1 << 63 + 1 as UInt64)"])
    #expect(
      Self.smallest(Generator<Int>.integers(in: 0...100, origin: 40)) { $0 != 40 } == ["41"])
    #expect(Self.smallest(Generator<Int>.integers(in: 10...90)) { _ in true } == ["10"])
  }

  @Test func `fractions and intervals become simple`() {
    // 0.2 rounded to thirds, and 0.3: neither becomes the other by one change.
    #expect(
      Self.smallest(Generator<Rational>.fractions(from: 0, through: 1)) {
        $0 > Rational(1, 4) && $0 < Rational(3, 4)
      }.isSubset(of: ["1/3", "3/10"]))
    #expect(
      Self.smallest(Generator<Interval>.intervals(from: -5, through: 5)) {
        $0.upper > $0.lower
      }.count == 1)
  }

  @Test func `bytes, texts and sets become short`() {
    #expect(
      Self.smallest(Generator<[UInt8]>.bytes()) { $0.contains { $0 > 99 } } == ["[100]"])
    #expect(
      Self.smallest(Generator<String>.strings()) { $0.contains("z") } == ["z"])
    #expect(
      Self.smallest(Generator<Int>.integers(in: 0...99).set()) { $0.count > 2 }
        .allSatisfy { $0.contains("0") && $0.contains("1") && $0.contains("2") })
  }

  @Test func `choices behind filter and map shrink fully`() {
    let odd = Generator<Int>.integers(in: 0...10_000).filter { $0 % 2 == 1 }.map { $0 * 3 }
    #expect(Self.smallest(odd) { $0 > 100 } == ["105"])
  }

  @Test func `alternatives of fewer choices are simpler, then earlier ones`() {
    let either = Generator<String>.oneOf(
      .always("plain"), Generator<Int>.integers().map { "number \($0)" }, .always("rare"))
    #expect(Self.smallest(either) { $0 != "plain" } == ["rare"])
    #expect(Self.smallest(either) { $0.hasPrefix("number") } == ["number 0"])
  }

  @Test func `a matrix keeps its shape while counts shrink`() {
    let matrix = Generator<Double>.numbers(from: -10, through: 10).matrix(
      rows: 1...5, columns: 1...5)
    #expect(
      Self.smallest(matrix) { $0.joined().contains { $0 > 2 } } == ["[[3.0]]"])
  }
}
