internal import Numbers
public import Properties

extension AMVT {
  static let hyperparameterCards: [HyperparameterCard] = [
    .learningRate(1e-3), .beta1(0.9), .beta2(0.999),
    HyperparameterCard(
      "beta3", symbol: "β₃", default: 0.99, domain: .decay,
      meaning: "the decay of the tracked variance"),
    .epsilon(1e-8), .weightDecay(),
  ]

  public var card: Card {
    var traits: Set<Trait> = [
      .coordinateWise, .firstMoment, .secondMoment, .biasCorrected, .odd, .descent,
    ]
    // With ε outside the root, it stands beside v̂ in the penalty and beside √v̂ in the denominator: no
    // power of the gradient's scale serves both.
    if epsilonPlacement == .insideRoot || variancePenalty == .trackedOnly {
      traits.insert(.gradientInvariant)
    }
    if variancePenalty == .applied {
      traits.insert(.variancePenalty)
    } else if stepMomentum == .corrected {
      traits.insert(.adamRatio)
    }
    traits.formUnion(decay.traits)
    if !decay.isPresent { traits.insert(.boundedStep) }
    return Card(
      name: "amvt", title: "AMVT", source: "the AMVT paper, section 3.2 and Algorithm 1",
      reading:
        "Algorithm 1 with the corrected momentum of step 7: ε inside the root, the variance about the"
        + " updated mean",
      family: "amvt", traits: traits, hyperparameters: AMVT.hyperparameterCards,
      options: [
        OptionCard(
          "stepMomentum", default: StepMomentum.corrected,
          meaning: "the momentum of the step: m̂ in step 7, m in Algorithm 1, line i"),
        OptionCard(
          "epsilonPlacement", default: EpsilonPlacement.insideRoot,
          meaning: "where ε stands: inside the root in Algorithm 1, line h"),
        OptionCard(
          "varianceCentre", default: VarianceCentre.updatedMean,
          meaning: "what the variance is taken about: m_t in Algorithm 1, line f"),
        OptionCard(
          "decayForm", default: DecayForm.decoupled, among: AMVT.decayForms,
          meaning: "whether the rate scales weight decay: not so in Algorithm 1, line j"),
        OptionCard(
          "variancePenalty", default: VariancePenalty.applied,
          meaning: "whether the tracked variance shrinks the step, for ablations"),
        OptionCard(
          "evaluation", default: Evaluation.printed,
          meaning: "whether the step is made as printed or by one division, equal over the reals"),
      ],
      slots: AdamMoments.slots + [
        SlotCard("s", meaning: "the moving average of the squared deviation from the mean")
      ],
      invariants: AdamMoments.invariants + ["s >= 0"],
      // The penalty is at most 1, and |m| is at most |m̂|.
      stepBound: decay.isPresent ? nil : "learningRate*\(AdamMoments.ratioBound)",
      floatBox: FloatBox(gradientMagnitude: 1e-12...1e12, steps: 100_000))
  }

  init(_ settings: inout SettingsReader) throws(SettingError) {
    let cards = AMVT.hyperparameterCards
    self.init(
      learningRate: try settings.number(cards[0]) ?? cards[0].defaultValue,
      beta1: try settings.number(cards[1]) ?? cards[1].defaultValue,
      beta2: try settings.number(cards[2]) ?? cards[2].defaultValue,
      beta3: try settings.number(cards[3]) ?? cards[3].defaultValue,
      epsilon: try settings.number(cards[4]) ?? cards[4].defaultValue,
      weightDecay: try settings.number(cards[5]),
      stepMomentum: try settings.option("stepMomentum") ?? .corrected,
      epsilonPlacement: try settings.option("epsilonPlacement") ?? .insideRoot,
      varianceCentre: try settings.option("varianceCentre") ?? .updatedMean,
      decayForm: try settings.option("decayForm", among: AMVT.decayForms) ?? .decoupled,
      variancePenalty: try settings.option("variancePenalty") ?? .applied,
      evaluation: try settings.option("evaluation") ?? .printed)
  }
}
