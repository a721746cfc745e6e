internal import CustomDump
internal import Diagnostics
internal import Foundation
internal import Numbers

/// One run of one check: makes cases, runs bodies, and on a failure shrinks it.
///
/// It asks `execute` for everything that touches the generator or the body, so that the same engine serves
/// bodies that run at once and bodies that are awaited.
final class Engine<Value> {
  /// A case to make.
  enum Request {
    /// The case of a number.
    case fresh(UInt64, isRecording: Bool)
    /// The case of these choices, what is missing being the simplest.
    case replay([Choice])
    /// The case of these choices, what is missing being random.
    case extend([Choice], Philox)
    /// The sparse case of a number.
    case sparse(UInt64)
  }

  /// What became of a request.
  struct Execution {
    enum Status {
      case rejected(Rejection)
      /// The body was not asked to run.
      case skipped
      case discarded(String)
      case passed
      case failed(Violation)
    }

    var status: Status
    var value: Value?
    var nodes: [ChoiceNode] = []
    var spans: [Span] = []
    var said: TestCase.State?
    var generation: Duration = .zero
    var body: Duration = .zero

    var made: Shrinker.Made { .init(nodes: nodes, spans: spans) }
  }

  /// Makes a case, and runs the body on it where the closure says so.
  typealias Execute = (Request, (Shrinker.Made) -> Bool) -> Execution

  let property: String
  let subject: JSONValue
  let settings: Settings
  let propertyNumber: UInt64
  private let execute: Execute
  /// Makes and runs many cases at once, in the order of their numbers; nil where bodies run one by one.
  private let executeMany: ((Range<UInt64>) -> [Execution])?

  /// Whether somebody else ended the check.
  private let isStopped: () -> Bool

  var statistics = Statistics()
  var valid = 0
  var attempts = 0
  var known: Set<[Choice]> = []
  var warnings: [String] = []
  private var shrinkExecutions = 0
  private var executionsOfPass: [String: Int] = [:]
  /// A sequence that passed, for the check of flakiness.
  private var passing: [Choice]?
  private var generation: Duration = .zero
  private var unfit: [String: Int] = [:]
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private let runStart = Date().timeIntervalSince1970
  /// The cases of the highest score of each label.
  var best: [String: (score: Double, choices: [Choice])] = [:]

  init(
    property: String, subject: JSONValue, settings: Settings, execute: @escaping Execute,
    executeMany: ((Range<UInt64>) -> [Execution])? = nil,
    isStopped: @escaping () -> Bool = { false }
  ) {
    self.isStopped = isStopped
    self.property = property
    self.subject = subject
    self.settings = settings
    self.execute = execute
    self.executeMany = executeMany
    propertyNumber = Philox.number(of: property)
    start = clock.now
  }

  /// How the first failure came to be.
  struct First {
    var `case`: Int?
    var execution: Execution
    var violation: Violation
  }

  /// What ends a phase.
  enum End {
    case failure(First)
    case outcome(CheckResult<Value>.Outcome)
  }

  var isOutOfTime: Bool {
    if isStopped() { return true }
    guard let limit = settings.timeLimit else { return false }
    return clock.now - start >= limit
  }

  var observes: Bool { settings.observations != nil }

  // MARK: The run

  func run() -> CheckResult<Value> {
    let end = settings.cases < 1 ? noCases() : rerunKept() ?? generate() ?? searchForHigherScores()
    let outcome: CheckResult<Value>.Outcome
    switch end {
    case .failure(let first): outcome = shrunk(first)
    case .outcome(let ended): outcome = ended
    case nil:
      if let shortage = statistics.shortage(of: valid) {
        outcome = .insufficient(shortage)
      } else {
        outcome = .passed
      }
    }
    announce(outcome)
    if settings.observations?.hasFailed == true {
      warnings.append("the log of observations cannot be written")
    }
    return CheckResult(
      property: property, seed: settings.seed, outcome: outcome, cases: valid, attempts: attempts,
      statistics: statistics, warnings: warnings, shrinkExecutions: shrinkExecutions,
      executionsOfPass: executionsOfPass)
  }

  /// Records an outcome that is about the check rather than a case.
  private func announce(_ outcome: CheckResult<Value>.Outcome) {
    let (title, content) =
      switch outcome {
      case .passed, .failed: ("", "")
      case .vacuous(let reason): ("vacuous", reason)
      case .insufficient(let reason): ("insufficient coverage", reason)
      case .flaky(_, let reason): ("flaky", reason)
      case .gaveUp(let reason): ("health", reason)
      case .inconclusive(let reason): ("inconclusive", reason)
      case .invalid(let reason): ("invalid generator", reason)
      }
    guard !title.isEmpty else { return }
    settings.observations?.write(
      "alert", property: property, runStart: runStart, title: title, content: content)
  }

