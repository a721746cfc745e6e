internal import Diagnostics
internal import Numbers
internal import Properties

/// Writes runs of a subject behind the bridge as a short Python program that needs nothing but the subject's
/// own library.
struct PythonReproduction {
  private let framework: String
  /// `torch.optim` and `Adam`.
  let module: String
  let name: String
  /// What the command gave, as Python writes arguments.
  let arguments: String
  /// What has to be said before the module is imported: names of an old framework, under which the module
  /// looks for its own.
  let preparation: [String]
  /// Whether the subject takes its tensors as matrices.
  let takesMatrices: Bool
  private let executor: ProcessExecutor

  /// Nil where the subject is none of the bridge's.
  init?(_ executor: ProcessExecutor) {
    guard let python = (try? executor.process.greeting.get())?.python,
      let framework = python["framework"]?.string, let target = python["target"]?.string
    else { return nil }
    preparation = python["preparation"]?.array?.compactMap(\.string) ?? []
    takesMatrices = python["matrices"]?.bool ?? false
    let separator = target.lastIndex(of: ":") ?? target.lastIndex(of: ".")
    guard let separator, target.unicodeScalars.allSatisfy({ Self.isOfPath($0) }) else { return nil }
    self.framework = framework
    self.executor = executor
    module = String(target[..<separator])
    name = String(target[target.index(after: separator)...])
    let given = python["arguments"]?.object ?? [:]
    guard given.keys.allSatisfy({ $0.unicodeScalars.allSatisfy(Self.isOfPath) }) else { return nil }
    arguments = given.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.literal($0.value))" }
      .joined(separator: ", ")
  }

  private static func isOfPath(_ scalar: UnicodeScalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      || "_.:".unicodeScalars
        .contains(scalar)
  }

  /// A program that makes the runs and prints the parameters after every step.
  ///
  /// - Parameters:
  ///   - conclusion: what is wrong with them, for a comment at the end.
  ///   - printsGradients: whether the gradients that each step leaves are what is wrong.
  func text(
    of runs: [Scenario], conclusion: String, printsGradients: Bool = false
  ) -> String? {
    guard !runs.isEmpty else { return nil }
    let runs = runs.map(\.withoutFirstChange)
    let lines: [String]? =
      switch framework {
      case "torch": torchLines(runs, printsGradients: printsGradients)
      case "optax": optaxLines(runs)
      case "plain", "plain-numpy": plain(runs)
      default: nil
      }
    return lines.map {
      ($0 + ["# \(conclusion.replacing("\n", with: " "))"]).joined(separator: "\n")
    }
  }

  /// The hyper-parameters of each group under the subject's names, and what each step sets.
  func settings(
    of scenario: Scenario
  ) -> (groups: [JSONValue], changes: [[Int: JSONValue]]) {
    var wire = WireState(executor, scenario)
    return (wire.starts, scenario.steps.map { wire.changes(of: $0) })
  }

  /// The format of the numbers, as torch and numpy call it.
  var format: String { executor.arithmetic.rawValue }

  // MARK: Plain classes

  private func plain(_ runs: [Scenario]) -> [String]? {
    let single = runs.flatMap { scenario in
      scenario.groups.indices.map { scenario.keeping(group: $0) }
    }
    let isNumpy = framework == "plain-numpy"
    func literal(_ tensors: [[Double]]) -> String {
      let text = tensors.map { Self.literal(JSONValue($0)) }
      return
        "[\((isNumpy ? text.map { "numpy.array(\($0), float)" } : text).joined(separator: ", "))]"
    }
    var lines = [(isNumpy ? "import numpy; " : "") + "from \(module) import \(name)"]
    for scenario in single {
      guard
        scenario.steps.allSatisfy({ step in
          step.changes.isEmpty && !step.reloads && step.gradients[0].allSatisfy { $0 != nil }
        })
      else { return nil }
      let group = settings(of: scenario).groups[0]
      let values =
        group.object?.isEmpty == false
        ? "**{**dict(\(arguments)), **\(Self.literal(group))}" : arguments
      let steps = scenario.steps.map { literal($0.gradients[0].compactMap(\.self)) }
      lines += [
        "theta = \(literal(scenario.groups[0].parameters)); optimizer = \(name)(\(values))",
        "for gradients in \(Self.list(steps)):",
        "    new = optimizer.step(theta, gradients); theta = theta if new is None else new;"
          + " print(theta)",
      ]
    }
    return lines
  }

  /// A value as Python writes it.
  static func literal(_ value: JSONValue) -> String {
    switch value {
    case .null: "None"
    case .bool(let flag): flag ? "True" : "False"
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .string(let text):
      switch text {
      case "NaN", "Infinity", "-Infinity": "float(\"\(text)\")"
      default: JSONValue.string(text).text(isIndented: false)
      }
    case .array(let values): "[\(values.map(literal).joined(separator: ", "))]"
    case .object(let members):
      "{"
        + members.sorted { $0.key < $1.key }
        .map { "\(literal(.string($0.key))): \(literal($0.value))" }.joined(separator: ", ") + "}"
    }
  }

  /// A list of texts as Python writes it, with like neighbours said once.
  static func list(_ items: [String]) -> String {
    var parts: [String] = []
    var open: [String] = []
    var index = 0
    while index < items.count {
      let count = items[index...].prefix { $0 == items[index] }.count
      if count > 3 {
        if !open.isEmpty { parts.append("[\(open.joined(separator: ", "))]") }
        open = []
        parts.append("[\(items[index])] * \(count)")
        index += count
      } else {
        open.append(items[index])
        index += 1
      }
    }
    if !open.isEmpty || parts.isEmpty { parts.append("[\(open.joined(separator: ", "))]") }
    return parts.joined(separator: " + ")
  }

  /// The values of a tensor, in the shape in which the subject has it.
  func literal(tensor values: [Double]) -> String {
    guard takesMatrices else { return Self.literal(JSONValue(values)) }
    // The bridge's rule: as many rows as divide the count, up to its root.
    let rows = (1...values.count).last { $0 * $0 <= values.count && values.count % $0 == 0 } ?? 1
    let columns = values.count / rows
    return Self.literal(
      .array((0..<rows).map { JSONValue(Array(values[($0 * columns)..<(($0 + 1) * columns)])) }))
  }
}

extension Scenario {
  /// The same run with what is set before its first step set from the start.
  fileprivate var withoutFirstChange: Scenario {
    guard let first = steps.first, !first.changes.isEmpty else { return self }
    var result = self
    for (group, values) in first.changes {
      result.groups[group].hyperparameters.merge(values, uniquingKeysWith: { $1 })
    }
    result.steps[0].changes = [:]
    return result
  }
}
