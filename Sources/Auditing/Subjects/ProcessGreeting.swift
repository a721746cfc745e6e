internal import Diagnostics
internal import Foundation
internal import Numbers
internal import Properties

/// What a subject process can be asked for, beyond steps with a gradient for every tensor of one group.
enum SubjectCapability: String, Sendable, Hashable {
  case groups, state, loss, maximize
  case missingGradients = "missing-gradients"
}

/// What a subject process says of itself.
struct ProcessGreeting: Sendable, Hashable {
  var name: String
  var arithmetic: Arithmetic
  /// Under the subject's own names.
  var hyperparameters: [String: JSONValue]
  var capabilities: Set<SubjectCapability>
  /// How the bridge came to it: framework, target and arguments; nil for another program.
  var python: JSONValue?

  /// Reads the answer to `hello`.
  ///
  /// - Throws: the reason why it is no greeting.
  init(answer: JSONValue) throws(GreetingError) {
    guard let name = answer["name"]?.string, !name.isEmpty else {
      throw GreetingError(reason: "the greeting has no `name`")
    }
    guard answer["version"]?.int == 1 else {
      throw GreetingError(
        reason: "the greeting's `version` is \((answer["version"] ?? .null).lineText), not 1")
    }
    switch answer["dtype"]?.string {
    case "float64": arithmetic = .float64
    case "float32": arithmetic = .float32
    case "bfloat16": arithmetic = .bfloat16
    case "float16": arithmetic = .float16
    default:
      throw GreetingError(
        reason: "the greeting's `dtype` is \((answer["dtype"] ?? .null).lineText), which is none of"
          + " \"float64\", \"float32\", \"bfloat16\" and \"float16\"")
    }
    guard let hyperparameters = (answer["hyperparameters"] ?? [:]).object else {
      throw GreetingError(reason: "the greeting's `hyperparameters` are no object")
    }
    guard let capabilities = (answer["capabilities"] ?? []).array else {
      throw GreetingError(reason: "the greeting's `capabilities` are no array")
    }
    self.name = String(name.prefix(200))
    self.hyperparameters = hyperparameters
    python = answer["python"]
    self.capabilities = Set(
      capabilities.compactMap { $0.string.flatMap(SubjectCapability.init(rawValue:)) })
  }
}

struct GreetingError: Error {
  let reason: String
}

/// How a process's hyper-parameters are called, and which of them are numbers.
struct WireNames: Sendable {
  /// Where a canonical hyper-parameter travels: under a name, or as an element of a list.
  enum Place: Sendable, Hashable {
    case name(String)
    case element(of: String, Int)
  }

  private(set) var places: [String: Place] = [:]
  /// The subject's own values, exactly as they came, by canonical name.
  private(set) var values: [String: Rational] = [:]
  /// Its flags, by canonical name.
  private(set) var flags: [String: Bool] = [:]
  private var lists: [String: [JSONValue]] = [:]

  /// The names in which everybody calls the same thing alike.
  private static let aliases: [String: String] = [
    "lr": "learningRate", "learning_rate": "learningRate", "step_size": "learningRate",
    "stepsize": "learningRate", "b1": "beta1", "b2": "beta2", "b3": "beta3", "beta_1": "beta1",
    "beta_2": "beta2", "beta_3": "beta3", "eps": "epsilon", "weight_decay": "weightDecay",
    "wd": "weightDecay", "mu": "momentum",
  ]
  /// Names that mean a decay of second moments where the rate goes by another.
  private static let secondMomentNames = ["alpha", "rho", "decay"]
  private static let canonical: Set<String> = [
    "learningRate", "momentum", "dampening", "beta1", "beta2", "beta3", "epsilon", "weightDecay",
    "nesterov", "maximize", "centered", "amsgrad", "initialAccumulator", "rateDecay",
    "finalRate", "boundSpeed", "clip", "maximumOrder", "rectificationThreshold",
  ]

