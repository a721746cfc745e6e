internal import Diagnostics

extension PythonReproduction {
  /// Groups are transformations of their own.
  func optaxLines(_ runs: [Scenario]) -> [String]? {
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
    let first = ["import jax", "jax.config.update(\"jax_enable_x64\", True)"] + preparation
    let head = [
      (first + ["import optax", "from \(module) import \(name)"]).joined(separator: "; ")
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
          ? self.literal(tensor: tensors[0])
          : "[\(tensors.map(self.literal(tensor:)).joined(separator: ", "))]"
      }
      func array(_ text: String) -> String {
        isOne
          ? "jax.numpy.array(\(text), \"\(format)\")"
          : "[jax.numpy.array(x, \"\(format)\") for x in \(text)]"
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
        "for \(names) in \(Self.list(steps)):",
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
}
