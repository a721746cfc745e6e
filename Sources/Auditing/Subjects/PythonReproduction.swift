internal import Diagnostics
internal import Numbers

/// Writes runs of a subject behind the bridge as a short Python program that needs nothing but the subject's
/// own library.
struct PythonReproduction {
  private let framework: String
  /// `torch.optim` and `Adam`.
  private let module: String
  private let name: String
  /// What the command gave, as Python writes arguments.
  private let arguments: String
  private let executor: ProcessExecutor

  /// Nil where the subject is none of the bridge's.
  init?(_ executor: ProcessExecutor) {
    guard let python = (try? executor.process.greeting.get())?.python,
      let framework = python["framework"]?.string, let target = python["target"]?.string
    else { return nil }
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
  /// - Parameter conclusion: what is wrong with them, for a comment at the end.
  func text(of runs: [Scenario], conclusion: String) -> String? {
    guard !runs.isEmpty else { return nil }
    let lines: [String]? =
      switch framework {
      case "torch": torch(runs)
      case "optax": optax(runs)
      case "plain", "plain-numpy": plain(runs)
      default: nil
      }
    return lines.map {
      ($0 + ["# \(conclusion.replacing("\n", with: " "))"]).joined(separator: "\n")
    }
  }

  /// The hyper-parameters of each group under the subject's names, and what each step sets.
  private func settings(
    of scenario: Scenario
  ) -> (groups: [JSONValue], changes: [[Int: JSONValue]]) {
    var wire = WireState(executor, scenario)
    return (wire.starts, scenario.steps.map { wire.changes(of: $0) })
  }

  private func hasOneTensor(_ scenario: Scenario) -> Bool {
    scenario.groups.count == 1 && scenario.groups[0].parameters.count == 1
      && scenario.steps.allSatisfy {
        $0.changes.isEmpty && !$0.reloads && $0.gradients[0][0] != nil
      }
  }

  // MARK: torch

  private func torch(_ runs: [Scenario]) -> [String] {
    var lines = ["import torch; from \(module) import \(name)"]
    let rest = arguments.isEmpty ? "" : ", \(arguments)"
    if runs.count == 1, hasOneTensor(runs[0]) {
      let group = settings(of: runs[0]).groups[0]
      let start = Self.literal(JSONValue(runs[0].groups[0].parameters[0]))
      let own = group.object?.isEmpty == false ? ", **\(Self.literal(group))" : ""
      let gradients = runs[0].steps.map { JSONValue($0.gradients[0][0] ?? []) }
      return lines + [
        "theta = torch.tensor(\(start), dtype=torch.float64, requires_grad=True)",
        "optimizer = \(name)([{\"params\": [theta]\(own)}]\(rest))",
        "for gradient in \(Self.literal(.array(gradients))):",
        "    theta.grad = torch.tensor(gradient, dtype=torch.float64); optimizer.step();"
          + " print(theta.tolist())",
      ]
    }
    let reloads = runs.contains { $0.steps.contains(where: \.reloads) }
    lines += [
      "def run(groups, hyperparameters, steps):",
      "    theta = [[torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in g]"
        + " for g in groups]",
      "    make = lambda: \(name)([{\"params\": t, **h} for t, h in zip(theta, hyperparameters)]"
        + "\(rest))",
      "    optimizer = make()",
      "    for gradients, changes\(reloads ? ", reloads" : "") in steps:",
    ]
    if reloads {
      lines.append(
        "        if reloads: old, optimizer = optimizer, make();"
          + " optimizer.load_state_dict(old.state_dict())")
    }
    lines += [
      "        for group, values in changes.items(): optimizer.param_groups[group].update(values)",
      "        for t, g in zip(sum(theta, []), sum(gradients, [])):"
        + " t.grad = None if g is None else torch.tensor(g, dtype=torch.float64)",
      "        optimizer.step(); print([[t.tolist() for t in g] for g in theta])",
    ]
    for scenario in runs {
      let (groups, changes) = settings(of: scenario)
      let steps = zip(scenario.steps, changes).map { step, changes in
        let gradients = Self.literal(
          .array(step.gradients.map { .array($0.map { $0.map { JSONValue($0) } ?? .null }) }))
        let own = changes.sorted { $0.key < $1.key }.map { "\($0.key): \(Self.literal($0.value))" }
        let reload = reloads ? (step.reloads ? ", True" : ", False") : ""
        return "(\(gradients), {\(own.joined(separator: ", "))}\(reload))"
      }
      let starts = JSONValue.array(
        scenario.groups.map { .array($0.parameters.map { JSONValue($0) }) })
      lines.append(
        "run(\(Self.literal(starts)), \(Self.literal(.array(groups))),"
          + " [\(steps.joined(separator: ", "))])")
    }
    return lines
  }

  // MARK: optax

  /// Groups are transformations of their own.
  private func optax(_ runs: [Scenario]) -> [String]? {
    let single = runs.flatMap { scenario in
      scenario.groups.indices.map { scenario.keeping(group: $0) }
    }
    guard
      single.allSatisfy({ scenario in
        scenario.steps.allSatisfy { step in
          !step.reloads && step.gradients[0].allSatisfy { $0 != nil }
        }
      })
    else { return nil }
    let changes = single.contains { $0.steps.contains { !$0.changes.isEmpty } }
    let head = [
      "import jax; jax.config.update(\"jax_enable_x64\", True); import optax;"
        + " from \(module) import \(name)"
    ]
    func made(_ group: JSONValue) -> String {
      var values = arguments
      if group.object?.isEmpty == false {
        // What the group sets comes after what the command gave.
        values = "**{**dict(\(arguments)), **\(Self.literal(group))}"
      }
      return (changes ? "optax.inject_hyperparams(\(name))" : name) + "(\(values))"
    }
    let takesLoss = single.contains { $0.steps.contains { $0.loss != nil } }
    let value = takesLoss ? ", value=loss" : ""
    var lines = head
    for scenario in single {
      let (groups, sets) = settings(of: scenario)
      let start = scenario.groups[0].parameters
      let isOne = start.count == 1
      func literal(_ tensors: [[Double]]) -> String {
        isOne
          ? Self.literal(JSONValue(tensors[0]))
          : Self.literal(.array(tensors.map { JSONValue($0) }))
      }
      func array(_ text: String) -> String {
        isOne
          ? "jax.numpy.array(\(text), float)" : "[jax.numpy.array(x, float) for x in \(text)]"
      }
      let steps = zip(scenario.steps, sets).map { step, sets in
        var parts = [literal(step.gradients[0].compactMap(\.self))]
        if takesLoss { parts.append(Self.literal(JSONValue(step.loss ?? 0))) }
        if changes { parts.append(Self.literal(sets[0] ?? [:])) }
        return parts.count == 1 ? parts[0] : "(\(parts.joined(separator: ", ")))"
      }
      let names =
        "gradient" + (takesLoss ? ", loss" : "") + (changes ? ", changes" : "")
      lines += [
        "theta = \(array(literal(start))); optimizer = \(made(groups[0]));"
          + " state = optimizer.init(theta)",
        "for \(names) in [\(steps.joined(separator: ", "))]:",
      ]
      if changes {
        lines.append(
          "    state.hyperparams.update({k: jax.numpy.array(v, float) for k, v in changes.items()})"
        )
      }
      lines += [
        "    updates, state = optimizer.update(\(array("gradient")), state, theta\(value))",
        "    theta = optax.apply_updates(theta, updates); print(theta)",
      ]
    }
    return lines
  }

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
        "for gradients in [\(steps.joined(separator: ", "))]:",
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
}
