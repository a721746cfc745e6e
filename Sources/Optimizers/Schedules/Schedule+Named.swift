internal import Diagnostics
public import Numbers
public import Properties

extension Schedule {
  /// A built-in schedule as a list shows it.
  public struct Description: Sendable {
    public let name: String
    /// The rate at step `t`.
    public let formula: String
    public let settings: [HyperparameterCard]

    /// Whether a setting counts steps or periods, and so is a whole number.
    public func isWhole(_ key: String) -> Bool {
      ["T", "warmup", "stepLength", "growth"].contains(key)
    }
  }

  /// What each of them takes beside its own settings.
  public static let commonSettings: [HyperparameterCard] = [.learningRate(1e-3)]

  private static let lengthCard = card("T", "T", 100, "the number of steps")
  private static let warmupCard = card("warmup", "T_w", 10, "the steps of the warm-up")
  private static let minimumCard = card("minimum", "α_min", 0, "the least rate")

  private static func card(
    _ key: String, _ symbol: String, _ value: Rational, _ meaning: String,
    domain: Domain = .nonNegative
  ) -> HyperparameterCard {
    HyperparameterCard(key, symbol: symbol, default: value, domain: domain, meaning: meaning)
  }

  private static let atLeastOne = Domain(lower: 1, upper: nil)
  private static let stepCard = card(
    "stepLength", "s", 30, "the steps between falls", domain: atLeastOne)
  private static let factorCard = card("factor", "γ", 0.1, "what a fall multiplies the rate by")
  private static let growthCard = card(
    "growth", "T_mult", 1, "how much longer each period is than the last", domain: atLeastOne)
  private static let endCard = card("end", "α_end", 0, "the rate at the end")
  private static let powerCard = card("power", "p", 1, "the power", domain: .positive)

  /// The built-in schedules. Each takes `learningRate` (α₀) and `countsFromZero` as well.
  public static let builtIns: [Description] = [
    Description(name: "constant", formula: "α₀", settings: []),
    Description(name: "warmup", formula: "α₀·min(1, t/T_w)", settings: [warmupCard]),
    Description(
      name: "cosine", formula: "α_min + (α₀ − α_min)(1 + cos(πt/T))/2, then α_min",
      settings: [lengthCard, minimumCard]),
    Description(name: "step", formula: "α₀·γ^⌊t/s⌋", settings: [stepCard, factorCard]),
    Description(
      name: "warmup-cosine", formula: "α₀·t/T_w to T_w, then a cosine of T − T_w steps",
      settings: [warmupCard, lengthCard, minimumCard]),
    Description(
      name: "warm-restarts", formula: "cosines of T, T·T_mult, T·T_mult², … steps",
      settings: [lengthCard, growthCard, minimumCard]),
    Description(name: "inverse-root", formula: "α₀/√t", settings: []),
    Description(name: "inverse", formula: "α₀/t", settings: []),
    Description(
      name: "polynomial", formula: "α_end + (α₀ − α_end)(1 − min(t, T)/T)^p",
      settings: [lengthCard, endCard, powerCard]),
  ]

  /// A built-in schedule by name, with its settings as typed: `cosine`, `T=100`.
  ///
  /// - Throws: for an unknown name or key, a value outside its domain, a length that is not whole.
  public init(named name: String, settings: [String: String] = [:]) throws(SettingError) {
    try self.init(
      named: name, settings: settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
  }

  /// As of a dictionary, in the order given; a key given twice is an error.
  public init(
    named name: String, settings: [(key: String, value: String)]
  ) throws(SettingError) {
    guard Schedule.builtIns.contains(where: { $0.name == name }) else {
      throw .unknownSchedule(
        name: name, nearest: nearestName(to: name, among: Schedule.builtIns.map(\.name)))
    }
    var reader = SettingsReader(
      subject: "schedule:\(name)", settings.map { ($0.key, $0.value) })
    let base = try reader.value(Schedule.commonSettings[0])
    let countsFromZero = try reader.flag("countsFromZero") ?? false
    let shape: Shape =
      switch name {
      case "warmup": .warmup(length: try reader.whole(Schedule.warmupCard))
      case "cosine":
        .cosine(
          length: try reader.whole(Schedule.lengthCard),
          minimum: try reader.value(Schedule.minimumCard))
      case "step":
        .step(
          length: try reader.whole(Schedule.stepCard), factor: try reader.value(Schedule.factorCard)
        )
      case "warmup-cosine":
        .warmupCosine(
          warmup: try reader.whole(Schedule.warmupCard),
          length: try reader.whole(Schedule.lengthCard),
          minimum: try reader.value(Schedule.minimumCard))
      case "warm-restarts":
        .warmRestarts(
          length: try reader.whole(Schedule.lengthCard),
          growth: try reader.whole(Schedule.growthCard),
          minimum: try reader.value(Schedule.minimumCard))
      case "inverse-root": .inverseRoot
      case "inverse": .inverse
      case "polynomial":
        .polynomial(
          length: try reader.whole(Schedule.lengthCard), end: try reader.value(Schedule.endCard),
          power: try reader.value(Schedule.powerCard))
      default: .constant
      }
    try reader.finish()
    self.init(base, shape, countsFromZero: countsFromZero)
  }
}

extension Schedule {
  /// The name under which `init(named:settings:)` makes it.
  public var name: String {
    switch shape {
    case .constant: "constant"
    case .warmup: "warmup"
    case .cosine: "cosine"
    case .step: "step"
    case .warmupCosine: "warmup-cosine"
    case .warmRestarts: "warm-restarts"
    case .inverseRoot: "inverse-root"
    case .inverse: "inverse"
    case .polynomial: "polynomial"
    }
  }

  /// The entry of its name in `builtIns`.
  public var description: Description {
    let name = name
    guard let found = Schedule.builtIns.first(where: { $0.name == name }) else {
      preconditionFailure("no built-in schedule is called \(name)")
    }
    return found
  }

  /// The settings that make it, the rate first, with their values.
  public var settings: [(key: String, value: Rational)] {
    let own: [(key: String, value: Rational)] =
      switch shape {
      case .constant, .inverseRoot, .inverse: []
      case .warmup(let length): [("warmup", Rational(length))]
      case .cosine(let length, let minimum): [("T", Rational(length)), ("minimum", minimum)]
      case .step(let length, let factor): [("stepLength", Rational(length)), ("factor", factor)]
      case .warmupCosine(let warmup, let length, let minimum):
        [("warmup", Rational(warmup)), ("T", Rational(length)), ("minimum", minimum)]
      case .warmRestarts(let length, let growth, let minimum):
        [("T", Rational(length)), ("growth", Rational(growth)), ("minimum", minimum)]
      case .polynomial(let length, let end, let power):
        [("T", Rational(length)), ("end", end), ("power", power)]
      }
    return [("learningRate", base)] + own
  }
}
