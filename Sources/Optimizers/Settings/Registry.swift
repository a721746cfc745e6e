internal import Diagnostics
internal import Numbers
internal import Properties

/// The optimizers and wrappers that have names on the command line.
enum Registry {
  /// A built-in optimizer, made from its settings.
  struct Entry: Sendable {
    let name: String
    let make: @Sendable (inout SettingsReader) throws(SettingError) -> Optimizer
  }

  static let optimizers: [Entry] = [
    Entry(name: "sgd") { settings throws(SettingError) in Optimizer(try SGD(&settings)) },
    Entry(name: "rmsprop") { settings throws(SettingError) in
      Optimizer(try RMSprop(&settings))
    },
    Entry(name: "adagrad") { settings throws(SettingError) in
      Optimizer(try AdaGrad(&settings))
    },
    Entry(name: "adadelta") { settings throws(SettingError) in
      Optimizer(try AdaDelta(&settings))
    },
    Entry(name: "adam") { settings throws(SettingError) in Optimizer(try Adam(&settings)) },
    Entry(name: "adamw") { settings throws(SettingError) in
      Optimizer(try Adam(&settings, decaying: .decoupled))
    },
    Entry(name: "adam-l2") { settings throws(SettingError) in
      Optimizer(try Adam(&settings, decaying: .coupled))
    },
    Entry(name: "amsgrad") { settings throws(SettingError) in
      Optimizer(try AMSGrad(&settings))
    },
    Entry(name: "nadam") { settings throws(SettingError) in Optimizer(try NAdam(&settings)) },
    Entry(name: "radam") { settings throws(SettingError) in Optimizer(try RAdam(&settings)) },
    Entry(name: "adabound") { settings throws(SettingError) in
      Optimizer(try AdaBound(&settings))
    },
    Entry(name: "adabelief") { settings throws(SettingError) in
      Optimizer(try AdaBelief(&settings))
    },
    Entry(name: "yogi") { settings throws(SettingError) in Optimizer(try Yogi(&settings)) },
    Entry(name: "lion") { settings throws(SettingError) in Optimizer(try Lion(&settings)) },
    Entry(name: "amo") { settings throws(SettingError) in
      chain(clip(1), try AMO(&settings))
    },
    Entry(name: "amvt") { settings throws(SettingError) in Optimizer(try AMVT(&settings)) },
  ]

  static let wrapperNames = Optimizer.wrapperSettings.map(\.name)
}

extension Optimizer {
  /// The names of the built-in optimizers.
  public static var builtInNames: [String] { Registry.optimizers.map(\.name) }

  /// The names of the built-in wrappers.
  public static var builtInWrapperNames: [String] { Registry.wrapperNames }

  /// A built-in optimizer, or one in wrappers: `ayla:amvt`.
  ///
  /// A wrapper's own settings are prefixed by its name, as `ayla.N1`; the others are the rule's, or one of
  /// `stageSettings` and `commonOptions`, which every optimizer has. `none` switches a stage off.
  ///
  /// - Parameters:
  ///   - settings: values as typed, by key or alias.
  /// - Throws: for an unknown name, key or value, a value outside its domain, or settings that do not go
  ///   together.
  public init(named name: String, settings: [String: String] = [:]) throws(SettingError) {
    try self.init(
      named: name,
      settings: settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
  }

  /// As of a dictionary, in the order given; a key given twice is an error.
  public init(
    named name: String, settings: [(key: String, value: String)]
  ) throws(SettingError) {
    let parts = name.split(separator: ":", omittingEmptySubsequences: false).map { String($0) }
    let base = parts.last ?? ""
    guard let entry = Registry.optimizers.first(where: { $0.name == base }) else {
      throw .unknownOptimizer(
        name: base,
        nearest: nearestName(to: base, among: Optimizer.builtInNames + Registry.wrapperNames))
    }
    let wrapperNames = parts.dropLast()
    for wrapper in wrapperNames where !Registry.wrapperNames.contains(wrapper) {
      throw .unknownWrapper(
        name: wrapper, nearest: nearestName(to: wrapper, among: Registry.wrapperNames))
    }
    for wrapper in ["accumulation", "loss-scaling"]
    where wrapperNames.filter({ $0 == wrapper }).count > 1 {
      throw .refused(message: "\(name.prefix(64)) has the wrapper \(wrapper) twice")
    }
    // A prefixed key belongs to the wrapper of that name, if there is one; else it is unknown.
    let isWrappers = { (key: String) in
      wrapperNames.contains { key.hasPrefix("\($0).") }
    }
    var own = SettingsReader(
      subject: base, settings.filter { !isWrappers($0.key) }.map { ($0.key, $0.value) })
    var optimizer = try entry.make(&own)
    try optimizer.readCommonSettings(&own)
    try own.finish()
    for wrapper in wrapperNames.reversed() {
      var reader = SettingsReader(
        subject: wrapper,
        settings.filter { $0.key.hasPrefix("\(wrapper).") }.map { ($0.key, $0.value) })
      try optimizer.wrap(in: wrapper, &reader)
      try reader.finish()
    }
    self = optimizer
  }

  private mutating func wrap(
    in wrapper: String, _ settings: inout SettingsReader
  ) throws(SettingError) {
    switch wrapper {
    case "lookahead": wrappers.insert(try Lookahead(&settings), at: 0)
    case "accumulation": wrappers.insert(try GradientAccumulation(&settings), at: 0)
    case "loss-scaling": wrappers.insert(try LossScaling(&settings), at: 0)
    case "ema": wrappers.insert(try ExponentialAverage(&settings), at: 0)
    case "swa": wrappers.insert(try StochasticWeightAverage(&settings), at: 0)
    default: try wrapInAYLA(&settings)
    }
  }

  private mutating func wrapInAYLA(_ settings: inout SettingsReader) throws(SettingError) {
    let cards = AYLA.exponentCards
    let N1 = try settings.number(cards[0]) ?? cards[0].defaultValue
    let N2 = try settings.number(cards[1]) ?? cards[1].defaultValue
    let reading = try settings.text("ayla.reading") ?? "gradient"
    if N1 == 1 && N2 == 1 {
      throw .refused(
        message: "ayla:\(name) with ayla.N1 = ayla.N2 = 1 is \(name) itself; set ayla.N1 or ayla.N2"
      )
    }
    if reading == "gradient" {
      wrappers.insert(AYLA(N1: N1, N2: N2), at: 0)
      return
    }
    guard let reading = AYLAMoments.Reading(rawValue: reading) else {
      throw .unknownValue(
        key: "ayla.reading", text: reading,
        known: ["gradient"] + AYLAMoments.Reading.allCases.map(\.rawValue))
    }
    guard let adam = rule as? Adam, !adam.decay.isPresent, wrappers.isEmpty else {
      throw .refused(
        message:
          "ayla.reading=\(reading.rawValue) is a reading of Adam's moments, and \(name) is not"
          + " plain adam; ayla.reading=gradient goes over any optimizer")
    }
    let values = adam.hyperparameters
    rule = AYLAMoments(
      reading: reading, N1: N1, N2: N2, learningRate: values[.learningRate] ?? 0,
      beta1: values[.beta1] ?? 0, beta2: values[.beta2] ?? 0, epsilon: values[.epsilon] ?? 0,
      epsilonPlacement: adam.epsilonPlacement)
  }
}
