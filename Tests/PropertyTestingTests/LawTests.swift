import PropertyTesting
import Testing

@Suite("Laws of the engine") struct LawTests {
  static let nested = Generator<Int>.integers(in: -50...50).array(count: 0...6).flatMap { list in
    zip(
      Generator<Double>.numbers(from: -1, through: 1).vector(count: list.count),
      Generator<Bool>.booleans.optional(), Generator<[UInt8]>.bytes(count: 1...3)
    ).map { (list: list, numbers: $0, flag: $1, bytes: $2) }
  }

  @Test func `the choices of a case make the same case again`() throws {
    for number in 0..<300 {
      let (value, choices) = try Self.nested.value(seed: 37, property: "law", case: number)
      let again = try Self.nested.value(of: choices)
      #expect("\(again)" == "\(value)")
      let text = ChoiceText.text(of: choices)
      #expect(ChoiceText.choices(of: text) == choices)
    }
  }

  @Test func `what shrinking finds fails, and lies in the domain`() throws {
    for seed in UInt64(0)..<50 {
      let result = check("law", Self.nested, Settings(cases: 500, seed: seed)) { value in
        value.list.reduce(0, +) < 60 || value.numbers.reduce(0, +) < 0.5
      }
      let failure = try #require(result.failure)
      #expect(failure.value.list.allSatisfy { (-50...50).contains($0) })
      #expect(failure.value.numbers.allSatisfy { (-1...1).contains($0) })
      #expect(failure.value.list.count == failure.value.numbers.count)
      #expect(failure.value.list.reduce(0, +) >= 60)
      #expect(failure.value.numbers.reduce(0, +) >= 0.5)
      #expect(failure.isMinimal)
    }
  }
}
