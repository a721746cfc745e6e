/// What became of one fault.
public struct FaultOutcome: Sendable, Hashable {
  public let id: String
  /// What was done to what is right: `drop-term`.
  public let `operator`: String
  /// What stands where.
  public let change: String
  public let nature: Nature
  /// How the nature is known.
  public let reason: String
  /// Whether it was audited without its family, too: what is known by its name alone is not.
  public let isNameless: Bool
  /// The property that found it with the family declared; nil for none.
  public var declared: String?
  /// With the family inferred.
  public var inferred: String?
  /// With no family at all.
  public var undeclared: String?
  /// All properties that were seen to find it.
  public var properties: [String] = []
  /// What it behaves like, where no family is declared.
  public var behavesLike: String?
  /// Whether it does so on every probe, to the rounding.
  public var isExactlyLike = false
  /// Whether the loss went down all the same.
  public var passesSmokeTest = false

  public enum Nature: String, Sendable {
    case different, equivalent, undecided
  }

  init(
    id: String, operator name: String, change: String, _ nature: FaultNature,
    isNameless: Bool = true
  ) {
    self.id = id
    self.operator = name
    self.change = change
    self.isNameless = isNameless
    switch nature {
    case .different(let place): (self.nature, reason) = (.different, place)
    case .equivalent(let method): (self.nature, reason) = (.equivalent, method)
    case .undecided:
      (self.nature, reason) = (.undecided, "no run differs, and no proof was found that none does")
    }
  }

  /// The property that found it; nil for none.
  public func finder(_ mode: SelfTestReport.Mode) -> String? {
    switch mode {
    case .declared: declared
    case .inferred: inferred
    case .none: undeclared
    }
  }
}
