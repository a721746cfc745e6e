internal import Numbers
internal import Properties

extension HyperparameterCard {
  static func learningRate(_ value: Rational) -> HyperparameterCard {
    HyperparameterCard(
      "learningRate", aliases: ["lr"], symbol: "α", default: value, domain: .nonNegative,
      meaning: "the rate")
  }

  static func beta1(_ value: Rational, aliases: [String] = []) -> HyperparameterCard {
    HyperparameterCard(
      "beta1", aliases: aliases, symbol: "β₁", default: value, domain: .decay,
      meaning: "the decay of the mean gradient")
  }

  static func beta2(_ value: Rational, aliases: [String] = []) -> HyperparameterCard {
    HyperparameterCard(
      "beta2", aliases: aliases, symbol: "β₂", default: value, domain: .decay,
      meaning: "the decay of the mean squared gradient")
  }

  static func epsilon(_ value: Rational) -> HyperparameterCard {
    HyperparameterCard(
      "epsilon", aliases: ["eps"], symbol: "ε", default: value, domain: .positive,
      meaning: "what keeps the denominator from 0")
  }

  static func weightDecay(_ value: Rational = 0) -> HyperparameterCard {
    HyperparameterCard(
      "weightDecay", symbol: "λ", default: value, domain: .nonNegative,
      meaning: "the weight decay")
  }
}

extension OptionCard {
  static func epsilonPlacement(_ first: EpsilonPlacement) -> OptionCard {
    OptionCard(
      "epsilonPlacement", default: first,
      meaning: "where ε stands: outside the root in Adam's paper, torch and optax, inside it in"
        + " TensorFlow's RMSprop")
  }

  /// - Parameter isBeside: whether the coupled form is no choice.
  static func decayForm(_ first: DecayForm, isBeside: Bool = false) -> OptionCard {
    OptionCard(
      "decayForm", default: first,
      among: isBeside ? DecayForm.allCases.filter { !$0.isCoupled } : nil,
      meaning: "how weight decay acts: coupled in torch's optimizers but AdamW, decoupled in AdamW"
        + " and optax")
  }

  /// An option whose readings are the cases of a type, the default first.
  init<Option>(
    _ key: String, default first: Option, among values: [Option]? = nil, meaning: String
  ) where Option: CaseIterable & RawRepresentable<String> {
    let others = (values ?? Array(Option.allCases)).map(\.rawValue)
    self.init(
      key, values: [first.rawValue] + others.filter { $0 != first.rawValue }, meaning: meaning)
  }
}

extension Decay {
  /// What it makes of a card's traits.
  var traits: Set<Trait> {
    guard isPresent else { return [.translationInvariant] }
    return [form.isCoupled ? .coupledDecay : .decoupledDecay]
  }
}
