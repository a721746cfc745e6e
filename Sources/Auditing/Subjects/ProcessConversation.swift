internal import Diagnostics
internal import Numbers
internal import Processes

/// Requests to a subject process and their answers, each checked for order and shape.
///
/// Every method throws `SubjectProtocolFault`, or `SubjectFault` where the subject refuses in good order.
final class ProcessConversation {
  private let process: any WireChannel
  private let timeLimit: Double
  private var nextID = 1
  private var transcript: [String] = []

  init(_ process: any WireChannel, timeLimit: Double) {
    self.process = process
    self.timeLimit = timeLimit
  }

  func end() { process.end() }

  /// A fault, with what led to it.
  func fault(_ kind: SubjectProtocolFault.Kind, _ reason: String) -> SubjectProtocolFault {
    var lines = transcript
    let error = process.errorText.split(separator: "\n").suffix(6)
    if !error.isEmpty { lines.append("standard error: " + error.joined(separator: " | ")) }
    return SubjectProtocolFault(kind: kind, reason: reason, transcript: lines)
  }

  private func note(_ line: String) {
    let shown = line.count <= 240 ? line : "\(line.prefix(200)) … (\(line.utf8.count) bytes)"
    transcript.append(shown)
    if transcript.count > 8 { transcript.removeFirst() }
  }

  /// One exchange. The answer is an object.
  private func ask(
    _ text: String, keeping kept: Set<String> = [], within timeLimit: Double? = nil
  ) throws(SubjectProtocolFault) -> JSONLine {
    let timeLimit = timeLimit ?? self.timeLimit
    note("→ \(text)")
    let bytes: [UInt8]
    do {
      bytes = try process.answer(to: Array(text.utf8), within: timeLimit)
    } catch {
      switch error {
      case .ended(let how): throw fault(.died, "instead of answering, \(how)")
      case .late(let seconds): throw fault(.hung, "no answer in \(shortened(seconds)) s")
      case .long(let bytes): throw fault(.flooded, "an answer of more than \(bytes >> 20) MiB")
      case .cancelled: throw fault(.retired, "the audit was interrupted")
      case .system(let reason): throw fault(.died, reason)
      }
    }
    note("← \(String(decoding: bytes.prefix(400), as: UTF8.self))")
    let line: JSONLine
    do {
      line = try JSONLine(bytes, keeping: kept)
    } catch {
      throw fault(.garbage, error.message)
    }
    guard line.value.object != nil else { throw fault(.garbage, "the answer is no object") }
    return line
  }

  /// A request to a subject of this process, whose answer bears its number.
  private func ask(
    _ operation: String, id: Int, _ members: [String: JSONValue] = [:], text: String = "",
    keeping kept: Set<String> = []
  ) throws -> JSONLine {
    var all = members
    all["op"] = .string(operation)
    all["id"] = .integer(id)
    var request = JSONValue.object(all).lineText
    if !text.isEmpty { request = "\(request.dropLast()),\(text)}" }
    let line = try ask(request, keeping: kept)
    guard line.value["id"]?.int == id else {
      throw fault(
        .order,
        "the answer bears the id \((line.value["id"] ?? .null).lineText.prefix(40)), not \(id)")
    }
    if let error = line.value["error"] {
      throw SubjectFault(step: nil, reason: String((error.string ?? error.lineText).prefix(400)))
    }
    return line
  }

