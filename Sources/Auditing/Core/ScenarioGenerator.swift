internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties

/// What generated scenarios are made of.
struct ScenarioShape: Sendable {
  /// How many groups, tensors a group, and coordinates a tensor there may be.
  var groups = 1...1
  var tensors = 1...1
  var coordinates = 1...1
  /// How many different steps there are before some are repeated.
  var steps = 1...6
  /// Whether a step may be repeated, so that runs pass 256 steps.
  var repeatsSteps = false
  /// Whether groups differ in hyper-parameters, and a step may change them.
  var changesHyperparameters = false
  /// Whether a tensor may be without a gradient in a step.
  var hasAbsentGradients = false
  /// How often a tensor is without one, where it may be.
  var absentShare = 0.1
  /// Whether all gradients of a coordinate are the same.
  var isConstant = false
  /// Hyper-parameters fixed in every group.
  var fixed: [String: Rational] = [:]
  /// Whether hyper-parameters are drawn anew, most of them in every run.
  var drawsHyperparameters = false
  /// Whether the state may be saved and loaded before a step.
  var reloads = false
  /// Whether a run may begin with hundreds of zero gradients at θ = 0: they count as steps, and leave
  /// averages without a rounding, so that a counter that stands still shows in the next step.
  var idles = false

  /// One coordinate.
  static let scalar = ScenarioShape()
  /// One tensor, of up to a vector register and its rest.
  static let vector = ScenarioShape(coordinates: 1...11)
  /// Everything that an optimizer's driver keeps apart.
  static let full = ScenarioShape(
    groups: 1...2, tensors: 1...2, coordinates: 1...3, repeatsSteps: true,
    changesHyperparameters: true, hasAbsentGradients: true)
  /// All of that, and the state put away and taken up again, and long rests.
  static let whole: ScenarioShape = {
    var shape = full
    shape.reloads = true
    shape.idles = true
    return shape
  }()
}

extension ScenarioShape {
  /// The shape without what a process says it cannot do.
  func restricted(to capabilities: Set<SubjectCapability>) -> ScenarioShape {
    var shape = self
    if !capabilities.contains(.groups) { shape.groups = 1...1 }
    if !capabilities.contains(.missingGradients) { shape.hasAbsentGradients = false }
    if !capabilities.contains(.state) { shape.reloads = false }
    return shape
  }
}

extension AuditSubject {
  /// Scenarios for this subject: gradients within its box, hyper-parameters within their domains.
  ///
  /// Every number is one that `Float` holds too, so that one case serves all arithmetics.
  func scenarios(_ shape: ScenarioShape) -> Generator<Scenario> {
    let shape = process.map { shape.restricted(to: $0.capabilities) } ?? shape
    let gradient = gradients
    // Below that θ says nothing that 0 does not, and scaling it would underflow.
    let anyParameter = Generator<Float>.numbers(in: -100...100).map { value in
      value.magnitude < 1e-6 ? 0 : Double(value)
    }
    let parameter = Generator<Double>.weighted([
      (1, .element(of: Self.roundNumbers)), (4, anyParameter),
    ])
    let loss = losses
    let needsLoss = requiresLoss
    let settings = hyperparameterGenerators
    let arithmetic = process?.arithmetic ?? .float64
    let isHalf = arithmetic.isHalf
    let own = kind == .process ? ownValues : [:]
    let savesState = shape.reloads && kind != .formula
    // Groups, tensors, coordinates and steps are collections, so that shrinking deletes them whole.
    let scenarios = Generator<Scenario> { source throws(Rejection) in
      let isIdle = shape.idles ? try source.boolean(probability: 0.06) : false
      var groups: [Scenario.Group] = []
      try source.elements(count: shape.groups) { index throws(Rejection) in
        var tensors: [[Double]] = []
        try source.elements(count: shape.tensors) { _ throws(Rejection) in
          let start = try parameter.array(count: shape.coordinates).make(source)
          // From 0 on, the step after a long rest is seen whole, however few digits the numbers have.
          tensors.append(isIdle ? start.map { _ in 0 } : start)
        }
        var values = shape.fixed
        var isDrawn = shape.drawsHyperparameters
        if shape.changesHyperparameters, !isDrawn {
          isDrawn = try source.boolean(probability: index == 0 ? 0.25 : 0.85)
        }
        if isDrawn {
          for (name, generator) in settings where values[name] == nil {
            guard try source.boolean(probability: 0.8) else { continue }
            values[name] = try generator.make(source)
          }
        }
        // A process is not told what it does anyhow: it may refuse to be.
        for (name, value) in own where values[name] == value { values[name] = nil }
        groups.append(Scenario.Group(parameters: tensors, hyperparameters: values))
      }
      let constant = try groups.map { group throws(Rejection) in
        try group.parameters.map { tensor throws(Rejection) in
          shape.isConstant ? try gradient.vector(count: tensor.count).make(source) : []
        }
      }
      var steps: [Scenario.Step] = []
      if isIdle {
        let rest = groups.map { $0.parameters.map { [Double]?.some($0.map { _ in 0 }) } }
        let idle = Scenario.Step(gradients: rest, loss: needsLoss ? try loss.make(source) : nil)
        let count = try Generator<Int>.integers(in: 1...640).make(source)
        steps = [Scenario.Step](repeating: idle, count: count)
      }
      // A rest may be the whole of a run.
      let further = isIdle ? 0...shape.steps.upperBound : shape.steps
      try source.elements(count: further) { index throws(Rejection) in
        var lists: [[[Double]?]] = []
        for (g, group) in groups.enumerated() {
          var list: [[Double]?] = []
          for (k, tensor) in group.parameters.enumerated() {
            if shape.hasAbsentGradients, try source.boolean(probability: shape.absentShare) {
              list.append(nil)
            } else if shape.isConstant {
              list.append(constant[g][k])
            } else {
              list.append(try gradient.vector(count: tensor.count).make(source))
            }
          }
          lists.append(list)
        }
        var step = Scenario.Step(
          gradients: lists, loss: needsLoss ? try loss.make(source) : nil)
        if shape.changesHyperparameters, index > 0, try source.boolean(probability: 0.15),
          let rate = settings.first(where: { $0.name == "learningRate" })
        {
          let group = try Generator<Int>.integers(in: 0...(groups.count - 1)).make(source)
          step.changes[group] = ["learningRate": try rate.generator.make(source)]
        }
        if savesState, index > 0 { step.reloads = try source.boolean(probability: 0.06) }
        steps.append(step)
        if shape.repeatsSteps, try source.boolean(probability: 0.025) {
          var repeated = step
          repeated.changes = [:]
          repeated.reloads = false
          let count = try Generator<Int>.integers(in: 0...360).make(source)
          steps += [Scenario.Step](repeating: repeated, count: count)
        }
      }
      return Scenario(groups: groups, steps: steps)
    }
    guard isHalf else { return scenarios }
    // Halves hold fewer numbers than `Float`.
    return scenarios.map {
      $0.mappingGradients(arithmetic.rounded).mappingParameters(arithmetic.rounded)
    }
  }

