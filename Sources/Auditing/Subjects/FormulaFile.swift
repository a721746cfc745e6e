internal import Diagnostics
public import Formulas
public import Numbers
public import Properties
internal import Yams

/// An optimizer that exists as a formula: the contents of a formula file.
public struct FormulaFile: Sendable {
  /// The name that it gives itself.
  public let name: String
  /// Where its formulas come from.
  public let source: String?
  /// The family whose laws it declares.
  public let family: String?
  /// What it says of itself beside its family's.
  public let traits: Set<Trait>
  public let rule: FormulaRule
  /// Where each hyper-parameter may lie, by canonical name; one that is not listed is fixed.
  public let domains: [String: Domain]
  /// What its hyper-parameters are called elsewhere, `eta_minus` or `etas[0]`: canonical names by those.
  public let aliases: [String: String]
  /// What it says of every reachable state, over its own names.
  public let invariants: [Relation]
  /// What its author claims of it.
  let claims: [AuthorsClaim]

  /// Reads a formula file.
  ///
  /// - Throws: an error that names line and column: exit code 66 for a file that cannot be read, 65 for
  ///   one with wrong contents.
  public init(reading path: String) throws(FormulaFileError) {
    try self.init(document: YAMLDocument(reading: path))
  }

  /// Reads the text of a formula file.
  ///
  /// - Parameter path: the name that errors give it.
  public init(text: String, path: String) throws(FormulaFileError) {
    try self.init(document: YAMLDocument(text: text, path: path))
  }

  private init(document: YAMLDocument) throws(FormulaFileError) {
    var reader = FormulaFileReader(document: document)
    try reader.read()
    rule = try reader.rule()
    name = reader.name
    source = reader.source
    family = reader.family
    let couples = rule.reductions.contains { $0.scope == .vector }
    traits = couples ? reader.traits.union([.globalNormClip]) : reader.traits
    domains = reader.domains
    aliases = reader.aliases
    invariants = reader.invariants
    claims = reader.claims
  }
}

/// The canonical names of the roles that hyper-parameters play, and what else they are called.
enum HyperparameterRole {
  static let aliases: [String: String] = [
    "alpha": "learningRate", "eta": "learningRate", "lr": "learningRate",
    "learning_rate": "learningRate", "stepSize": "learningRate", "step_size": "learningRate",
    "mu": "momentum", "eps": "epsilon", "weight_decay": "weightDecay", "wd": "weightDecay",
    "lambda": "weightDecay", "b1": "beta1", "b2": "beta2", "b3": "beta3", "beta_1": "beta1",
    "beta_2": "beta2", "beta_3": "beta3", "rho": "beta2", "gamma": "beta2", "beta": "beta1",
  ]

  static func canonicalName(of name: String) -> String { aliases[name] ?? name }
}
