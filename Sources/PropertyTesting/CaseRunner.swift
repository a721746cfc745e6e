internal import Numbers

/// Makes cases of one generator, and accounts for what a body did with them.
final class CaseRunner<Value> {
  typealias Execution = Engine<Value>.Execution

  /// A case before its body runs.
  struct Prepared {
    let value: Value
    fileprivate let made: Shrinker.Made
    fileprivate let request: Engine<Value>.Request
    fileprivate let generation: Duration
    fileprivate let bodyStart: ContinuousClock.Instant?
  }

  enum Preparation {
    case ready(Prepared)
    case finished(Execution)
  }

  private let generator: Generator<Value>
  private let source: ChoiceSource
  let test = TestCase()
  private let seed: UInt64
  private let property: UInt64
  private let isTiming: Bool
  private let clock = ContinuousClock()
  private var made = 0

  init(_ generator: Generator<Value>, _ settings: Settings, property: UInt64) {
    self.generator = generator
    seed = settings.seed
    self.property = property
    isTiming = settings.observations != nil
    source = ChoiceSource(limit: settings.maximumChoices)
  }

  /// Points the source at a case.
  private func begin(_ request: Engine<Value>.Request) {
    switch request {
    case .fresh(0, _):
      // The first case of all is the simplest.
      source.begin(replaying: [])
    case .fresh(let number, let isRecording):
      source.begin(
        Philox(seed: seed, property: property, case: number), size: Int(number % 100) + 1,
        isRecording: isRecording)
    case .replay(let choices): source.begin(replaying: choices)
    case .sparse(let number):
      source.begin(
        Philox(seed: seed, property: property, case: number, stream: 2),
        size: Int(number % 40) + 1, isRecording: true, isSparse: true)
    case .extend(let choices, let words): source.begin(replaying: choices, then: words)
    }
  }

  /// Makes a case, and asks whether its body is to run.
  func prepare(
    _ request: Engine<Value>.Request, _ wants: (Shrinker.Made) -> Bool
  ) -> Preparation {
    begin(request)
    made += 1
    let times = isTiming || made <= 10
    let start = times ? clock.now : nil
    let value: Value
    do {
      value = try generator.make(source)
    } catch {
      return .finished(Execution(status: .rejected(error), generation: elapsed(start)))
    }
    let generation = elapsed(start)
    let made = Shrinker.Made(nodes: source.nodes, spans: source.spans)
    guard wants(made) else {
      return .finished(
        Execution(status: .skipped, value: value, nodes: made.nodes, spans: made.spans))
    }
    return .ready(
      Prepared(
        value: value, made: made, request: request, generation: generation,
        bodyStart: times ? clock.now : nil))
  }

  /// What became of a case whose body threw an error, or none.
  func finish(_ prepared: Prepared, _ error: (any Error)?) -> Execution {
    let body = elapsed(prepared.bodyStart)
    let status: Execution.Status =
      switch error {
      case nil: .passed
      case let discard as Discard: .discarded(discard.reason)
      case let error?: .failed(Violation(error))
      }
    let said = test.take()
    var made = prepared.made
    if let scores = said?.scores, !scores.isEmpty, !source.isRecording {
      // A search begins at the choices of a high score.
      if case .fresh(let number, _) = prepared.request {
        begin(.fresh(number, isRecording: true))
        if (try? generator.make(source)) != nil {
          made = Shrinker.Made(nodes: source.nodes, spans: source.spans)
        }
      }
    }
    return Execution(
      status: status, value: prepared.value, nodes: made.nodes, spans: made.spans, said: said,
      generation: prepared.generation, body: body)
  }

  /// Makes a case and runs a body on it.
  func execute(
    _ request: Engine<Value>.Request, _ wants: (Shrinker.Made) -> Bool,
    _ body: (Value, TestCase) throws -> Void
  ) -> Execution {
    switch prepare(request, wants) {
    case .finished(let execution): return execution
    case .ready(let prepared):
      do {
        try body(prepared.value, test)
        return finish(prepared, nil)
      } catch {
        return finish(prepared, error)
      }
    }
  }

  private func elapsed(_ start: ContinuousClock.Instant?) -> Duration {
    start.map { clock.now - $0 } ?? .zero
  }
}
