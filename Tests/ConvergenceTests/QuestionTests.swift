import Diagnostics
import Numbers
import Testing

@testable import Convergence

@Suite("Questions that cannot be asked")
struct QuestionTests {
  static let wrong: [(functionClass: FunctionClass, steps: Int, says: String)] = [
    (.smoothStronglyConvex(convexity: 2, smoothness: 1), 3, "at most the smoothness 1, got 2"),
    (
      .finiteSum(components: 2, convexity: 1, smoothness: 1, noise: 0), 1,
      "below the smoothness"
    ),
    (.smoothStronglyConvex(convexity: 0, smoothness: 1), 3, "convexity must be above 0"),
    (.smoothConvex(smoothness: 0), 3, "smoothness must be above 0, got 0"),
    (.smoothConvex(smoothness: -1), 3, "got -1"),
    (.smoothConvex(smoothness: 1), -1, "got -1"),
    (.smoothConvex(smoothness: 1), 201, "got 201"),
    (.lipschitzConvex(bound: 0), 3, "lipschitz"),
    (.finiteSum(components: 0, convexity: 0, smoothness: 1, noise: 0), 1, "components"),
    (.finiteSum(components: 2, convexity: 0, smoothness: 1, noise: -1), 1, "noise"),
    (.finiteSum(components: 2, convexity: 0, smoothness: 1, noise: 0), 2, "one step"),
  ]

  @Test(
    "constants that no function has, and counts out of range, are the user's mistake",
    arguments: wrong)
  func refused(entry: (functionClass: FunctionClass, steps: Int, says: String)) {
    let error = #expect(throws: WorstCaseError.self) {
      try WorstCaseQuestion(
        entry.functionClass, steps: entry.steps, metric: .distance, initial: .distance)
    }
    #expect(error?.exitCode == .usage)
    #expect(error?.message.contains(entry.says) == true, "\(error?.message ?? "")")
  }

  @Test("methods of the literature say what class they are for")
  func classes() throws {
    let question = try WorstCaseQuestion(
      .lipschitzConvex(bound: 1), steps: 2, metric: .functionGap, initial: .distance)
    for name in ["ogm", "nesterov", "triple-momentum"] {
      let method = try WorstCaseMethod(named: name)
      #expect(throws: WorstCaseMethod.Failure.self) { try method.traced(for: question) }
    }
    #expect(throws: WorstCaseError.self) {
      try WorstCaseMethod(named: "ogm", settings: [("learningRate", "1")])
    }
    #expect(throws: WorstCaseError.self) {
      try WorstCaseMethod(named: "proximal", settings: [("learningRate", "-1")])
    }
  }
}