  /// - Parameters:
  ///   - hyperparameters: those of the greeting.
  ///   - map: names that the user settled, the subject's own to canonical ones; `etas[0]` is an element.
  ///   - reference: the formula file that the subject claims to be, whose names count, too.
  /// - Throws: for a mapped name that the subject does not have, or a canonical name given twice.
  init(
    _ hyperparameters: [String: JSONValue], map: [TypedSetting], reference: FormulaFile? = nil
  ) throws(ProcessSubjectError) {
    let names = Self.canonical.union(reference?.rule.hyperparameters.map(\.name) ?? [])
    let aliases = Self.aliases.merging(reference?.aliases ?? [:], uniquingKeysWith: { $1 })
    var settled: [String: String] = [:]
    for (own, canonical) in map {
      guard Self.contains(hyperparameters, own) else {
        let known = hyperparameters.keys.sorted()
        let hint = nearestName(to: own, among: known).map { "; did you mean `\($0)`?" } ?? ""
        throw ProcessSubjectError(
          .usage,
          "the subject has no hyper-parameter `\(own)`\(hint) (it has \(known.joined(separator: ", ")))",
          place: "--map")
      }
      settled[own] = canonical
    }
    func check(_ name: String, _ own: String) throws(ProcessSubjectError) {
      if places[name] != nil, settled[own] != nil || map.contains(where: { $0.value == name }) {
        throw ProcessSubjectError(
          .usage, "`\(name)` is the name of two hyper-parameters of the subject", place: "--map")
      }
    }
    for (own, value) in hyperparameters.sorted(by: { $0.key < $1.key }) {
      if settled[own] == nil, let list = value.array {
        lists[own] = list
        for (index, element) in list.prefix(8).enumerated() {
          let place = "\(own)[\(index)]"
          // `betas` hold beta1, beta2; so do other names in the plural.
          let stem = own.hasSuffix("s") ? "\(own.dropLast())\(index + 1)" : place
          let name = settled[place] ?? aliases[place] ?? stem
          guard settled[place] != nil || names.contains(name) else { continue }
          try check(name, place)
          note(name, element, at: .element(of: own, index))
        }
        continue
      }
      let name = settled[own] ?? aliases[own] ?? own
      guard settled[own] != nil || names.contains(name) else { continue }
      try check(name, own)
      note(name, value, at: .name(own))
    }
    if places["learningRate"] != nil, places["beta2"] == nil {
      for own in Self.secondMomentNames where settled[own] == nil && aliases[own] == nil {
        guard places["beta2"] == nil, let value = hyperparameters[own] else { continue }
        note("beta2", value, at: .name(own))
      }
    }
  }

  /// Whether there is a hyper-parameter of that name, or an element `name[0]` of a list.
  private static func contains(_ hyperparameters: [String: JSONValue], _ name: String) -> Bool {
    if hyperparameters[name] != nil { return true }
    guard name.hasSuffix("]"), let bracket = name.lastIndex(of: "["),
      let index = Int(name[name.index(after: bracket)...].dropLast())
    else { return false }
    return hyperparameters[String(name[..<bracket])]?.array?.indices.contains(index) ?? false
  }

  private mutating func note(_ name: String, _ value: JSONValue, at place: Place) {
    guard places[name] == nil, flags[name] == nil else { return }
    if let flag = value.bool {
      flags[name] = flag
    } else if let number = value.double, let exact = Rational(exactly: number) {
      places[name] = place
      values[name] = exact
    }
  }

  /// Hyper-parameters under the subject's names.
  ///
  /// - Parameter current: the lists of the group as they stand; an element replaces its own place alone.
  func encode(
    _ values: [String: Rational], current: inout [String: [JSONValue]]
  ) -> JSONValue {
    var members: [String: JSONValue] = [:]
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      let number = JSONValue(Double(value))
      switch places[name] {
      case nil: continue
      case .name(let own): members[own] = number
      case .element(let own, let index):
        var list = current[own] ?? lists[own] ?? []
        guard list.indices.contains(index) else { continue }
        list[index] = number
        current[own] = list
        members[own] = .array(list)
      }
    }
    return .object(members)
  }
}
