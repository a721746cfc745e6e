import Numbers
import Optimizers
import Testing

/// One row of the table over which every common law runs.
struct TableRow: Sendable, CustomTestStringConvertible {
  let name: String
  let optimizer: Optimizer
  /// How many unit roundoffs of a few steps the running error may come to: small where nothing cancels.
  let errorLimit: Double
  var testDescription: String { name }

  init(_ name: String, _ optimizer: Optimizer, errorLimit: Double = 1e4) {
    self.name = name
    self.optimizer = optimizer
    self.errorLimit = errorLimit
  }
}

/// Every rule, with every option at every value at least once, and in wrappers and stages.
enum OptimizerTable {
  static let rules: [TableRow] =
    [
      TableRow("SGD", Optimizer(SGD())),
      TableRow("SGD, momentum", Optimizer(SGD(momentum: 0.9))),
      TableRow(
        "SGD, Nesterov, decay",
        Optimizer(SGD(momentum: 0.9, isNesterov: true, weightDecay: 0.01))),
      TableRow("SGD, dampened", Optimizer(SGD(momentum: 0.9, dampening: 0.5))),
      TableRow(
        "SGD, dampened from the first step, rate inside",
        Optimizer(
          SGD(
            momentum: 0.9, dampening: 0.5, firstDampening: .applied, rateInVelocity: .inside))),
      TableRow("Adam", Optimizer(Adam())),
      TableRow("Adam, ε inside", Optimizer(Adam(epsilonPlacement: .insideRoot))),
      TableRow("AMO", Optimizer(AMO())),
      TableRow("AMVT", Optimizer(AMVT())),
      TableRow(
        "AMVT, raw momentum, ε outside",
        Optimizer(AMVT(stepMomentum: .raw, epsilonPlacement: .outsideRoot))),
      TableRow("AMVT, previous mean", Optimizer(AMVT(varianceCentre: .previousMean))),
      TableRow("AMVT, corrected mean", Optimizer(AMVT(varianceCentre: .correctedMean))),
      TableRow("AMVT, decay", Optimizer(AMVT(weightDecay: 0.01))),
      TableRow("AMVT, the paper's decay", Optimizer(AMVT(weightDecay: 0.001, decayForm: .paper))),
      TableRow("AMVT, one division", Optimizer(AMVT(evaluation: .oneDivision))),
      TableRow(
        "AMVT, one division, decay",
        Optimizer(AMVT(weightDecay: 0.01, varianceCentre: .correctedMean, evaluation: .oneDivision))
      ),
      TableRow("AMVT, variance unused", Optimizer(AMVT(variancePenalty: .trackedOnly))),
    ]
    + DecayForm.allCases.map { form in
      TableRow(
        "Adam, \(form) decay", Optimizer(Adam(weightDecay: 0.01, decayForm: form)))
    }

  static let readings: [TableRow] = AYLAMoments.Reading.allCases.map { reading in
    TableRow(
      "AYLA's moments, \(reading)", Optimizer(AYLAMoments(reading: reading, N1: 1.5, N2: 1.2)))
  }

  static let composed: [TableRow] = [
    TableRow("Lookahead over AMVT", chain(Lookahead(k: 2, alpha: 0.25), AMVT())),
    TableRow("EMA over AYLA over Adam", chain(ExponentialAverage(), chain(AYLA(N1: 2), Adam()))),
    TableRow("SWA over SGD", chain(StochasticWeightAverage(start: 2, period: 2), SGD())),
    TableRow("clipped AMO", chain(clip(1), AMO())),
    TableRow("AYLA over clipped AMVT", chain(AYLA(N1: 1.5, N2: 0.7), chain(clip(1), AMVT()))),
    TableRow(
      "AYLA over SGD, maximising",
      Optimizer(
        SGD(), wrappers: [AYLA(N1: 0.5)], maximizes: true)),
    TableRow(
      "bounded Adam", chain(Optimizer(Adam()), ParameterBounds(lower: -0.5, upper: 0.75))),
    TableRow("value-clipped Adam", chain(valueClip(0.5), Adam())),
    // What was clamped is taken for as large as it came.
    TableRow(
      "AMVT behind an outlier filter, noise estimate",
      chain(OutlierFilter(1.5), chain(NoiseEstimate(), AMVT())), errorLimit: 1e9),
    TableRow(
      "normalised, clipped SGD", chain(Normalization(epsilon: 0.5), chain(clip(0.5), SGD()))),
    TableRow(
      "AdamW with an update clip", chain(Optimizer(Adam(weightDecay: 0.01)), updateClip(5e-4))),
    TableRow("AMVT with curvature", chain(curvatureScaling(), AMVT()), errorLimit: 1e9),
    TableRow(
      "Adam with scheduled momentum", chain(momentumScheduling(), Adam()), errorLimit: 1e9),
    TableRow("Adam, accumulating", chain(GradientAccumulation(k: 2), Adam())),
    TableRow(
      "AYLA over accumulating, loss-scaled, clipped AMVT",
      chain(
        AYLA(N1: 1.5),
        chain(GradientAccumulation(k: 2), chain(LossScaling(), chain(clip(1), AMVT()))))),
  ]

