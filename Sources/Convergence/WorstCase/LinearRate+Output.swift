public import Diagnostics
internal import Foundation
internal import Numbers
public import Optimizers

extension LinearRate {
  /// `ρ`, rounded.
  public var rate: Double { Double(squaredRate).squareRoot() }

  /// The proof in the format of `assay worst-case --linear-rate --format json`.
  public var json: JSONValue {
    [
      "class": .string(functionClass.name), "rate": JSONValue(rate),
      "squaredRate": .string("\(squaredRate)"), "verified": .bool(isProved),
      "matrix": .array(matrix.map { .array($0.map { .string("\($0)") }) }),
      "valueWeight": .string("\(valueWeight)"),
    ]
  }

  /// The proof for people.
  public var text: String {
    let rows = matrix.map { row in
      "    " + row.map { String(format: "% .6g", Double($0)) }.joined(separator: "  ")
    }
    return
      ([
        "|x_k - x*|^2 shrinks like rho^(2k), rho = \(rate), over \(functionClass)",
        "  proved by V = xi' P xi + p (f(x) - f*), checked exactly; p = \(Double(valueWeight)), P =",
      ]
      + rows).joined(separator: "\n") + "\n"
  }
}

extension LinearRate {
  /// What a search came to.
  public enum Answer: Sendable {
    case proved(LinearRate)
    /// No rate below 1 has a proof of this form.
    case none
    case notFixedCoefficient(reason: String)

    public var json: JSONValue {
      switch self {
      case .proved(let rate): ["status": "proved", "linearRate": rate.json, "detail": .null]
      case .none: ["status": "none", "linearRate": .null, "detail": .string(text)]
      case .notFixedCoefficient(let reason):
        ["status": "notFixedCoefficient", "linearRate": .null, "detail": .string(reason)]
      }
    }

    public var text: String {
      switch self {
      case .proved(let rate): rate.text
      case .none: "no rate below 1 has a proof by a Lyapunov function of this form\n"
      case .notFixedCoefficient(let reason): "no fixed map of its state: \(reason)\n"
      }
    }
  }

  /// The least rate that is found to have a proof, or why there is none.
  ///
  /// - Throws: `ToolError` where no solver is installed; `WorstCaseError` for a class that has no such rates.
  public static func answer(
    _ optimizer: Optimizer, on functionClass: FunctionClass
  ) async throws -> Answer {
    try functionClass.checkForLinearRates()
    do {
      return try await search(optimizer, on: functionClass).map { .proved($0) } ?? .none
    } catch let error as NotFixedCoefficient {
      return .notFixedCoefficient(reason: error.reason)
    }
  }
}

extension FunctionClass {
  /// - Throws: unless the functions are smooth and strongly convex, with `μ < L`.
  public func checkForLinearRates() throws(WorstCaseError) {
    try check()
    guard case .smoothStronglyConvex = self, !isQuadratic else {
      throw .methodIsNotFor(
        functionClass: name, method: "a linear rate",
        reason: "it is proved over smooth-strongly-convex, with mu below L")
    }
  }
}
