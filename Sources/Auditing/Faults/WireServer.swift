internal import Diagnostics
internal import Foundation
internal import Numbers
internal import Processes
internal import Synchronization

/// What answers a request with a line.
protocol WireChannel: Sendable {
  func answer(to line: [UInt8], within seconds: Double) throws(LineProcess.Failure) -> [UInt8]
  /// The last of what it wrote beside its answers.
  var errorText: String { get }
  func end()
}

extension LineProcess: WireChannel {}

/// The wire protocol's other side within this process: a text run as a program would run it, with one fault
/// of its driver, or of its manners.
final class WireServer: WireChannel {
  struct Faults: Sendable {
    var driver: DriverFault?
    var wire: WireFault?
    /// Whether the steps are to climb.
    var maximizes = false
  }

  private struct Subject: Sendable {
    var run: TextRun
    var groups: [Scenario.Group]
    /// By group and tensor.
    var lastGradients: [[[Double]?]]
    var steps = 0
    var pending: [(group: Int, values: [String: Rational])] = []
    var creep = 1.0
    var shown: [[[Double]]]
  }

  private struct State: Sendable {
    var subjects: [Int: Subject] = [:]
    var requests = 0
    var stepsEver = 0
  }

  private let text: TextRule
  private let faults: Faults
  private let state = Mutex(State())
  let errorText = ""

  init(_ text: TextRule, _ faults: Faults) {
    self.text = text
    self.faults = faults
  }

  func end() {}

  func answer(to line: [UInt8], within seconds: Double) throws(LineProcess.Failure) -> [UInt8] {
    guard let request = try? JSONLine(line).value, let operation = request["op"]?.string else {
      throw .ended(how: "it met a request that is none")
    }
    let isGreeting = operation == "hello"
    switch faults.wire {
    case .silent where !isGreeting: throw .late(seconds: seconds)
    case .dead: throw .ended(how: "it ended with status 3")
    case .deadInStep where ["step", "run"].contains(operation):
      throw .ended(how: "it was killed by signal 11")
    case .flood where !isGreeting: throw .long(bytes: LineProcess.standardLineLimit)
    case .garbage where !isGreeting: return Array("<html>not found</html>".utf8)
    case .list where !isGreeting: return Array("[1, 2, 3]".utf8)
    default: break
    }
    var answer = state.withLock { state in
      state.requests += 1
      return self.answer(operation, request, &state)
    }
    if !isGreeting {
      switch faults.wire {
      case .order: answer["id"] = .integer((request["id"]?.int ?? 0) + 7)
      case .noID: answer["id"] = nil
      case .empty: answer = answer.filter { $0.key == "id" }
      default: break
      }
    }
    let bytes = Array(JSONValue.object(answer).lineText.utf8)
    if faults.wire == .truncated, !isGreeting { return Array(bytes.prefix(bytes.count / 2)) }
    return bytes
  }

  private func answer(
    _ operation: String, _ request: JSONValue, _ state: inout State
  ) -> [String: JSONValue] {
    let id = request["id"]?.int ?? 0
    var answer: [String: JSONValue] = ["id": .integer(id)]
    switch operation {
    case "hello": return greeting
    case "open":
      let groups = (request["groups"]?.array ?? []).map { group in
        Scenario.Group(
          parameters: (group["parameters"]?.array ?? []).map(Self.numbers),
          hyperparameters: Self.values(group["hyperparameters"]))
      }
      var run = TextRun(text, groups)
      if faults.driver == .firstSettings {
        for group in groups.indices { run.hyperparameters[group] = run.hyperparameters[0] }
      }
      state.subjects[id] = Subject(
        run: run, groups: groups,
        lastGradients: groups.map { $0.parameters.map { _ in nil } }, shown: run.parameters)
    case "close": state.subjects[id] = nil
    case "set":
      self.set(
        Self.values(request["hyperparameters"]), group: request["group"]?.int ?? 0, id, &state)
    case "save": answer["state"] = state.subjects[id].map(saved) ?? .null
    case "load": state.subjects[id] = loaded(request["state"] ?? .null)
    case "step", "run":
      let steps = operation == "run" ? request["steps"]?.array ?? [] : [request]
      var trajectory: [JSONValue] = []
      for (index, step) in steps.enumerated() {
        for change in step["set"]?.array ?? [] {
          self.set(
            Self.values(change["hyperparameters"]), group: change["group"]?.int ?? 0, id, &state)
        }
        let next = index + 1 < steps.count ? steps[index + 1] : nil
        trajectory.append(
          advance(id, step, next: next, isRun: operation == "run", &state))
      }
      if faults.wire == .short { trajectory = Array(trajectory.dropLast()) }
      if operation == "run" {
        answer["trajectory"] = .array(trajectory)
      } else {
        answer["parameters"] = trajectory.last ?? .null
        answer["gradients"] = returned(request["gradients"] ?? .null)
      }
    default: answer["error"] = .string("there is no request \(operation)")
    }
    return answer
  }

