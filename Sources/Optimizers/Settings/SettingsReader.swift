internal import Diagnostics
internal import Numbers
internal import Properties

/// Reads the settings of one part of an optimizer: each is asked for once, and what nobody asked for is
/// an error that suggests what was meant.
struct SettingsReader {
  /// The optimizer or wrapper, for messages.
  let subject: String
  private var unread: [(key: String, text: String)]
  private var asked: [String] = []

  init(subject: String, _ settings: [(key: String, text: String)]) {
    self.subject = subject
    unread = settings
  }

  /// The text given under a key or one of its aliases, which is then read.
  mutating func text(_ key: String, aliases: [String] = []) throws(SettingError) -> String? {
    asked += [key] + aliases
    var found: (key: String, text: String)?
    for (place, setting) in unread.enumerated().reversed()
    where setting.key == key || aliases.contains(setting.key) {
      if let found { throw .givenTwice(key: setting.key, other: found.key) }
      found = unread.remove(at: place)
    }
    return found?.text
  }

  /// Whether a key is among those not read yet.
  mutating func isGiven(_ key: String) -> Bool {
    asked.append(key)
    return unread.contains { $0.key == key }
  }

  /// The number given, checked against its domain; nil where none was.
  mutating func number(_ card: HyperparameterCard) throws(SettingError) -> Rational? {
    guard let text = try text(card.key, aliases: card.aliases) else { return nil }
    guard let value = Rational(text) else { throw .notANumber(key: card.key, text: text) }
    try card.check(value, text: text)
    return value
  }

  /// The number given, checked against its domain, or the default.
  mutating func value(_ card: HyperparameterCard) throws(SettingError) -> Rational {
    try number(card) ?? card.defaultValue
  }

  /// The count given, checked against its domain, or the default.
  mutating func whole(_ card: HyperparameterCard) throws(SettingError) -> Int {
    let value = try value(card)
    guard value.isInteger, let count = Int(exactly: value.numerator) else {
      throw .outsideDomain(
        key: card.key, value: value.decimalDescription, domain: "\(card.domain)",
        reason: "it counts steps")
    }
    return count
  }

  /// One of an option's readings; nil where none was given.
  mutating func option<Option>(
    _ key: String, _ type: Option.Type = Option.self, among values: [Option]? = nil
  ) throws(SettingError) -> Option?
  where Option: CaseIterable & RawRepresentable<String> {
    guard let text = try text(key) else { return nil }
    let values = values ?? Array(Option.allCases)
    guard let value = values.first(where: { $0.rawValue == text }) else {
      throw .unknownValue(key: key, text: text, known: values.map(\.rawValue))
    }
    return value
  }

  mutating func flag(_ key: String) throws(SettingError) -> Bool? {
    guard let text = try text(key) else { return nil }
    guard let value = Bool(text) else {
      throw .unknownValue(key: key, text: text, known: ["true", "false"])
    }
    return value
  }

  /// - Throws: for the first setting that nobody asked for.
  func finish() throws(SettingError) {
    guard let (key, _) = unread.first else { return }
    throw .unknownKey(
      key: key, optimizer: subject, nearest: nearestName(to: key, among: asked), known: asked)
  }
}

extension HyperparameterCard {
  /// - Parameter text: the value as it was given, for the message.
  /// - Throws: where the value lies outside the domain.
  func check(_ value: Rational, text: String? = nil) throws(SettingError) {
    guard !domain.contains(value) else { return }
    throw .outsideDomain(
      key: key, value: text ?? value.decimalDescription, domain: "\(domain)",
      reason: reason(against: value))
  }

  /// Why a value outside the domain is refused, where that is not plain.
  private func reason(against value: Rational) -> String? {
    switch key {
    case "ayla.N1", "ayla.N2":
      value.isZero ? "an exponent of 0 makes every gradient zero" : nil
    case "beta1", "beta2", "beta3":
      value == 1 ? "a moving average with decay 1 never moves" : nil
    default: nil
    }
  }
}

extension Hyperparameters {
  /// Itself, each value checked against its card. An `ε` of 0 is let through: a limit that tests and
  /// proofs are about, although no card allows it.
  ///
  /// - Precondition: each value lies in the domain of its card.
  func checked(against cards: [HyperparameterCard]) -> Hyperparameters {
    for (key, value) in self {
      guard let card = cards.first(where: { $0.key == key.name }) else {
        preconditionFailure("no card describes \(key.name)")
      }
      let isLimit = key == .epsilon && value.isZero
      precondition(
        isLimit || card.domain.contains(value),
        "\(key.name) must lie in \(card.domain), got \(value)")
    }
    return self
  }
}
