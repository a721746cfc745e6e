internal import Numbers
public import Properties

extension Optimizer {
  /// What can be set of every optimizer beside its own hyper-parameters: a number that switches a stage on,
  /// or a number within a stage that a flag switches on.
  public static let stageSettings: [HyperparameterCard] =
    OutlierFilter.hyperparameterCards + NoiseEstimate.hyperparameterCards
    + Normalization.hyperparameterCards + GlobalNormClip.hyperparameterCards
    + ValueClip.hyperparameterCards + CurvatureStage.hyperparameterCards
    + UpdateClip.hyperparameterCards + ParameterBounds.hyperparameterCards

  /// The flags and options that every optimizer has, the default first.
  public static let commonOptions: [OptionCard] = [
    OptionCard(
      "noiseEstimate", values: ["false", "true"],
      meaning: "whether the variance of the gradient is estimated and recorded"),
    OptionCard(
      "normalization", values: ["false", "true"],
      meaning: "whether the gradient is divided by its norm"),
    OptionCard(
      "curvatureScaling", values: ["false", "true"],
      meaning: "whether the rate falls where the curvature grows"),
    OptionCard(
      "momentumScheduling", values: ["false", "true"],
      meaning: "whether β₁ falls where the curvature grows"),
    OptionCard("maximize", values: ["false", "true"], meaning: "whether the steps climb"),
    OptionCard(
      "nonFinite", default: NonFinitePolicy.propagate,
      meaning: "what is done about a gradient that is NaN or infinite"),
    OptionCard(
      "stepCounter", default: StepCounter.perTensor,
      meaning: "whether bias corrections count the gradients of a tensor or the steps of its group"),
  ]

  /// The wrappers with what can be set of each.
  public static let wrapperSettings: [(name: String, hyperparameters: [HyperparameterCard])] = [
    ("ayla", AYLA.exponentCards), ("lookahead", Lookahead.hyperparameterCards),
    ("accumulation", GradientAccumulation.hyperparameterCards),
    ("ema", ExponentialAverage.hyperparameterCards),
    ("swa", StochasticWeightAverage.hyperparameterCards),
    ("loss-scaling", LossScaling.hyperparameterCards),
  ]

  /// Reads what every optimizer has.
  mutating func readCommonSettings(_ settings: inout SettingsReader) throws(SettingError) {
    try readGradientStages(&settings)
    try readCurvature(&settings)
    if let bound = try settings.switching(UpdateClip.hyperparameterCards[0]) {
      finishers.append(UpdateClip(bound))
    }
    let boundCards = ParameterBounds.hyperparameterCards
    let lower = try settings.number(boundCards[0])
    let upper = try settings.number(boundCards[1])
    if let lower, let upper, lower > upper {
      throw .refused(
        message: "lowerBound \(lower.decimalDescription) lies above upperBound"
          + " \(upper.decimalDescription)")
    }
    if lower != nil || upper != nil {
      finishers.append(ParameterBounds(lower: lower, upper: upper))
    }
    maximizes = try settings.flag("maximize") ?? false
    nonFinitePolicy = try settings.option("nonFinite") ?? .propagate
    stepCounter = try settings.option("stepCounter") ?? .perTensor
  }

  /// The stages before the rule, in the order of the specification, section 3; the value clip is the last.
  private mutating func readGradientStages(
    _ settings: inout SettingsReader
  ) throws(SettingError) {
    var stages: [any GradientStage] = []
    let outlierCards = OutlierFilter.hyperparameterCards
    let outlierFactor = try settings.switching(outlierCards[0])
    let outlierDecay = try settings.number(
      outlierCards[1], with: outlierFactor != nil, "a value of outlierFilter")
    if let outlierFactor {
      stages.append(
        OutlierFilter(outlierFactor, decay: outlierDecay ?? outlierCards[1].defaultValue))
    }
    let estimates = try settings.flag("noiseEstimate") ?? false
    let noiseCard = NoiseEstimate.hyperparameterCards[0]
    let noiseDecay = try settings.number(noiseCard, with: estimates, "noiseEstimate=true")
    if estimates { stages.append(NoiseEstimate(decay: noiseDecay ?? noiseCard.defaultValue)) }
    let normalizes = try settings.flag("normalization") ?? false
    let epsilonCard = Normalization.hyperparameterCards[0]
    let epsilon = try settings.number(epsilonCard, with: normalizes, "normalization=true")
    if normalizes { stages.append(Normalization(epsilon: epsilon ?? epsilonCard.defaultValue)) }
    if settings.isGiven("clip") {
      if let norm = try settings.switching(GlobalNormClip.hyperparameterCards[0]) {
        stages.append(clip(norm))
      }
    } else {
      stages += self.stages
    }
    if let magnitude = try settings.switching(ValueClip.hyperparameterCards[0]) {
      stages.append(ValueClip(magnitude))
    }
    self.stages = stages
  }

  private mutating func readCurvature(_ settings: inout SettingsReader) throws(SettingError) {
    let scalesRate = try settings.flag("curvatureScaling") ?? false
    let schedulesMomentum = try settings.flag("momentumScheduling") ?? false
    let card = CurvatureStage.hyperparameterCards[0]
    let decay = try settings.number(
      card, with: scalesRate || schedulesMomentum,
      "curvatureScaling=true or momentumScheduling=true")
    guard scalesRate || schedulesMomentum else { return }
    if schedulesMomentum && !CurvatureStage.canSchedule(rule) {
      throw .refused(
        message: "momentumScheduling=true needs a mean gradient that decays by beta1, and"
          + " \(rule.card.name) has none")
    }
    curvature = CurvatureStage(
      scalesRate: scalesRate, schedulesMomentum: schedulesMomentum,
      decay: decay ?? card.defaultValue)
  }
}

extension SettingsReader {
  /// A number that switches a stage on; nil where it is `none` or not given.
  mutating func switching(_ card: HyperparameterCard) throws(SettingError) -> Rational? {
    guard let text = try text(card.key, aliases: card.aliases), text != "none" else { return nil }
    guard let value = Rational(text) else { throw .notANumber(key: card.key, text: text) }
    try card.check(value, text: text)
    return value
  }

  /// A number that is there only with something else.
  mutating func number(
    _ card: HyperparameterCard, with isThere: Bool, _ other: String
  ) throws(SettingError) -> Rational? {
    let value = try number(card)
    if value != nil && !isThere { throw .refused(message: "\(card.key) is for \(other)") }
    return value
  }
}
