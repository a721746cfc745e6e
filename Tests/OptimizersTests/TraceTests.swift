import Formulas
import Numbers
import Optimizers
import Testing

@Suite("Traces")
struct TraceTests {
  @Test("Adam's trace is the paper's formula")
  func adam() {
    let trace = Optimizer(Adam()).trace()
    #expect(
      trace.assignments.map { "\($0.name) = \($0.formula)" } == [
        "m = beta1*m + (1 - beta1)*g", "v = beta2*v + (1 - beta2)*(g*g)",
        "theta = theta - learningRate*(1/(1 - beta1^t))*(beta1*m + (1 - beta1)*g)"
          + "/(sqrt(1/(1 - beta2^t)*(beta2*v + (1 - beta2)*(g*g))) + epsilon)",
      ])
  }

  @Test("a trace agrees with the run in Double it is the text of", arguments: OptimizerTable.all)
  func agrees(row: TableRow) throws {
    let optimizer = row.optimizer
    let count = 2
    // Of a batch, where micro-batches make one.
    let perStep = optimizer.microBatches
    let trace = optimizer.trace(coordinates: count, after: 3)
    var run = OptimizerRun<Double>(optimizer, parameters: [0.5, -2])
    for step in 1...3 {
      for _ in 0..<perStep {
        run.advance(
          gradients: Inputs.gradients(step: step, count: count), loss: Inputs.loss(step: step))
      }
    }
    var values: [String: Double] = ["t": 4, "loss": Inputs.loss(step: 4)]
    for (key, value) in optimizer.hyperparameters {
      values[String(key.split(separator: ".").last ?? "")] = Double(value)
    }
    let gradients = Inputs.gradients(step: 4, count: count)
    for i in 0..<count {
      values["theta\(i + 1)"] = run.parameters[i]
      values["g\(i + 1)"] = gradients[i]
      for (place, name) in optimizer.rule.slotNames.enumerated() {
        values["\(name)\(i + 1)"] = run.slots[i][place]
      }
    }
    for (place, wrapper) in optimizer.wrappers.enumerated() {
      guard let name = wrapper.vectorName else { continue }
      for i in 0..<count { values["\(name)\(i + 1)"] = run.vectors[place][i] }
    }
    for (place, name) in optimizer.rule.historyNames.enumerated() {
      values[name] = run.history[place]
    }
    let staged = optimizer.stages.enumerated().flatMap { place, stage in
      stage.vectorNames.enumerated().map { (name: $1, stage: place, vector: $0) }
    }
    for entry in staged {
      for i in 0..<count {
        values["\(entry.name)\(i + 1)"] = run.stageVectors[entry.stage][i][entry.vector]
      }
    }
    if optimizer.curvature != nil {
      for i in 0..<count {
        values["previousG\(i + 1)"] = run.previousGradients[i]
        values["previousTheta\(i + 1)"] = run.previousParameters[i]
      }
      values["curvatureSum"] = run.curvatureRecord.sum
      values["curvatureWeight"] = run.curvatureRecord.weight
      values["momentumWeight"] = run.history[3]
    }
    for _ in 0..<perStep { run.advance(gradients: gradients, loss: Inputs.loss(step: 4)) }
    let tolerance = Tolerance<Double>.ulps(
      64, because: "a formula folds constants that a run rounds")
    for i in 0..<count {
      let coordinate = trace.coordinates[i]
      let program = FormulaProgram(
        outputs: [coordinate.parameter.after] + coordinate.slots.map(\.after)
          + coordinate.quantities.map(\.value) + coordinate.vectors.map(\.after),
        inputs: Array(values.keys).sorted())
      let results = program.run(program.inputs.map { values[$0] ?? .nan })
      let expected =
        [run.parameters[i]] + optimizer.rule.slotNames.indices.map { run.slots[i][$0] }
        + run.quantities(of: i).map(\.value)
        + staged.map { run.stageVectors[$0.stage][i][$0.vector] }
        + run.vectors.filter { !$0.isEmpty }.map { $0[i] }
      for (value, reference) in zip(results, expected) {
        #expect(tolerance.allows(value, reference: reference))
      }
    }
  }

  @Test("the first step is traced from zero slots at t = 1")
  func firstStep() {
    let trace = Optimizer(Adam()).trace(isFirst: true)
    let value = trace.parameter.value([
      "theta": 0.0, "g": 4, "learningRate": 0.5, "beta1": 0.9, "beta2": 0.999, "epsilon": 0,
    ])
    #expect((value + 0.5).magnitude < 1e-15)
  }

  @Test("the penalty of the trace is a part of the step, and one over a root")
  func penalty() throws {
    let trace = Optimizer(AMVT()).trace()
    let penalty = try #require(trace.coordinate.quantity("penalty"))
    #expect("\(penalty)".hasPrefix("1/sqrt(1 + "))
    #expect("\(trace.parameter)".contains("\(penalty)"))
  }

  @Test("hyper-parameters may be put in as numbers")
  func numbers() {
    let trace = Optimizer(SGD(momentum: 0.9)).trace { key in key == .momentum ? 0 : nil }
    #expect(!trace.parameter.symbols.contains("momentum"))
    #expect(trace.parameter.symbols.contains("learningRate"))
  }

  @Test("a run of 20,000 symbolic steps is traced and freed without recursion")
  func longTrace() {
    let arena = FormulaArena()
    var run = OptimizerRun<Formula>(
      Optimizer(SGD(momentum: 0.9)), parameters: [arena.symbol("theta")])
    for _ in 1...20_000 { run.advance(gradients: run.parameters) }
    #expect(run.parameters[0].depth > 20_000)
  }
}
