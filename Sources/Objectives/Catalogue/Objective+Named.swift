internal import Diagnostics

extension Objective {
  /// A problem of the catalogue as a list shows it.
  public struct Description: Sendable {
    public let name: String
    public let title: String
    /// The settings it takes, with their defaults, in words.
    public let settings: [(key: String, defaultValue: String, meaning: String)]
    let make: @Sendable (inout ObjectiveSettings) async throws(ObjectiveError) -> Objective
  }

  /// The problems that have names.
  public static var builtIns: [Description] {
    curves + landscapes + quadratics + regressions
  }

  /// A problem by its name.
  ///
  /// - Throws: for an unknown name or setting, a value outside its range, or data that cannot be read.
  public init(named name: String, settings: [String: String] = [:]) async throws(ObjectiveError) {
    guard let description = Objective.builtIns.first(where: { $0.name == name }) else {
      throw .unknownObjective(
        name: name, nearest: nearestName(to: name, among: Objective.builtIns.map(\.name)))
    }
    var reader = ObjectiveSettings(objective: name, values: settings)
    let made = try await description.make(&reader)
    try reader.finish()
    self = made
  }

  /// A problem by its name with settings behind it, `quadratic:condition=100,dimension=8`, or one typed as a
  /// formula, `x^4 - 3*x^3 + 2`.
  ///
  /// What has the form of a name is one.
  public init(parsing text: String, start: [Double]? = nil) async throws(ObjectiveError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first.map { String($0) } ?? ""
    let isName =
      name.first?.isLetter == true
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
      // A name of more than one word or letter; `x`, `x-1` and `x2` are formulas.
      && name.count > 3
    guard isName else {
      try self.init(formula: text, start: start)
      return
    }
    var settings: [String: String] = [:]
    if parts.count == 2 {
      for entry in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
        let pair = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard pair.count == 2, !pair[0].isEmpty else {
          throw .badValue(key: name, text: String(entry), expected: "a setting, key=value")
        }
        guard settings.updateValue(String(pair[1]), forKey: String(pair[0])) == nil else {
          throw .badValue(key: String(pair[0]), text: String(pair[1]), expected: "given once only")
        }
      }
    }
    try await self.init(named: name, settings: settings)
    if let start { self = try moved(to: start) }
  }

  /// The same problem from another start.
  public func moved(to start: [Double]) throws(ObjectiveError) -> Objective {
    guard start.count == dimension, start.allSatisfy(\.isFinite) else {
      throw .unusable(
        reason: "a start of \(name) is \(dimension) finite numbers, got \(start.count)")
    }
    return Objective(
      name: name, title: title, source: source, settings: settings, remark: remark,
      function: function, start: start, functionClass: functionClass, minimum: minimum,
      minimisers: minimisers, otherCriticalPoints: otherCriticalPoints, noise: noise,
      asymptotes: asymptotes)
  }
}