  /// A value as it is sent: a process is told no other than its numbers can hold.
  func representable(_ value: Rational) -> Rational {
    guard let process else { return value }
    let sent = process.arithmetic == .float32 ? Double(Float(value)) : Double(value)
    return Rational(exactly: sent) ?? value
  }

  /// What people like to see in a counterexample, the simplest first; halves of halves, which every format
  /// holds.
  private static let roundNumbers: [Double] = [
    0, 1, -1, 2, 0.5, -2, -0.5, 3, -3, 4, 0.25, -0.25, 8, -8, 0.125,
  ]

  /// Gradients: plain ones most often, then any magnitude of the card's box, and zeros.
  private var gradients: Generator<Double> {
    let box = floatBox.gradientMagnitude
    let low = Int(box.lowerBound.exponent) + 1
    let high = min(Int(box.upperBound.exponent) - 1, 50)
    let plain = Generator<Float>.numbers(in: -10...10).map { value in
      value.magnitude < Float(box.lowerBound) ? 0 : Double(value)
    }
    let scaled = Generator<Double> { source throws(Rejection) in
      let digits = try Generator<Int>.integers(in: -999...999).make(source)
      let exponent = try Generator<Int>.integers(in: (low + 10)...(high - 10)).make(source)
      return Double(digits) * Double(sign: .plus, exponent: exponent, significand: 1)
    }
    let round = Generator<Double>.element(
      of: Self.roundNumbers.filter { $0 == 0 || box.contains($0.magnitude) })
    return low + 10 <= high - 10
      ? .weighted([(1, round), (5, plain), (2, scaled)]) : .weighted([(1, round), (5, plain)])
  }

  /// Losses: 0, ±1 and their neighbours, subnormal and huge ones always among them.
  private var losses: Generator<Double> {
    // Moments that are divided by the weight's square leave `Float` where the loss is next to nothing; at
    // 0 the step is skipped.
    let divides = (optimizer?.rule as? AYLAMoments)?.reading.dividesByWeight ?? false
    return allLosses.map { divides && $0.magnitude < 1e-4 ? 0 : $0 }
  }

  private var allLosses: Generator<Double> {
    .oneOf(
      Generator<Float>.numbers(in: -4...4).map { Double($0) },
      Generator<Float>.numbers(in: -1e6...1e6).map { Double($0) },
      .element(of: [1, 0.5, 2, -1, 0, Double(Float(1).nextUp), Double(Float(1).nextDown), 1e-40]))
  }

  /// Values of each hyper-parameter that its domain allows; earlier ones are simpler.
  private var hyperparameterGenerators: [(name: String, generator: Generator<Rational>)] {
    let isProcess = kind == .process
    return domains.sorted { $0.key < $1.key }.compactMap { name, domain in
      let candidates: [Rational]
      switch name {
      case "learningRate": candidates = [1, 0.5, 0.1, 0.001, 0]
      case "epsilon": candidates = [1, 1e-3, 1e-8]
      case "weightDecay": candidates = [0, 0.5, 0.01]
      case "momentum", "beta1", "beta2", "beta3": candidates = [0.5, 0.9, 0.99, 0.999, 0]
      case "dampening": candidates = [0, 0.5, 1]
      case "rateDecay": candidates = [0, 0.5, 0.01]
      // Libraries take a start for all groups where an optimizer is made, and none of a group's.
      case "initialAccumulator" where !isProcess: candidates = [0, 0.5, 0.01]
      case "finalRate": candidates = [0.1, 1, 0.5]
      case "boundSpeed": candidates = [0.001, 0.5, 1]
      default: return nil
      }
      let allowed = candidates.map(representable).filter(domain.contains)
      return (name, .element(of: allowed))
    }
  }
}