  private func noCases() -> End {
    .outcome(.invalid("a check needs at least 1 case, asked for \(settings.cases)"))
  }

  /// Runs the kept failures of the property.
  private func rerunKept() -> End? {
    guard let folder = settings.failures else { return nil }
    let kept = folder.failures(of: property, subject: subject)
    warnings += kept.warnings
    for failure in kept.failures {
      let execution = execute(.replay(failure.choices)) { _ in true }
      observe(execution, .replayed)
      if case .failed(let violation) = execution.status {
        return .failure(First(case: nil, execution: execution, violation: violation))
      }
    }
    return nil
  }

  /// Runs fresh cases until enough met the premise.
  private func generate() -> End? {
    let limit = UInt64(clamping: settings.cases).multipliedReportingOverflow(
      by: UInt64(max(1, settings.attemptsPerCase)))
    let most = limit.overflow ? .max : limit.partialValue &+ 100
    var number: UInt64 = 0
    while valid < settings.cases {
      guard number < most else { return .outcome(tooFew()) }
      if let executeMany, number >= 256 {
        // More than are needed may be made; what lies after the end is dropped, as if it had not been.
        // With a time limit the batches are small, or it would bite late.
        let batch = settings.timeLimit == nil ? 4096 : 16 * settings.workers
        let count = UInt64(min(max(settings.cases - valid, 64), batch))
        let upper = min(number + count, most)
        for execution in executeMany(number..<upper) where valid < settings.cases {
          if let end = account(execution, number) { return end }
          number += 1
        }
      } else {
        let isRecording = number < 256 || observes
        let execution = execute(.fresh(number, isRecording: isRecording)) { _ in true }
        if let end = account(execution, number) { return end }
        number += 1
      }
      if number & 15 == 0 || number < 16 || number >= 256 && executeMany != nil, isOutOfTime {
        return .outcome(
          .inconclusive(
            (isStopped() ? "the check was cancelled" : "the time limit ended the check")
              + " after \(valid) of \(settings.cases) cases"))
      }
    }
    return nil
  }

  private func account(_ execution: Execution, _ number: UInt64) -> End? {
    attempts += 1
    if observes { observe(execution, .generated) }
    if attempts <= 10 {
      generation += execution.generation
      if generation > settings.generationLimit {
        return .outcome(
          .gaveUp("the generator is too slow: its first \(attempts) cases took \(generation)"))
      }
    }
    switch execution.status {
    case .rejected(let rejection):
      if case .invalid(let message) = rejection { return .outcome(.invalid(message)) }
      return refused(rejection)
    case .discarded(let reason):
      statistics.refusals[reason, default: 0] += 1
      if !execution.nodes.isEmpty { known.insert(execution.made.choices) }
    case .skipped: break
    case .passed:
      valid += 1
      note(execution)
    case .failed(let violation):
      valid += 1
      note(execution)
      return failure(execution, violation, number)
    }
    return nil
  }

  private func failure(_ execution: Execution, _ violation: Violation, _ number: UInt64) -> End {
    guard execution.nodes.isEmpty else {
      return .failure(First(case: Int(number), execution: execution, violation: violation))
    }
    // It was made without a record: made again with one, the body not run.
    var recorded = execute(.fresh(number, isRecording: true)) { _ in false }
    recorded.said = execution.said
    recorded.status = execution.status
    return .failure(First(case: Int(number), execution: recorded, violation: violation))
  }

  /// Counts what the generator could not make, and gives up where that is the rule.
  private func refused(_ rejection: Rejection) -> End? {
    statistics.refusals[rejection.message, default: 0] += 1
    unfit[rejection.message, default: 0] += 1
    let count = unfit.values.reduce(0, +)
    guard valid < 10, count >= 50 || attempts <= count && count >= 20 else { return nil }
    guard let (reason, times) = unfit.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else {
      return nil
    }
    return .outcome(.gaveUp("\(reason) (\(times) of \(attempts) attempts, \(valid) cases made)"))
  }

  private func tooFew() -> CheckResult<Value>.Outcome {
    let most = statistics.refusals.max { ($0.value, $1.key) < ($1.value, $0.key) }
    let reason = most.map { ": \($0.key)" } ?? ""
    let text = "the premise was met in \(valid) of \(attempts) cases\(reason)"
    if valid < max(1, min(settings.cases / 10, 100)) { return .vacuous(text) }
    warnings.append(text)
    if let shortage = statistics.shortage(of: valid) { return .insufficient(shortage) }
    return .passed
  }

  /// Takes in what a case that ran said.
  func note(_ execution: Execution) {
    if case .passed = execution.status, !execution.nodes.isEmpty {
      let choices = execution.made.choices
      known.insert(choices)
      passing = choices
    }
    guard let said = execution.said else { return }
    for label in said.labels { statistics.labels[label, default: 0] += 1 }
    for (label, share) in said.requirements { statistics.requirements[label] = share }
    for (label, score) in said.scores where score > statistics.scores[label] ?? -.infinity {
      statistics.scores[label] = score
    }
    guard !said.scores.isEmpty else { return }
    remember(execution, said.scores)
  }

