internal import Formulas
internal import Numbers
internal import Properties

extension RuleTrace {
  /// Tries on a few points whether scaling `g`, θ and the slots scales θ' and the slots after the step
  /// alike.
  ///
  /// The points decide what is worth proving, and nothing else.
  func agrees(
    _ context: AuditContext, scalingBy factor: Double, parameter: Double,
    hyperparameters scales: [String: Double] = [:], slot: (Int) -> Double
  ) -> Bool {
    let outputs = [after.parameter] + after.slots
    let names = Set(outputs.flatMap(\.symbols)).sorted()
    let program = FormulaProgram(outputs: outputs, inputs: names)
    let hyperparameterNames = Dictionary(
      hyperparameters.map { (RuleTrace.symbolName(of: $0.key), $0.key) },
      uniquingKeysWith: { $1 })
    for (number, base) in [0.37, 1.73, 2.9].enumerated() {
      var plain: [Double] = []
      var image: [Double] = []
      for (index, name) in names.enumerated() {
        var value = base + 0.19 * Double(index)
        var scale = 1.0
        if let key = hyperparameterNames[name] {
          value = Double(context.subject.rule?.value(of: key) ?? 1)
          scale = scales[key] ?? 1
        } else if name == "t" {
          value = Double(number + 2)
        } else if name == "g" {
          scale = factor
        } else if name == "theta" {
          scale = parameter
        } else if let place = slotNames.firstIndex(of: name) {
          scale = slot(place)
        }
        plain.append(value)
        image.append(value * scale)
      }
      let before = program.run(plain)
      let after = program.run(image)
      for (place, pair) in zip(before, after).enumerated() {
        let wanted = pair.0 * (place == 0 ? parameter : slot(place - 1))
        guard abs(pair.1 - wanted) <= 1e-9 * max(abs(wanted), 1e-9) else {
          return false
        }
      }
    }
    return true
  }
}
