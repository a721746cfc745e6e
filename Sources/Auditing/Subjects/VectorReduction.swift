public import Numbers

/// A number that many coordinates make together: a norm, a sum, a mean.
public struct VectorReduction: Sendable, Hashable {
  public enum Kind: String, Sendable, CaseIterable {
    case sum, mean, norm, rms, largest
  }

  /// Which coordinates: all that have a gradient in the step, those of them in the same group, or in the
  /// same tensor.
  public enum Scope: String, Sendable, CaseIterable {
    case vector = ""
    case group = "group_"
    case tensor = "tensor_"
  }

  public let kind: Kind
  public let scope: Scope

  public init(_ kind: Kind, over scope: Scope) {
    self.kind = kind
    self.scope = scope
  }

  /// Its name in a formula: `norm`, `tensor_mean`.
  public var name: String { scope.rawValue + kind.rawValue }

  /// All there are.
  static let all = Scope.allCases.flatMap { scope in
    Kind.allCases.map { VectorReduction($0, over: scope) }
  }

  /// What the coordinates make together: `√Σx²` for the norm, `√(Σx²/n)` for the root mean square, the
  /// largest magnitude; 0 of none.
  func value<N: RuleNumber>(_ contributions: [N]) throws(N.Failure) -> N {
    guard let first = contributions.first else { return 0 }
    let count = N(Rational(contributions.count))
    switch kind {
    case .sum, .mean:
      var sum = first
      for value in contributions.dropFirst() { sum = sum + value }
      return kind == .sum || contributions.count == 1 ? sum : try sum / count
    case .norm, .rms:
      if contributions.count == 1 { return first.magnitude }
      var sum = first.squared()
      for value in contributions.dropFirst() { sum = sum + value.squared() }
      return try .root(kind == .norm ? sum : sum / count)
    case .largest:
      var largest = first.magnitude
      for value in contributions.dropFirst() { largest = .greater(largest, value.magnitude) }
      return largest
    }
  }
}
