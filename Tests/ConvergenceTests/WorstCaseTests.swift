import Diagnostics
import Numbers
import Processes
import Synchronization
import TestSupport
import Testing

@testable import Convergence

/// A worst case that is known from elsewhere.
struct KnownWorstCase: Sendable, CustomTestStringConvertible {
  typealias Question = WorstCaseQuestion

  let method: String
  var settings: [(key: String, value: String)] = []
  let functionClass: FunctionClass
  let steps: Int
  var metric = Question.Metric.functionGap
  var iterate = Question.Iterate.last
  var initial = Question.Metric.distance
  /// The exact value, nil where no closed form is known.
  var value: Double?

  var testDescription: String { "\(method) \(functionClass.name) N=\(steps) \(metric) \(iterate)" }

  static let all: [KnownWorstCase] = [
    // Long steps end in the quadratic: (1 − γL)^2N.
    KnownWorstCase(
      method: "sgd", settings: [("learningRate", "1.9")],
      functionClass: .smoothConvex(smoothness: 1), steps: 2, value: 0.5 * 0.6561),
    KnownWorstCase(
      method: "sgd", settings: [("learningRate", "0.015")],
      functionClass: .smoothConvex(smoothness: 100), steps: 3, value: 50 / (2 * 3 * 1.5 + 1)),
    KnownWorstCase(
      method: "sgd", settings: [("learningRate", "1")],
      functionClass: .smoothConvex(smoothness: 1), steps: 3, metric: .gradientNorm,
      value: 1 / 16.0),
    KnownWorstCase(
      method: "sgd", settings: [("learningRate", "1")],
      functionClass: .smoothStronglyConvex(convexity: 0.1, smoothness: 1), steps: 3,
      metric: .distance, value: 0.531441),
    KnownWorstCase(
      method: "sgd", settings: [("learningRate", "1")],
      functionClass: .smoothStronglyConvex(convexity: 0.1, smoothness: 1), steps: 3,
      initial: .functionGap, value: 0.531441),
    KnownWorstCase(
      method: "ogm", functionClass: .smoothConvex(smoothness: 1), steps: 4,
      value: 0.025583942049932),
    // From the certified brackets of the reference study: momentum as an average.
    KnownWorstCase(
      method: "sgd", settings: [("learningRate", "0.1"), ("momentum", "0.9")],
      functionClass: .smoothConvex(smoothness: 1), steps: 10, value: 0.1833238019),
    KnownWorstCase(
      method: "lookahead:sgd", settings: [("learningRate", "1")],
      functionClass: .smoothConvex(smoothness: 1), steps: 10, value: 1 / 22.0),
    KnownWorstCase(
      method: "subgradient", functionClass: .lipschitzConvex(bound: 2), steps: 3, iterate: .best,
      value: 1),
    KnownWorstCase(method: "proximal", functionClass: .proximal, steps: 4, value: 1 / 16.0),
    KnownWorstCase(
      method: "sgd", settings: [("learningRate", "1")],
      functionClass: .smoothNonconvex(smoothness: 1), steps: 3, metric: .gradientNorm,
      iterate: .best, initial: .functionGap, value: 4 / 11.0),
    // Every component's step is gradient descent: max((1 − γμ)², (1 − γL)²).
    KnownWorstCase(
      method: "sgd", settings: [("learningRate", "1")],
      functionClass: .finiteSum(components: 3, convexity: 0.1, smoothness: 1, noise: 0), steps: 1,
      metric: .distance, value: 0.81),
    KnownWorstCase(
      method: "nesterov", functionClass: .smoothConvex(smoothness: 1), steps: 1, value: 1 / 6.0),
    KnownWorstCase(
      method: "triple-momentum",
      functionClass: .smoothStronglyConvex(convexity: 0.1, smoothness: 1), steps: 3),
    KnownWorstCase(
      method: "sgd", settings: [("learningRate", "1")],
      functionClass: .smoothConvex(smoothness: 1), steps: 3, iterate: .average),
  ]
}

@Suite(
  "Worst cases by semidefinite programs",
  .enabled(if: ExternalTool.csdp.isPresent, "apt-get install coinor-csdp"))
struct WorstCaseTests {
  @Test(
    "each is proved from both sides, and agrees with what is known", arguments: KnownWorstCase.all)
  func known(entry: KnownWorstCase) async throws {
    let question = try WorstCaseQuestion(
      entry.functionClass, steps: entry.steps, metric: entry.metric, iterate: entry.iterate,
      initial: entry.initial)
    let method = try WorstCaseMethod(named: entry.method, settings: entry.settings)
    var search = WorstCase(method, question)
    search.triesClosedForms = false
    let report = try await search.run()
    #expect(report.status == .exact, "\(report.details)")
    let upper = try #require(report.upper)
    let lower = try #require(report.lower)
    #expect(lower <= upper)
    // What the solver's accuracy of 1e-10 leaves.
    #expect(report.relativeWidth! <= 1e-8)
    if let value = entry.value {
      // The figures have 10 digits.
      #expect(Double(lower) <= value * (1 + 1e-9) && value * (1 - 1e-9) <= Double(upper))
    }
    if let closedForm = report.closedForm, let value = entry.value {
      #expect(abs(closedForm - value) <= 1e-9 * value)
    }
    let certificate = try #require(report.certificate)
    #expect(certificate.check() == .proved(upper: upper, lower: lower))
  }

