internal import Diagnostics
internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties

/// A wrapper with one thing wrong in it: in when it acts, in what it does, or in its settings.
struct PlantedWrapper: Wrapper {
  enum Fault: Sendable {
    /// It acts as if so many more steps had been made.
    case counts(Int)
    /// It acts in every step, or in none.
    case always, never
    /// It acts with another wrapper's settings, and declares its own.
    case settings(any Wrapper)
    /// What becomes of a coordinate, θ and the wrapper's own number, by formulas of these two and the weight.
    case finish(FormulaProgram)
    /// The gradients are multiplied by a number that they should not be.
    case factor(Rational)
  }

  let right: any Wrapper
  let fault: Fault

  var name: String { right.name }
  var hyperparameters: Hyperparameters { right.hyperparameters }
  var requiresLoss: Bool { right.requiresLoss }
  var vectorName: String? { right.vectorName }
  var microBatches: Int { acting.microBatches }
  var lossScaling: LossScaling? { acting.lossScaling }
  func amend(_ card: inout Card) { right.amend(&card) }

  /// The wrapper whose settings count.
  private var acting: any Wrapper {
    if case .settings(let other) = fault { other } else { right }
  }

  func gradientFactor<N: RuleNumber>(
    _ context: StepContext<N>, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> N? {
    if case .factor(let factor) = fault { return N(factor) }
    return try right.gradientFactor(context, hyperparameters: hyperparameters)
  }

  func prepareFinish<N: RuleNumber>(
    count: Int, hyperparameters: StepScalars<N>
  ) throws(N.Failure) -> StepScalars<N>? {
    var own = hyperparameters
    for (key, value) in acting.hyperparameters { own[key] = N(value) }
    func scalars(_ count: Int) throws(N.Failure) -> StepScalars<N>? {
      try acting.prepareFinish(count: count, hyperparameters: own)
    }
    switch fault {
    case .counts(let more): return try scalars(max(1, count + more))
    case .never: return nil
    case .always:
      if let due = try scalars(count) { return due }
      // Whatever step is the wrapper's next.
      for later in 1...16 {
        if let due = try scalars(count + later) { return due }
      }
      return nil
    default: return try scalars(count)
    }
  }

  func finish<N: RuleNumber>(
    _ parameter: inout N, vector: inout N, step: StepScalars<N>
  ) throws(N.Failure) {
    guard case .finish(let program) = fault, let key = Self.weightKey(of: right) else {
      return try right.finish(&parameter, vector: &vector, step: step)
    }
    let values = try program.run([parameter, vector, step[key]])
    (parameter, vector) = (values[0], values[1])
  }

  /// The scalar that `finish` reads.
  private static func weightKey(of wrapper: any Wrapper) -> Key? {
    switch wrapper {
    case is Lookahead: Key("lookahead.alpha", 17)
    case is ExponentialAverage, is StochasticWeightAverage: Key("averageWeight", 20)
    default: nil
    }
  }
}

extension PlantedWrapper {
  /// Each wrapper, with the property that speaks of it, at settings that leave nothing out.
  private static let bases: [(wrapper: any Wrapper, property: String, others: [any Wrapper])] = [
    (
      Lookahead(k: 3, alpha: 0.25), "wrapper.lookahead",
      [
        Lookahead(k: 2, alpha: 0.25), Lookahead(k: 4, alpha: 0.25), Lookahead(k: 3, alpha: 0.75),
        Lookahead(k: 3, alpha: 0), Lookahead(k: 3, alpha: 1),
      ]
    ),
    (
      ExponentialAverage(decay: 0.75), "wrapper.averaging",
      [ExponentialAverage(decay: 0.25), ExponentialAverage(decay: 0)]
    ),
    (
      StochasticWeightAverage(start: 3, period: 2), "wrapper.averaging",
      [
        StochasticWeightAverage(start: 2, period: 2), StochasticWeightAverage(start: 4, period: 2),
        StochasticWeightAverage(start: 3, period: 1), StochasticWeightAverage(start: 3, period: 3),
        StochasticWeightAverage(start: 2, period: 3),
      ]
    ),
    (
      GradientAccumulation(k: 3), "wrapper.accumulation",
      [GradientAccumulation(k: 2), GradientAccumulation(k: 4), GradientAccumulation(k: 1)]
    ),
    (
      LossScaling(initialScale: 1024, growthInterval: 3, backoffFactor: 0.25),
      "wrapper.loss-scaling",
      [
        LossScaling(initialScale: 2048, growthInterval: 3, backoffFactor: 0.25),
        LossScaling(initialScale: 1024, growthFactor: 4, growthInterval: 3, backoffFactor: 0.25),
        LossScaling(initialScale: 1024, growthInterval: 2, backoffFactor: 0.25),
        LossScaling(initialScale: 1024, growthInterval: 4, backoffFactor: 0.25),
        LossScaling(initialScale: 1024, growthInterval: 3, backoffFactor: 0.5),
      ]
    ),
  ]

