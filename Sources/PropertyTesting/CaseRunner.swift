internal import Numbers

/// Makes cases of one generator and runs a body on them, one at a time.
final class CaseRunner<Value> {
  typealias Body = (Value, TestCase) throws -> Void

  private let generator: Generator<Value>
  private let body: Body
  private let source: ChoiceSource
  private let test = TestCase()
  private let seed: UInt64
  private let property: UInt64
  private let isTiming: Bool
  private let clock = ContinuousClock()
  private var made = 0

  init(_ generator: Generator<Value>, _ settings: Settings, property: UInt64, body: @escaping Body)
  {
    self.generator = generator
    self.body = body
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
    case .extend(let choices, let words): source.begin(replaying: choices, then: words)
    }
  }

  func execute(
    _ request: Engine<Value>.Request, _ wants: (Shrinker.Made) -> Bool
  ) -> Engine<Value>.Execution {
    begin(request)
    made += 1
    let times = isTiming || made <= 10
    let start = times ? clock.now : nil
    let value: Value
    do {
      value = try generator.make(source)
    } catch {
      return .init(status: .rejected(error), generation: elapsed(start))
    }
    let generation = elapsed(start)
    let recorded = Shrinker.Made(nodes: source.nodes, spans: source.spans)
    guard wants(recorded) else {
      return .init(status: .skipped, value: value, nodes: recorded.nodes, spans: recorded.spans)
    }
    let bodyStart = times ? clock.now : nil
    let status: Engine<Value>.Execution.Status
    do {
      try body(value, test)
      status = .passed
    } catch let discard as Discard {
      status = .discarded(discard.reason)
    } catch {
      status = .failed(Violation(error))
    }
    var said = test.take()
    var (nodes, spans) = (recorded.nodes, recorded.spans)
    if let scores = said?.scores, !scores.isEmpty, !source.isRecording {
      // A search begins at the choices of a high score.
      begin(recording(request))
      if (try? generator.make(source)) != nil { (nodes, spans) = (source.nodes, source.spans) }
    }
    if case .passed = status, said?.labels.isEmpty == true, said?.scores.isEmpty == true,
      said?.requirements.isEmpty == true, !isTiming
    {
      said = nil
    }
    return .init(
      status: status, value: value, nodes: nodes, spans: spans, said: said,
      generation: generation, body: elapsed(bodyStart))
  }

  private func recording(_ request: Engine<Value>.Request) -> Engine<Value>.Request {
    if case .fresh(let number, _) = request { return .fresh(number, isRecording: true) }
    return request
  }

  private func elapsed(_ start: ContinuousClock.Instant?) -> Duration {
    start.map { clock.now - $0 } ?? .zero
  }
}