  /// Runs of many points, whose values fall by up to twelve orders of magnitude.
  private static let long: [KnownWorstCase] = {
    let unit = FunctionClass.smoothConvex(smoothness: 1)
    let strong = FunctionClass.smoothStronglyConvex(convexity: 0.1, smoothness: 1)
    return [
      KnownWorstCase(
        method: "sgd", settings: [("learningRate", "0.1"), ("momentum", "0.9")],
        functionClass: unit, steps: 50),
      KnownWorstCase(method: "nesterov", functionClass: unit, steps: 50),
      KnownWorstCase(
        method: "sgd", settings: [("learningRate", "2.309"), ("momentum", "0.27")],
        functionClass: strong, steps: 20),
      KnownWorstCase(method: "nesterov", functionClass: strong, steps: 20),
      KnownWorstCase(
        method: "triple-momentum", functionClass: strong, steps: 20, metric: .distance),
      // (μ/2)/((1 − μ)^−2N − (1 − μ)), for γ = 1/L = 1.
      KnownWorstCase(
        method: "sgd", settings: [("learningRate", "1")], functionClass: strong, steps: 50,
        value: 0.05 / (1 / 2.6561398887587544e-05 - 0.9)),
    ]
  }()

  @Test("long runs have brackets as narrow, however small the values become", arguments: long)
  func manySteps(entry: KnownWorstCase) async throws {
    let question = try WorstCaseQuestion(
      entry.functionClass, steps: entry.steps, metric: entry.metric, initial: entry.initial)
    let report = try await WorstCase(
      WorstCaseMethod(named: entry.method, settings: entry.settings), question
    ).run()
    #expect(report.status == .exact && report.relativeWidth! <= 1e-8, "\(report.text)")
    if let value = entry.value {
      #expect(abs(Double(try #require(report.upper)) - value) <= 1e-8 * value)
    }
  }

  @Test("a run that violates its constraints by rounding is moved within all of them")
  func polish() throws {
    // The worst run of three steps of gradient descent, on the function of Huber, off by 1e-10.
    let question = try WorstCaseQuestion(
      .smoothConvex(smoothness: 1), steps: 3, metric: .functionGap, initial: .distance)
    let method = try WorstCaseMethod(named: "sgd", settings: [("learningRate", "1")])
    let problem = PerformanceProblem(question, try method.traced(for: question))
    let floating = FloatingProblem(problem)
    var run = floating.run(onCurvatures: [1])
    // Position of the last point, then the gradients, all of them 1/7: x_k = 1 − k/7.
    let seventh = 1.0 / 7
    run.vectors = [[4 * seventh + 1e-10]] + [[Double]](repeating: [seventh - 2e-10], count: 4)
    run.values = (0...3).map { step in
      let position = 1 - Double(step) * seventh
      return position * seventh - seventh * seventh / 2 + 1e-10 * Double(step)
    }
    #expect(floating.residuals(problem.constraints, run).max()! > 1e-11)
    let polish = try #require(RunPolish(floating))
    let metrics = polish.polished(run).compactMap {
      try? floating.exactRun($0).check(in: problem)
    }
    #expect(abs(Double(try #require(metrics.max())) - 1 / 14.0) <= 1e-9)
  }

  @Test("what nothing bounds is said to be unbounded")
  func unbounded() async throws {
    // Of a function's gap alone nothing follows for the distance: f may be flat.
    let question = try WorstCaseQuestion(
      .smoothConvex(smoothness: 1), steps: 2, metric: .distance, initial: .functionGap)
    let method = try WorstCaseMethod(named: "sgd", settings: [("learningRate", "1")])
    let report = try await WorstCase(method, question).run()
    #expect(report.status == .unbounded)
    #expect(report.upper == nil)
  }

  @Test("what the solver is asked is told")
  func progress() async throws {
    let question = try WorstCaseQuestion(
      .smoothConvex(smoothness: 1), steps: 3, metric: .functionGap, initial: .distance)
    var search = WorstCase(try WorstCaseMethod(named: "nesterov"), question)
    let told = Mutex<[String]>([])
    search.progress = { item in told.withLock { $0.append(item) } }
    _ = try await search.run()
    #expect(told.withLock { $0.first } == "csdp: 20 of 20 inequalities")
  }

