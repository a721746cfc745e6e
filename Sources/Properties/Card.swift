public import Numbers

/// A hyper-parameter as its card describes it.
public struct HyperparameterCard: Sendable, Hashable {
  /// The name by which it is set, `beta1`.
  public var key: String
  public var aliases: [String]
  /// The paper's symbol, `β₁`.
  public var symbol: String
  public var defaultValue: Rational
  public var domain: Domain
  /// What it is, in a few words.
  public var meaning: String

  public init(
    _ key: String, aliases: [String] = [], symbol: String, default defaultValue: Rational,
    domain: Domain, meaning: String
  ) {
    self.key = key
    self.aliases = aliases
    self.symbol = symbol
    self.defaultValue = defaultValue
    self.domain = domain
    self.meaning = meaning
  }
}

/// A disputed convention, and the ways in which it is read.
public struct OptionCard: Sendable, Hashable {
  public var key: String
  /// The readings, the default first.
  public var values: [String]
  /// What is disputed, and who reads it how.
  public var meaning: String

  public init(_ key: String, values: [String], meaning: String) {
    self.key = key
    self.values = values
    self.meaning = meaning
  }
}

/// A number that a rule keeps for each coordinate.
public struct SlotCard: Sendable, Hashable {
  /// The paper's name, `m`.
  public var name: String
  public var meaning: String

  public init(_ name: String, meaning: String) {
    self.name = name
    self.meaning = meaning
  }
}

/// The inputs on which the floating-point code is held to what is proved over the reals.
public struct FloatBox: Sendable, Hashable {
  /// The magnitudes of gradients, zero always being allowed beside them.
  public var gradientMagnitude: ClosedRange<Double>
  /// The largest step count.
  public var steps: Int

  public init(gradientMagnitude: ClosedRange<Double>, steps: Int) {
    self.gradientMagnitude = gradientMagnitude
    self.steps = steps
  }
}

/// What an optimizer is: its paper, its conventions, and what it declares of itself.
public struct Card: Sendable, Hashable {
  /// The name by which it is called on the command line, `adam`.
  public var name: String
  /// The name in print, `Adam`.
  public var title: String
  /// Authors, title, year, place in the paper, address.
  public var source: String
  /// Which disputed reading this one is, in words.
  public var reading: String
  /// The family whose laws it declares; nil for none.
  public var family: String?
  public var traits: Set<Trait>
  public var hyperparameters: [HyperparameterCard]
  public var options: [OptionCard]
  public var slots: [SlotCard]
  /// Relations true of every reachable state, over slots, hyper-parameters and `t`: `v >= 0`.
  public var invariants: [String]
  /// A formula of hyper-parameters and `t` that |Δθ| never exceeds; nil for none.
  public var stepBound: String?
  public var floatBox: FloatBox

  public init(
    name: String, title: String, source: String, reading: String = "", family: String? = nil,
    traits: Set<Trait>, hyperparameters: [HyperparameterCard], options: [OptionCard] = [],
    slots: [SlotCard], invariants: [String] = [], stepBound: String? = nil, floatBox: FloatBox
  ) {
    self.name = name
    self.title = title
    self.source = source
    self.reading = reading
    self.family = family
    self.traits = traits
    self.hyperparameters = hyperparameters
    self.options = options
    self.slots = slots
    self.invariants = invariants
    self.stepBound = stepBound
    self.floatBox = floatBox
  }
}
