import PropertyTesting
import Testing

@Suite("Search for higher scores") struct SearchTests {
  /// The velocity of ten gradients in [−1, 1] under a momentum of 0.9 is at most 6.5132; a random sequence
  /// stays far below, since all ten must be near 1.
  static func velocity(_ gradients: [Double]) -> Double {
    gradients.reduce(0) { 0.9 * $0 + $1 }
  }
  static let gradients = Generator<Double>.numbers(from: -1, through: 1).vector(count: 10)
  static let bound = 0.99 * 6.513215599

  @Test func `reaches a bound that random cases miss`() {
    var reached = 0
    var reachedAtRandom = 0
    for seed in UInt64(0)..<20 {
      var settings = Settings(cases: 1000, seed: seed)
      settings.searchCases = 1000
      let body = { (gradients: [Double], test: TestCase) in
        test.maximise(Self.velocity(gradients))
        if Self.velocity(gradients) >= Self.bound { throw Violation("the bound is reached") }
      }
      if check("velocity", Self.gradients, settings, body: body).failure != nil { reached += 1 }
      settings.cases = 2000
      settings.searchCases = 0
      if check("velocity", Self.gradients, settings, body: body).failure != nil {
        reachedAtRandom += 1
      }
    }
    #expect(reached == 20)
    #expect(reachedAtRandom == 0)
  }

  @Test func `the best score is reported, and lies on the peak`() throws {
    var settings = Settings(cases: 200)
    settings.searchCases = 2000
    let result = check(
      "peak", Generator<Double>.numbers(from: -1000, through: 1000), settings
    ) { (x: Double, test: TestCase) in
      test.maximise(-(x - 123.456) * (x - 123.456), label: "peak")
    }
    #expect(result.hasPassed)
    // Half of the digits of x: the score is flat to rounding there.
    #expect(try #require(result.statistics.scores["peak"]) > -1e-6)
    #expect(result.statistics.searched > 0)
  }

  @Test func `whole numbers climb, too`() throws {
    var settings = Settings(cases: 20)
    settings.searchCases = 500
    let result = check(
      "integers", Generator<Int>.integers(in: 0...1_000_000).vector(count: 3), settings
    ) { (list: [Int], test: TestCase) in
      test.maximise(Double(-list.map { abs($0 - 654_321) }.reduce(0, +)))
    }
    #expect(try #require(result.statistics.scores[""]) == 0)
  }
}