  func remember(_ execution: Execution, _ scores: [String: Double]) {
    let choices = execution.made.choices
    for (label, score) in scores where !choices.isEmpty {
      if score > best[label]?.score ?? -.infinity { best[label] = (score, choices) }
    }
  }

  func observe(_ execution: Execution, _ origin: ObservationLog.Origin) {
    guard let log = settings.observations else { return }
    let (status, reason) =
      switch execution.status {
      case .passed: ("passed", "")
      case .failed(let violation): ("failed", violation.message)
      case .discarded(let reason): ("gave_up", reason)
      case .rejected(let rejection): ("gave_up", rejection.message)
      case .skipped: ("gave_up", "known already")
      }
    log.write(
      .init(
        property: property, runStart: runStart, origin: origin, status: status, reason: reason,
        representation: execution.value.map { String(customDumping: $0) } ?? "",
        choices: execution.made.choices, state: execution.said,
        generationSeconds: execution.generation / .seconds(1),
        bodySeconds: execution.body / .seconds(1)))
  }

  // MARK: Shrinking

  private func shrunk(_ first: First) -> CheckResult<Value>.Outcome {
    var last = first.execution
    var violation = first.violation
    var isMinimal = false
    func trialOf(_ request: Request, _ wants: (Shrinker.Made) -> Bool) -> Shrinker.Trial {
      let execution = execute(request, wants)
      switch execution.status {
      case .rejected, .skipped: return .skipped
      case .discarded:
        observe(execution, .shrunk)
        return .held
      case .passed:
        observe(execution, .shrunk)
        passing = execution.made.choices
        return .held
      case .failed(let other):
        observe(execution, .shrunk)
        guard other.kind == first.violation.kind else { return .held }
        last = execution
        violation = other
        return .failed
      }
    }
    if settings.isShrinking {
      let shrinker = Shrinker(
        last.nodes, last.spans, known: known, limit: settings.maximumShrinkExecutions,
        isOutOfTime: { [self] in isOutOfTime },
        generate: { [self] candidate in
          let execution = execute(.replay(candidate)) { _ in false }
          if case .skipped = execution.status { return execution.made }
          return nil
        },
        run: { candidate, wants in trialOf(.replay(candidate), wants) },
        restarts: settings.sparseRestarts,
        restart: { number, wants in trialOf(.sparse(number), wants) })
      shrinker.shrink()
      shrinkExecutions = shrinker.executions
      executionsOfPass = shrinker.executionsOfPass
      isMinimal = shrinker.isComplete
    }
    guard let value = last.value else {
      preconditionFailure("a case that ran has a value")
    }
    var smallest = SmallestFailure(
      value: value, violation: violation, choices: last.made.choices, case: first.case,
      isMinimal: isMinimal, notes: last.said?.notes ?? [], explanation: nil, id: nil)
    if let reason = flakiness(first, last) { return .flaky(smallest, reason) }
    if settings.isExplaining, settings.isShrinking {
      smallest.explanation = explain(last, kind: first.violation.kind)
    }
    keep(&smallest)
    return .failed(smallest)
  }

  /// Runs the first failing case, the smallest and one that passed once more each.
  private func flakiness(_ first: First, _ smallest: Execution) -> String? {
    for (name, choices) in [
      ("the smallest failing case", smallest.made.choices),
      ("the case that failed first", first.execution.made.choices),
    ] {
      let again = execute(.replay(choices)) { _ in true }
      observe(again, .verified)
      guard again.made.choices == choices else {
        return "the generator does not make \(name) of its choices again"
      }
      guard case .failed = again.status else { return "\(name) no longer fails when it runs again" }
    }
    if let passing, case .failed = execute(.replay(passing), { _ in true }).status {
      return "a case that passed fails when it runs again: \(ChoiceText.text(of: passing))"
    }
    return nil
  }

  private func keep(_ smallest: inout SmallestFailure<Value>) {
    guard let folder = settings.failures else { return }
    let failure = Failure(
      property: property, subject: subject, seed: settings.seed, choices: smallest.choices,
      case: .string(String(customDumping: smallest.value)), message: smallest.violation.message)
    smallest.id = failure.id
    do {
      try folder.keep(failure)
    } catch {
      smallest.id = nil
      warnings.append(error.diagnosis)
    }
  }

  /// Runs a case of these choices, for the phases in other files.
  func trial(_ request: Request, _ wants: (Shrinker.Made) -> Bool) -> Execution {
    execute(request, wants)
  }

  func words(_ number: UInt64, stream: UInt64) -> Philox {
    Philox(seed: settings.seed, property: propertyNumber, case: number, stream: stream)
  }
}