  /// The greeting. It has three times as long as other answers: an interpreter starts, and imports.
  func hello() throws(SubjectProtocolFault) -> JSONValue {
    try ask(#"{"op":"hello","version":1}"#, within: 3 * timeLimit).value
  }

  /// - Returns: the number of the new subject.
  func open(_ groups: [Scenario.Group], hyperparameters: [JSONValue]) throws -> Int {
    let id = nextID
    nextID += 1
    let list = zip(groups, hyperparameters).map { group, own -> JSONValue in
      var members: [String: JSONValue] = [
        "parameters": .array(group.parameters.map { JSONValue($0) })
      ]
      if own != [:] { members["hyperparameters"] = own }
      return .object(members)
    }
    _ = try ask("open", id: id, ["groups": .array(list)])
    return id
  }

  func set(_ id: Int, group: Int, _ hyperparameters: JSONValue) throws {
    _ = try ask("set", id: id, ["group": .integer(group), "hyperparameters": hyperparameters])
  }

  func close(_ id: Int) throws { _ = try ask("close", id: id) }

  /// - Returns: the state as the subject wrote it.
  func save(_ id: Int) throws -> String {
    let line = try ask("save", id: id, keeping: ["state"])
    guard let state = line.texts["state"] else { throw fault(.shape, "the answer has no `state`") }
    return state
  }

  func load(_ state: String) throws -> Int {
    let id = nextID
    nextID += 1
    _ = try ask("load", id: id, text: "\"state\":\(state)")
    return id
  }

  /// One step; the parameters after it, and the gradients as the subject left them.
  func step(
    _ id: Int, _ step: Scenario.Step, shapedLike groups: [Scenario.Group]
  ) throws -> (parameters: [[[Double]]], gradients: [[[Double]?]]) {
    let value = try ask("step", id: id, Self.members(of: step)).value
    let parameters = try tensors(value["parameters"], like: groups, "parameters")
    guard let lists = value["gradients"]?.array, lists.count == groups.count else {
      throw fault(.shape, "`gradients` does not hold one list for each of \(groups.count) groups")
    }
    var gradients: [[[Double]?]] = []
    for (list, group) in zip(lists, groups) {
      guard let own = list.array, own.count == group.parameters.count else {
        throw fault(
          .shape,
          "`gradients` does not hold one entry for each of \(group.parameters.count) tensors")
      }
      gradients.append(
        try zip(own, group.parameters).map { entry, tensor in
          entry == .null ? nil : try numbers(entry, count: tensor.count, "gradients")
        })
    }
    return (parameters, gradients)
  }

  /// Many steps at once; the parameters after each.
  ///
  /// - Parameter changes: hyper-parameters to set before each step, by group, under the subject's names.
  func run(
    _ id: Int, _ steps: some Collection<Scenario.Step>, changes: [[Int: JSONValue]],
    shapedLike groups: [Scenario.Group]
  ) throws -> [[[[Double]]]] {
    let list = zip(steps, changes).map { step, changes -> JSONValue in
      var members = Self.members(of: step)
      if !changes.isEmpty {
        members["set"] = .array(
          changes.sorted { $0.key < $1.key }.map {
            ["group": .integer($0.key), "hyperparameters": $0.value]
          })
      }
      return .object(members)
    }
    let value = try ask("run", id: id, ["steps": .array(list)]).value
    guard let trajectory = value["trajectory"]?.array else {
      throw fault(.shape, "the answer has no `trajectory`")
    }
    guard trajectory.count == steps.count else {
      throw fault(
        .shape, "a trajectory of \(trajectory.count) steps, where \(steps.count) were made")
    }
    return try trajectory.map { try tensors($0, like: groups, "trajectory") }
  }

  private static func members(of step: Scenario.Step) -> [String: JSONValue] {
    var members: [String: JSONValue] = [
      "gradients": .array(
        step.gradients.map { group in .array(group.map { $0.map { JSONValue($0) } ?? .null }) })
    ]
    if let loss = step.loss { members["loss"] = JSONValue(loss) }
    return members
  }

  /// The values of all tensors of all groups.
  private func tensors(
    _ json: JSONValue?, like groups: [Scenario.Group], _ name: String
  ) throws(SubjectProtocolFault) -> [[[Double]]] {
    guard let lists = json?.array, lists.count == groups.count else {
      throw fault(.shape, "`\(name)` does not hold one list for each of \(groups.count) groups")
    }
    var values: [[[Double]]] = []
    for (list, group) in zip(lists, groups) {
      guard let own = list.array, own.count == group.parameters.count else {
        throw fault(
          .shape,
          "`\(name)` does not hold one list for each of \(group.parameters.count) tensors")
      }
      var tensors: [[Double]] = []
      for (entry, tensor) in zip(own, group.parameters) {
        tensors.append(try numbers(entry, count: tensor.count, name))
      }
      values.append(tensors)
    }
    return values
  }

  private func numbers(
    _ json: JSONValue, count: Int, _ name: String
  ) throws(SubjectProtocolFault) -> [Double] {
    guard let elements = json.array, elements.count == count else {
      let found = json.array.map { "\($0.count) values" } ?? String(json.lineText.prefix(40))
      throw fault(.shape, "`\(name)` holds \(found) for a tensor of \(count)")
    }
    var values: [Double] = []
    for element in elements {
      guard let value = element.double else {
        throw fault(
          .shape, "`\(name)` holds \(element.lineText.prefix(40)), which is no number")
      }
      values.append(value)
    }
    return values
  }
}
