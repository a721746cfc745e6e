public import Numbers

/// A symbolic number: what a rule computes when it runs on symbols.
///
/// Nothing is simplified but the sharing of equal parts, so a formula says what the rule's text says,
/// with every division and root that may be undefined still in it. Two formulas are equal if their
/// structure is, whatever arenas they belong to.
public struct Formula: Sendable {
  enum Storage: Sendable {
    /// Belongs to no arena, since a literal knows of none, until it is an operand.
    case constant(Rational)
    case node(Int32, in: FormulaArena)
  }
  let storage: Storage

  init(_ index: Int32, in arena: FormulaArena) { storage = .node(index, in: arena) }

  /// An operation on formulas. Those of different arenas are copied into the largest of them.
  ///
  /// - Precondition: as many operands as the operation takes.
  public init(_ operation: FormulaOperation, _ operands: [Formula]) {
    precondition(
      operands.count == operation.operandCount,
      "\(operation) takes \(operation.operandCount) operands, got \(operands.count)")
    var home: FormulaArena?
    for operand in operands {
      guard case .node(_, let arena) = operand.storage, arena !== home else { continue }
      if let current = home, current.count >= arena.count { continue }
      home = arena
    }
    self = (home ?? FormulaArena()).combine(operation, operands)
  }
}

extension Formula: RuleNumber {
  public typealias Failure = Never

  public init(integerLiteral value: Int) { storage = .constant(Rational(value)) }
  public init(_ exact: Rational) { storage = .constant(exact) }

  public static func + (x: Formula, y: Formula) -> Formula { Formula(.sum, [x, y]) }
  public static func - (x: Formula, y: Formula) -> Formula { Formula(.difference, [x, y]) }
  public static func * (x: Formula, y: Formula) -> Formula { Formula(.product, [x, y]) }
  public static func / (x: Formula, y: Formula) -> Formula { Formula(.quotient, [x, y]) }
  public static prefix func - (x: Formula) -> Formula { Formula(.negation, [x]) }

  public static func root(_ x: Formula) -> Formula { Formula(.root, [x]) }
  public static func exp(_ x: Formula) -> Formula { Formula(.exponential, [x]) }
  public static func log(_ x: Formula) -> Formula { Formula(.logarithm, [x]) }
  public static func power(_ base: Formula, _ exponent: Formula) -> Formula {
    Formula(.power, [base, exponent])
  }
  /// `1 − baseᵗ`, as a difference of nodes; evaluation finds the pattern and computes it without
  /// cancellation.
  public static func oneMinusPower(_ base: Formula, _ t: Formula) -> Formula {
    1 - power(base, t)
  }
  public static func select(
    _ x: Formula, isLessThan y: Formula, then consequent: Formula, else alternative: Formula
  ) -> Formula { Formula(.select, [x, y, consequent, alternative]) }

  public static func lesser(_ x: Formula, _ y: Formula) -> Formula { Formula(.lesser, [x, y]) }
  public static func greater(_ x: Formula, _ y: Formula) -> Formula { Formula(.greater, [x, y]) }
  public static func sign(_ x: Formula) -> Formula { Formula(.sign, [x]) }
  public var magnitude: Formula { Formula(.magnitude, [self]) }
}

extension Formula: Hashable {
  public static func == (x: Formula, y: Formula) -> Bool {
    switch (x.storage, y.storage) {
    case (.constant(let a), .constant(let b)): return a == b
    case (.node(let a, let arena), .node(let b, let other)) where arena === other: return a == b
    default:
      if x.fingerprint != y.fingerprint { return false }
      // The fingerprints agree: equal but for a chance of 2⁻⁶⁴, which one arena for both decides.
      let graph = FormulaGraph([x, y])
      return graph.roots[0] == graph.roots[1]
    }
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }

  /// A number computed from the structure alone: the same in every arena and every run.
  var fingerprint: UInt64 {
    switch storage {
    case .constant(let value): Fingerprint.of("\(value)", salt: 254)
    case .node(let index, let arena): arena.fingerprint(at: index)
    }
  }
}