  static let others: [TableRow] =
    [
      TableRow("RMSprop", Optimizer(RMSprop())),
      TableRow("RMSprop, centred", Optimizer(RMSprop(epsilon: 0.01, isCentered: true))),
      TableRow("RMSprop, momentum", Optimizer(RMSprop(momentum: 0.9))),
      TableRow(
        "RMSprop, rate inside", Optimizer(RMSprop(momentum: 0.9, rateInVelocity: .inside))),
      TableRow(
        "RMSprop, all",
        Optimizer(
          RMSprop(
            epsilon: 0.01, momentum: 0.9, isCentered: true, epsilonPlacement: .insideRoot,
            weightDecay: 0.01))),
      TableRow("AdaGrad", Optimizer(AdaGrad())),
      TableRow("AdaGrad, decaying", Optimizer(AdaGrad(rateDecay: 0.1, initialAccumulator: 0.1))),
      TableRow("AdaDelta", Optimizer(AdaDelta()), errorLimit: 1e6),
      TableRow("AdaDelta, decay", Optimizer(AdaDelta(weightDecay: 0.01)), errorLimit: 1e6),
      TableRow("NAdam", Optimizer(NAdam())),
      TableRow("NAdam, constant", Optimizer(NAdam(momentumSchedule: .constant, weightDecay: 0.01))),
      // The length of the average is a small difference of large numbers.
      TableRow("RAdam", Optimizer(RAdam()), errorLimit: 1e9),
      TableRow(
        "RAdam, 5", Optimizer(RAdam(rectificationThreshold: 5, weightDecay: 0.01)), errorLimit: 1e9),
      TableRow(
        "RAdam, torch",
        Optimizer(RAdam(rectificationThreshold: 5, epsilonPlacement: .uncorrectedRoot)),
        errorLimit: 1e9),
      TableRow("AdaBound", Optimizer(AdaBound()), errorLimit: 1e6),
      TableRow("AdaBound, paper", Optimizer(AdaBound(correction: .paper)), errorLimit: 1e6),
      TableRow("AdaBelief", Optimizer(AdaBelief(epsilon: 1e-4))),
      TableRow(
        "AdaBelief, ε not in s",
        Optimizer(AdaBelief(epsilon: 1e-4, epsilonInMoment: .absent, weightDecay: 0.01))),
      TableRow("Yogi", Optimizer(Yogi())),
      TableRow("Yogi, corrected", Optimizer(Yogi(correction: .adam))),
      TableRow(
        "Yogi, optax", Optimizer(Yogi(correction: .adam, initialMean: .accumulator))),
      TableRow("Lion", Optimizer(Lion())),
      TableRow("Lion, decay", Optimizer(Lion(weightDecay: 0.01))),
    ]
    + AMSGrad.MaximumOrder.allCases.map { order in
      TableRow("AMSGrad, \(order)", Optimizer(AMSGrad(maximumOrder: order)))
    }

  static let all = rules + others + readings + composed
}

/// Gradients and losses with entropy in them, the same in every run.
enum Inputs {
  static func gradients(step: Int, count: Int) -> [Double] {
    (0..<count).map { i in
      let bits = Mixture.bits(step: step, coordinate: i)
      let sign: Double = bits & 1 == 0 ? 1 : -1
      // Magnitudes from 2⁻¹⁰ to 2³, with Float's precision, so that both types take them exactly.
      let size = Double(Float(1 + Double(bits >> 40) * 0x1p-24))
      return sign * size * Double(sign: .plus, exponent: Int(bits >> 4 & 13) - 10, significand: 1)
    }
  }

  static func loss(step: Int) -> Double { [0.37, 2.385, 0.5, -0.8, 1.25, 0.9][step % 6] }
}

enum Mixture {
  /// A mixture of two numbers' bits (SplitMix64's finaliser).
  static func bits(step: Int, coordinate: Int) -> UInt64 {
    var z = UInt64(step) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(coordinate) &* 0xD1B5_4A32_D192_ED03
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
