internal import Diagnostics

extension PythonReproduction {
  /// Runs of a class with torch's interface.
  func torchLines(_ runs: [Scenario], printsGradients: Bool) -> [String] {
    let start = ["import torch; from \(module) import \(name)"]
    let suffix = printsGradients ? ".grad" : ""
    return start
      + (runs.allSatisfy(hasOneTensor) ? oneTensor(runs, suffix) : several(runs, suffix))
  }

  private func hasOneTensor(_ scenario: Scenario) -> Bool {
    scenario.groups.count == 1 && scenario.groups[0].parameters.count == 1
      && scenario.steps.allSatisfy {
        $0.changes.isEmpty && !$0.reloads && $0.gradients[0][0] != nil
      }
  }

  /// The arguments after the parameters.
  private var rest: String { arguments.isEmpty ? "" : ", \(arguments)" }

  private func tensor(_ text: String, isParameter: Bool = false) -> String {
    "torch.tensor(\(text), dtype=torch.\(format)\(isParameter ? ", requires_grad=True" : ""))"
  }

  /// What an optimizer of `theta` is made of, where its group has settings of its own.
  private func parameters(_ own: JSONValue) -> String {
    guard let members = own.object, !members.isEmpty else { return "[theta]" }
    let texts = members.sorted { $0.key < $1.key }.map {
      "\"\($0.key)\": \(Self.literal($0.value))"
    }
    return "[{\"params\": [theta], \(texts.joined(separator: ", "))}]"
  }

  private func gradients(_ scenario: Scenario) -> String {
    Self.list(scenario.steps.map { literal(tensor: $0.gradients[0][0] ?? []) })
  }

  private func oneTensor(_ runs: [Scenario], _ suffix: String) -> [String] {
    let step =
      "theta.grad = \(tensor("gradient")); optimizer.step(); print(theta\(suffix).tolist())"
    func made(_ start: String, _ own: JSONValue) -> String {
      "theta = \(tensor(start, isParameter: true)); optimizer = \(name)(\(parameters(own))\(rest))"
    }
    if runs.count == 1 {
      return [
        made(literal(tensor: runs[0].groups[0].parameters[0]), settings(of: runs[0]).groups[0]),
        "for gradient in \(gradients(runs[0])):", "    \(step)",
      ]
    }
    let own = runs.map { settings(of: $0).groups[0] }
    let isAlike = own.allSatisfy { $0 == own[0] }
    let cases = zip(runs, own).map { run, own in
      var parts = [literal(tensor: run.groups[0].parameters[0]), gradients(run)]
      if !isAlike { parts.append(Self.literal(own)) }
      return "(\(parts.joined(separator: ", ")))"
    }
    let maker =
      isAlike
      ? made("start", own[0])
      : "theta = \(tensor("start", isParameter: true));"
        + " optimizer = \(name)([{\"params\": [theta], **own}]\(rest))"
    return [
      "for start, gradients\(isAlike ? "" : ", own") in [\(cases.joined(separator: ", "))]:",
      "    \(maker)", "    for gradient in gradients:", "        \(step)",
    ]
  }

  private func several(_ runs: [Scenario], _ suffix: String) -> [String] {
    let reloads = runs.contains { $0.steps.contains(where: \.reloads) }
    let changes = runs.contains { $0.steps.contains { !$0.changes.isEmpty } }
    var lines = [
      "def run(groups, hyperparameters, steps):",
      "    theta = [[\(tensor("x", isParameter: true)) for x in g] for g in groups]",
      "    make = lambda: \(name)([{\"params\": t, **h} for t, h in zip(theta, hyperparameters)]"
        + "\(rest))",
      "    optimizer = make()",
      "    for gradients\(changes ? ", changes" : "")\(reloads ? ", reloads" : "") in steps:",
    ]
    if reloads {
      lines.append(
        "        if reloads: old, optimizer = optimizer, make();"
          + " optimizer.load_state_dict(old.state_dict())")
    }
    if changes {
      lines.append(
        "        for group, values in changes.items(): optimizer.param_groups[group].update(values)"
      )
    }
    lines += [
      "        for t, g in zip(sum(theta, []), sum(gradients, [])):"
        + " t.grad = None if g is None else \(tensor("g"))",
      "        optimizer.step(); print([[t\(suffix).tolist() for t in g] for g in theta])",
    ]
    for scenario in runs {
      let (groups, sets) = settings(of: scenario)
      let steps = zip(scenario.steps, sets).map { step, sets in
        var parts = [
          Self.nested(step.gradients.map { $0.map { $0.map(literal(tensor:)) ?? "None" } })
        ]
        if changes {
          let own = sets.sorted { $0.key < $1.key }.map { "\($0.key): \(Self.literal($0.value))" }
          parts.append("{\(own.joined(separator: ", "))}")
        }
        if reloads { parts.append(step.reloads ? "True" : "False") }
        return parts.count == 1 ? parts[0] : "(\(parts.joined(separator: ", ")))"
      }
      let starts = Self.nested(scenario.groups.map { $0.parameters.map(literal(tensor:)) })
      lines.append(
        "run(\(starts), \(Self.literal(.array(groups))), \(Self.list(steps)))")
    }
    return lines
  }

  private static func nested(_ texts: [[String]]) -> String {
    "[\(texts.map { "[\($0.joined(separator: ", "))]" }.joined(separator: ", "))]"
  }
}