  static func faults() throws -> [NamedFault] {
    var faults: [NamedFault] = []
    for base in ["sgd", "adam"] {
      for (wrapper, id, others) in bases {
        let settings = wrapper.hyperparameters.map { ($0.key.name, $0.value.decimalDescription) }
        let subject = try AuditSubject(builtIn: "\(wrapper.name):\(base)", settings: settings)
        guard let optimizer = subject.optimizer, let property = Catalogue.property(id) else {
          continue
        }
        let all = planted(in: wrapper, others)
        for (index, (name, change, nature, fault)) in all.enumerated() {
          var planted = optimizer
          planted.wrappers = [PlantedWrapper(right: wrapper, fault: fault)]
          let faulty = subject.compiled(as: planted)
          faults.append(
            NamedFault(
              id: "\(wrapper.name):\(base)/\(name)/\(index + 1)", operator: name, change: change,
              nature: nature, subject: faulty, properties: [property]))
        }
      }
    }
    return faults
  }

  private static func planted(
    in wrapper: any Wrapper, _ others: [any Wrapper]
  ) -> [(name: String, change: String, nature: FaultNature, fault: Fault)] {
    let differs = FaultNature.different("what is declared")
    var faults: [(String, String, FaultNature, Fault)] = others.map { other in
      let values = other.hyperparameters.map {
        "\($0.key.symbol) = \($0.value.decimalDescription)"
      }
      return ("wrong-setting", values.joined(separator: ", "), differs, .settings(other))
    }
    guard wrapper.vectorName != nil, let key = weightKey(of: wrapper) else {
      // What acts on gradients alone.
      let size = wrapper.hyperparameters.first?.value ?? 2
      for factor in [size, (try? 1 / size) ?? 2, -1, 0, 2] {
        faults.append(
          (
            "wrong-factor", "gradients times \(factor.decimalDescription)", differs,
            .factor(factor)
          ))
      }
      return faults
    }
    // What acts in every step alike reads no count.
    let counted =
      wrapper is ExponentialAverage ? FaultNature.equivalent("no count is read") : differs
    faults += [
      ("shift-step", "one step early", counted, .counts(1)),
      ("shift-step", "one step late", counted, .counts(-1)),
      ("never", "never done", differs, .never), ("always", "in every step", counted, .always),
    ]
    let arena = FormulaArena()
    let (theta, own, weight) = (
      arena.symbol("theta"), arena.symbol("own"), arena.symbol("weight")
    )
    var (parameter, vector) = (theta, own)
    var step = StepScalars<Formula>()
    step[key] = weight
    wrapper.finish(&parameter, vector: &vector, step: step)
    let text = StepText(
      parameter, in: arena, slot: ("own", vector),
      hyperparameters: [("weight", "weight", Rational(1, 3))])
    for fault in Auditing.Fault.all(of: text.seenWhole, named: wrapper.name) {
      let (outputs, own) = (
        [fault.text.parameter, fault.text.slots[0].update], [parameter, vector]
      )
      // Where it starts is the driver's, and not planted.
      guard outputs != own else { continue }
      let inputs = ["theta", "own", "weight"]
      faults.append(
        (
          fault.operator.rawValue, fault.change, nature(of: outputs, beside: own, inputs),
          .finish(FormulaProgram(outputs: outputs, inputs: inputs))
        ))
    }
    return faults
  }
}

extension StepText {
  /// The text with its slot seen, though θ does not depend on it: an average is looked at by itself.
  fileprivate var seenWhole: StepText {
    var text = self
    text.isSeenWhole = true
    return text
  }
}

/// A clip of the gradient's norm with one thing wrong in its formula.
struct PlantedStage: WholeVectorStage {
  let right: GlobalNormClip
  /// The factor, a formula of the norm and its limit.
  let program: FormulaProgram

  var hyperparameters: Hyperparameters { right.hyperparameters }
  func amend(_ card: inout Card) { right.amend(&card) }

  func factor<N: RuleNumber>(norm: N, hyperparameters: StepScalars<N>) throws(N.Failure) -> N {
    try program.value([norm, hyperparameters[.clip]])
  }

  static func faults() throws -> [NamedFault] {
    let subject = try AuditSubject(builtIn: "sgd", settings: [("clip", "0.5")])
    guard let optimizer = subject.optimizer, let property = Catalogue.property("wrapper.clip")
    else { return [] }
    let arena = FormulaArena()
    let (norm, limit) = (arena.symbol("norm"), arena.symbol("clip"))
    var scalars = StepScalars<Formula>()
    scalars[.clip] = limit
    let right = GlobalNormClip(0.5)
    let formula = right.factor(norm: norm, hyperparameters: scalars)
    let text = StepText(formula, in: arena, hyperparameters: [("clip", "clip", 1)])
    return Fault.all(of: text, named: "sgd clip=0.5").map { fault in
      let inputs = ["norm", "clip"]
      var planted = optimizer
      planted.stages = [
        PlantedStage(
          right: right,
          program: FormulaProgram(outputs: [fault.text.parameter], inputs: inputs))
      ]
      return NamedFault(
        id: "wrapper:\(fault.id)", operator: fault.operator.rawValue, change: fault.change,
        nature: nature(of: [fault.text.parameter], beside: [formula], inputs, in: 0.125...4),
        subject: subject.compiled(as: planted),
        properties: [property])
    }
  }
}