  private var greeting: [String: JSONValue] {
    var hyperparameters: [String: JSONValue] = [:]
    for (name, value) in text.hyperparameters { hyperparameters[name] = JSONValue(Double(value)) }
    if faults.maximizes { hyperparameters["maximize"] = true }
    var capabilities = ["groups", "state", "missing-gradients"]
    if text.requiresLoss { capabilities.append("loss") }
    var answer: [String: JSONValue] = [
      "name": "a text over the wire", "version": faults.wire == .version ? 2 : 1,
      "dtype": "float64", "hyperparameters": .object(hyperparameters),
      "capabilities": JSONValue(capabilities),
    ]
    if faults.wire == .noType { answer["dtype"] = nil }
    return answer
  }

  private func set(
    _ values: [String: Rational], group: Int, _ id: Int, _ state: inout State
  ) {
    guard var subject = state.subjects[id], subject.groups.indices.contains(group) else { return }
    switch faults.driver {
    case .deafSettings: break
    case .lateSettings: subject.pending.append((group, values))
    case .firstSettings:
      if group == 0 {
        for index in subject.groups.indices { subject.run.set(values, group: index) }
      }
    case .commonSettings:
      for index in subject.groups.indices { subject.run.set(values, group: index) }
    default: subject.run.set(values, group: group)
    }
    state.subjects[id] = subject
  }

  /// One step; the parameters after it.
  private func advance(
    _ id: Int, _ step: JSONValue, next: JSONValue?, isRun: Bool, _ state: inout State
  ) -> JSONValue {
    guard var subject = state.subjects[id] else { return .null }
    state.stepsEver += 1
    subject.steps += 1
    let loss = step["loss"]?.double
    var gradients = Self.gradients(step["gradients"])
    if faults.driver == .skippedFirst, subject.steps == 1 {
      gradients = gradients.map { $0.map { $0.map { $0.map { _ in 0 } } } }
    }
    if faults.driver == .peeks, let next {
      for (group, list) in Self.gradients(next["gradients"]).enumerated() {
        for (tensor, own) in list.enumerated() {
          if let own {
            gradients[group][tensor] = gradients[group][tensor].map { now in
              zip(now, own).map { $0 + 1e-3 * $1 }
            }
          }
        }
      }
    }
    var factor = subject.run.factor(gradients, loss: loss)
    if faults.maximizes, faults.driver != .ignoredMaximize { factor = -factor }
    // What is shown is off, so that it shows in steps by signs, too.
    var offset = 0.0
    if faults.driver == .ages { offset = 1e-9 * Double(state.stepsEver) }
    if faults.wire == .inconsistent, isRun { offset = 1e-9 }
    if faults.wire == .entangled { offset = 1e-9 * Double(state.subjects.count - 1) }
    let before = subject.run.parameters
    for group in gradients.indices {
      for tensor in gradients[group].indices {
        self.advance(
          &subject, group, tensor, gradients[group][tensor], factor: factor, loss: loss)
      }
    }
    for (group, values) in subject.pending { subject.run.set(values, group: group) }
    subject.pending = []
    subject.shown = faults.driver == .lagging ? before : subject.run.parameters
    state.subjects[id] = subject
    var shown = subject.shown
    shown = shown.map { $0.map { $0.map { $0 + offset } } }
    if faults.wire == .shape { shown[0][0].append(0) }
    if faults.wire == .words {
      return .array(shown.map { .array($0.map { .array($0.map { _ in "zero" }) }) })
    }
    return .array(shown.map { .array($0.map { JSONValue($0) }) })
  }