  @Test("a solver that runs out of time proves nothing")
  func late() async throws {
    let question = try WorstCaseQuestion(
      .smoothConvex(smoothness: 1), steps: 30, metric: .functionGap, initial: .distance)
    let method = try WorstCaseMethod(named: "nesterov")
    var search = WorstCase(method, question)
    search.solverSeconds = 0.001
    search.triesClosedForms = false
    let report = try await search.run()
    #expect(report.status == .failed)
    #expect(report.upper == nil && report.lower == nil)
    #expect(report.details.contains { $0.contains("time limit") })
  }

  @Test(
    "the second solver proves the same bound",
    .enabled(if: ExternalTool.dsdp.isPresent, "apt-get install dsdp"))
  func secondOpinion() async throws {
    let question = try WorstCaseQuestion(
      .smoothConvex(smoothness: 1), steps: 3, metric: .functionGap, initial: .distance)
    let method = try WorstCaseMethod(named: "sgd", settings: [("learningRate", "1")])
    let problem = PerformanceProblem(question, try method.traced(for: question))
    let result = try await UpperBoundSearch(
      LazySolver(floating: FloatingProblem(problem), solver: DSDP())
    ).search()
    let bound = try #require(result.bound)
    #expect(bound >= Rational(1, 14))
    #expect(Double(bound) <= (1 + 1e-7) / 14)
  }
}

@Suite("Worst cases that need no solver")
struct SolverFreeTests {
  private func report(
    _ name: String, _ settings: [(key: String, value: String)], _ functionClass: FunctionClass,
    steps: Int, iterate: WorstCaseQuestion.Iterate = .last,
    metric: WorstCaseQuestion.Metric = .functionGap
  ) async throws -> WorstCaseReport {
    try await WorstCase(
      WorstCaseMethod(named: name, settings: settings),
      WorstCaseQuestion(
        functionClass, steps: steps, metric: metric, iterate: iterate, initial: .distance)
    ).run()
  }

  @Test(
    "the proximal point method attains 1/(4γN), proved by its own multipliers",
    arguments: [1, 2, 5, 50])
  func proximal(steps: Int) async throws {
    let report = try await report(
      "proximal", [("learningRate", "3/2")], .proximal, steps: steps)
    #expect(report.upper == Rational(1, 6 * steps) && report.lower == report.upper)
    let certificate = try #require(report.certificate)
    #expect(certificate.check() == .proved(upper: report.upper, lower: report.lower))
  }

  @Test(
    "the subgradient method attains MR/√(N + 1), proved by the mean of its gaps",
    arguments: [3, 20, 50])
  func subgradient(steps: Int) async throws {
    let report = try await report(
      "subgradient", [], .lipschitzConvex(bound: 2), steps: steps, iterate: .best)
    #expect(report.status == .exact && report.relativeWidth! <= 1e-12)
    let expected = 2 / Double(steps + 1).squareRoot()
    // Two roundings of the root.
    #expect(abs(Double(report.upper!) - expected) <= 4e-16 * expected)
  }

  @Test("multipliers of the literature prove nothing for a step that they are not for")
  func otherStep() async throws {
    // Twice the best step: the mean bound (1/2 + 2)/2 of MR/√(N + 1) stands, the instance is further below.
    let report = try await report(
      "subgradient", [("learningRate", "1")], .lipschitzConvex(bound: 1), steps: 3, iterate: .best)
    #expect(report.upper == Rational(5, 8))
    #expect(report.lower! <= report.upper!)
  }

  @Test("with μ = L the run of the one function is the worst case, in rationals")
  func quadratic() async throws {
    let report = try await report(
      "sgd", [("learningRate", "1/3"), ("momentum", "1/2")],
      .smoothStronglyConvex(convexity: 2, smoothness: 2), steps: 2, metric: .distance)
    // x₁ = 1/3, v₂ = 1/2·2 + 2/3 = 5/3, x₂ = 1/3 − 5/9.
    #expect(report.upper == Rational(4, 81) && report.lower == Rational(4, 81))
    #expect(report.status == .exact && report.certificate == nil)
  }

  @Test(
    "weight decay is a term of the function",
    .enabled(if: ExternalTool.csdp.isPresent, "apt-get install coinor-csdp"))
  func weightDecay() async throws {
    let decayed = try await report(
      "sgd", [("learningRate", "1/2"), ("weightDecay", "1")], .smoothConvex(smoothness: 1),
      steps: 2, metric: .distance)
    let plain = try await report(
      "sgd", [("learningRate", "1/2")],
      .smoothStronglyConvex(convexity: 1, smoothness: 2), steps: 2, metric: .distance)
    #expect(decayed.closedForm == plain.closedForm && decayed.closedForm == 0.0625)
    #expect(decayed.certificate?.coefficients == plain.certificate?.coefficients)
    #expect(decayed.question.functionClass == plain.question.functionClass)
    await #expect(throws: WorstCaseError.self) {
      try await report(
        "sgd", [("weightDecay", "1")], .lipschitzConvex(bound: 1), steps: 2)
    }
  }
}
