public import Diagnostics
internal import Formulas
public import Numbers
public import Optimizers
public import Properties

/// What is audited: a rule, what it declares, and what runs it.
public struct AuditSubject: Sendable {
  public enum Kind: String, Sendable {
    case builtIn = "built-in"
    case formula
    case process
    /// A learning rate as a function of the step.
    case schedule
    /// A loss transform alone.
    case transform
  }

  public let kind: Kind
  /// The subject as the user named it.
  public let name: String
  /// The family whose laws it is held to; nil for none.
  public let family: String?
  public let traits: Set<Trait>
  /// Its paper and reading.
  public let source: String?
  /// Where each hyper-parameter may lie, by canonical name; one that is not listed is fixed.
  public let domains: [String: Domain]
  /// The reading that it follows, by the key of the disputed question.
  public let conventions: [String: String]
  /// Relations true of every reachable state, over the slots, the hyper-parameters' symbols and `t`.
  public let invariants: [String]
  /// A formula of hyper-parameters and `t` that |Δθ| never exceeds; nil for none.
  public let stepBound: String?
  public let floatBox: FloatBox
  /// The loss transform that is part of it; nil for none.
  public let transform: PowerTransform?
  /// Its text, where Assay holds it.
  public let rule: (any TransparentRule)?
  /// The rule that it claims to be; nil where it claims none.
  public let reference: (any TransparentRule)?
  /// What runs its code, the arithmetic that it is judged in first.
  public let executors: [any SubjectExecutor]
  /// The compiled optimizer, for a built-in.
  let optimizer: Optimizer?
  /// All that it takes to make the subject again, for failure files.
  public let specification: JSONValue
  /// The arguments that name it on a command line.
  public let commandArguments: [String]

  /// What its author claims beyond its family's laws.
  var claims: [AuthorsClaim] = []
  /// The schedule that it is; nil for none.
  public internal(set) var schedule: Schedule?
  /// Its formula, where that is stated and not traced.
  var statedFormula: String?

  /// The program behind it, for a process.
  public internal(set) var process: ProcessSubject?
  /// The values of its hyper-parameters by canonical name, for a process, exactly as it gave them.
  var ownValues: [String: Rational] = [:]

  /// Whether its steps, or those of what it is held to, need the loss; a process that takes one gets it.
  public var requiresLoss: Bool {
    text?.requiresLoss ?? optimizer?.requiresLoss ?? false || reference?.requiresLoss ?? false
      || process?.capabilities.contains(.loss) == true
  }

  /// Its text; for a process the text of what it claims to be, with the process's own values.
  var text: (any TransparentRule)? { rule ?? (kind == .process ? reference : nil) }

  /// The value of one of its hyper-parameters; nil where it has none of that name.
  func value(of name: String) -> Rational? {
    kind == .process
      ? ownValues[name]
      : rule?.value(of: name) ?? optimizer?.hyperparameters.first { $0.key == name }?.value
  }

  /// The rule as a textbook prints it, from the trace; of what has no rule, what its card states.
  public var formula: String? { rule.map { RuleTrace($0).text } ?? statedFormula }
}

extension AuditSubject {
  /// Whether every coordinate's step depends on norms of all, summed up in an order.
  var takesNorms: Bool {
    !traits.isDisjoint(with: [.globalNormClip, .normalization, .curvature])
  }

  /// Whether stages change what the rule sees or does, beside a clip of the norm: the family's closed forms
  /// and limits do not speak of such a rule.
  var hasInnerStages: Bool {
    !traits.isDisjoint(with: [
      .gradientMap, .normalization, .curvature, .updateClip, .accumulation,
    ])
  }
}