  /// One step of a tensor.
  private func advance(
    _ subject: inout Subject, _ group: Int, _ tensor: Int, _ given: [Double]?, factor: Double,
    loss: Double?
  ) {
    var gradient = given
    let last = subject.lastGradients[group][tensor]
    switch faults.driver {
    case .absentAsZero:
      gradient = given ?? subject.run.tensors[group][tensor].parameters.map { _ in 0 }
    case .absentAsLast: gradient = given ?? last
    case .keptGradient:
      gradient = given.map { given in last.map { zip(given, $0).map { $0 + $1 } } ?? given }
    case .normedTensor:
      gradient = given.map { given in
        let norm = given.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return norm > 0 ? given.map { $0 / norm } : given
      }
    default: break
    }
    subject.lastGradients[group][tensor] = given ?? last
    guard let gradient else { return }
    let place: (group: Int, tensor: Int)? =
      switch faults.driver {
      case .sharedTensors where tensor > 0: (group, 0)
      case .sharedGroups where group > 0: (0, tensor)
      default: nil
      }
    let count = gradient.count
    if let place, subject.run.tensors.indices.contains(place.group),
      subject.run.tensors[place.group].indices.contains(place.tensor),
      subject.run.tensors[place.group][place.tensor].slots.count == count
    {
      subject.run.tensors[group][tensor].slots =
        subject.run.tensors[place.group][place.tensor].slots
    }
    var t: Double?
    let own = subject.run.tensors[group][tensor].stepCount + 1
    if faults.driver == .saturatingCounter { t = Double(min(own, 256)) }
    if faults.driver == .countsTensors {
      t = Double(subject.run.tensors.joined().reduce(1) { $0 + $1.stepCount })
    }
    let untouched = subject.run.tensors[group][tensor]
    let rates = subject.run.hyperparameters[group]
    if faults.driver == .creepingRate {
      subject.creep *= 0.999
      subject.run.hyperparameters[group][0] *= subject.creep
    }
    subject.run.advance(
      group: group, tensor: tensor, gradient: gradient.map { factor * $0 }, loss: loss, t: t)
    subject.run.hyperparameters[group] = rates
    if faults.driver == .skippedTail {
      for coordinate in (count / 4 * 4)..<count where count > 4 {
        subject.run.tensors[group][tensor].parameters[coordinate] =
          untouched.parameters[coordinate]
      }
    }
    if faults.driver == .singleState || faults.driver == .shortState {
      let isShort = faults.driver == .shortState
      subject.run.tensors[group][tensor].slots = subject.run.tensors[group][tensor].slots.map {
        $0.map { isShort ? Self.shortened($0) : Double(Float($0)) }
      }
    }
    if let place, subject.run.tensors.indices.contains(place.group),
      subject.run.tensors[place.group].indices.contains(place.tensor),
      subject.run.tensors[place.group][place.tensor].slots.count == count
    {
      subject.run.tensors[place.group][place.tensor].slots =
        subject.run.tensors[group][tensor].slots
    }
  }

  /// The value with the 8 significant bits of bfloat16.
  private static func shortened(_ value: Double) -> Double {
    let bits = Float(value).bitPattern
    let rounded = bits &+ 0x7FFF &+ (bits >> 16 & 1)
    let short = Float(bitPattern: rounded & 0xFFFF_0000)
    return value.isFinite ? Double(short) : value
  }

  private func returned(_ gradients: JSONValue) -> JSONValue {
    guard faults.driver == .mutatedGradient else { return gradients }
    return .array(
      Self.gradients(gradients).map { group in
        .array(group.map { $0.map { JSONValue($0.map { -$0 }) } ?? .null })
      })
  }
}

extension WireServer {
  private func saved(_ subject: Subject) -> JSONValue {
    [
      "hyperparameters": .array(subject.run.hyperparameters.map { JSONValue($0) }),
      "steps": .integer(subject.steps),
      "tensors": .array(
        subject.run.tensors.map { group in
          .array(
            group.map { tensor in
              [
                "parameters": JSONValue(tensor.parameters),
                "slots": .array(tensor.slots.map { JSONValue($0) }),
                "count": .integer(tensor.stepCount),
              ]
            })
        }),
    ]
  }

  private func loaded(_ json: JSONValue) -> Subject {
    let tensors = (json["tensors"]?.array ?? []).map { $0.array ?? [] }
    let groups = tensors.map { group in
      Scenario.Group(parameters: group.map { Self.numbers($0["parameters"] ?? .null) })
    }
    var run = TextRun(text, groups)
    for (group, list) in tensors.enumerated() {
      if faults.driver != .lostSettings, let values = json["hyperparameters"]?.array {
        run.hyperparameters[group] = Self.numbers(values[group])
      }
      for (tensor, own) in list.enumerated() {
        if faults.driver != .lostState {
          run.tensors[group][tensor].slots = (own["slots"]?.array ?? []).map(Self.numbers)
        }
        if faults.driver != .lostCounter {
          run.tensors[group][tensor].stepCount = own["count"]?.int ?? 0
        }
      }
    }
    return Subject(
      run: run, groups: groups, lastGradients: groups.map { $0.parameters.map { _ in nil } },
      steps: json["steps"]?.int ?? 0, shown: run.parameters)
  }

  private static func numbers(_ json: JSONValue) -> [Double] {
    (json.array ?? []).map { $0.double ?? .nan }
  }

  private static func gradients(_ json: JSONValue?) -> [[[Double]?]] {
    (json?.array ?? []).map { ($0.array ?? []).map { $0 == .null ? nil : numbers($0) } }
  }

  private static func values(_ json: JSONValue?) -> [String: Rational] {
    (json?.object ?? [:]).compactMapValues { $0.double.flatMap { Rational(exactly: $0) } }
  }
}
