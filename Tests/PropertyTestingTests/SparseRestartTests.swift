import Numbers
import PropertyTesting
import Testing

/// What leads out of a case that no single change makes smaller.
@Suite("Sparse restarts") struct SparseRestartTests {
  /// Fails with one number above 5, and with three of any size.
  private static func fails(_ numbers: [Int]) -> Bool {
    numbers.count == 1 ? numbers[0] > 5 : numbers.count >= 3
  }

  private static func smallest(restarts: Int) -> Set<String> {
    Set(
      (UInt64(0)..<20).map { seed in
        var settings = Settings(cases: 1_000, seed: seed)
        settings.sparseRestarts = restarts
        let result = checkThat(
          "local minimum", Generator<Int>.integers(in: 0...100).array(count: 0...8), settings
        ) { !fails($0) }
        return result.failure.map { "\($0.value)" } ?? "none"
      })
  }

  @Test func `fewer elements are found beyond a local minimum`() {
    // Without, three zeros are the end of the way for some: deleting one of them holds.
    #expect(Self.smallest(restarts: 0).contains("[0, 0, 0]"))
    #expect(Self.smallest(restarts: 60) == ["[6]"])
  }

  @Test func `a seed gives the same smallest case again`() {
    var settings = Settings(cases: 1_000, seed: 7)
    settings.sparseRestarts = 60
    let run = {
      checkThat(
        "again", Generator<Int>.integers(in: 0...100).array(count: 0...8), settings
      ) { !Self.fails($0) }.shrinkExecutions
    }
    #expect(run() == run())
  }

  @Test func `elements that a caller draws are deleted whole`() {
    let pairs = Generator<[[Int]]> { source throws(Rejection) in
      var result: [[Int]] = []
      try source.elements(count: 1...6) { index throws(Rejection) in
        result.append([
          index, try Generator<Int>.integers(in: 0...9).make(source),
          try Generator<Int>.integers(in: 0...9).make(source),
        ])
      }
      return result
    }
    for seed in UInt64(0)..<20 {
      let result = checkThat("pairs", pairs, Settings(cases: 1_000, seed: seed)) { pairs in
        !pairs.contains { $0[1] > 3 && $0[2] > 7 }
      }
      #expect(result.failure?.value == [[0, 4, 8]])
    }
  }

  @Test func `a count that is settled takes no choices`() throws {
    let fixed = Generator<[Bool]> { source throws(Rejection) in
      var result: [Bool] = []
      try source.elements(count: 2...2) { _ throws(Rejection) in
        result.append(try source.boolean())
      }
      return result
    }
    #expect(try fixed.value(of: [.boolean(true), .boolean(false)]) == [true, false])
  }
}
