internal import Auditing
internal import Diagnostics
public import Optimizers
public import Properties
public import Testing

/// One property of the catalogue, asked of one optimizer: an argument of a test.
///
/// ```swift
/// @Test(arguments: AuditCase.all(of: MyRule(), card: .adam))
/// func audit(_ property: AuditCase) async throws { try await property.run() }
/// ```
public struct AuditCase: Sendable, CustomTestStringConvertible {
  /// The property's name, `rule.odd`.
  public let id: String
  /// What it states.
  public let statement: String
  let subject: AuditSubject
  let seed: UInt64
  let effort: Effort
  let expected: Verdict?

  public var testDescription: String { id }

  /// The properties that a rule's card declares, one case each.
  ///
  /// - Parameters:
  ///   - card: what the rule declares to be; its own card where that is nil. With a built-in's, such as
  ///     `.adam`, every step is held to that rule, too.
  ///   - seed: what every generated case follows from.
  ///   - effort: how many cases are generated, and how long the solvers may look.
  ///   - expecting: known verdicts: the test fails where the audit gives another, a better one included.
  /// - Precondition: the card's conventions, if a built-in's, fit the rule's values.
  public static func all(
    of rule: any UpdateRule, card: Card? = nil, seed: UInt64 = 0, effort: Effort = .quick,
    expecting: [String: Verdict] = [:]
  ) -> [AuditCase] {
    all(of: Optimizer(rule), card: card, seed: seed, effort: effort, expecting: expecting)
  }

  /// As of a rule, of a rule within stages and wrappers.
  public static func all(
    of optimizer: Optimizer, card: Card? = nil, seed: UInt64 = 0, effort: Effort = .quick,
    expecting: [String: Verdict] = [:]
  ) -> [AuditCase] {
    let subject: AuditSubject
    do {
      subject = try AuditSubject(optimizer: optimizer, card: card)
    } catch {
      preconditionFailure("the rule's values do not go with its card: \(error)")
    }
    for id in expecting.keys {
      precondition(
        Catalogue.property(id) != nil, "the catalogue has no property \(id), which is expected")
    }
    return Catalogue.all.filter { property in
      let description = property.description
      return !description.isInformation && description.requires.isSubset(of: subject.traits)
        && description.excludes.isDisjoint(with: subject.traits)
    }.map {
      AuditCase(
        id: $0.id, statement: $0.description.statement, subject: subject, seed: seed,
        effort: effort, expected: expecting[$0.id])
    }
  }

  /// Asks the property, and records an issue with its counterexample where it is refuted.
  ///
  /// What nobody declares of the rule may be refuted: that a coordinate-wise rule turns with its coordinates.
  public func run(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    guard let property = Catalogue.property(id) else { return }
    let report = await Audit(of: subject, seed: seed, effort: effort, properties: [property]).run()
    guard let row = report.results.first else { throw CancellationError() }
    if let expected {
      guard row.verdict != expected else { return }
      let text =
        "\(id): \(statement)\nthe verdict is \(row.verdict.rawValue), where"
        + " \(expected.rawValue) is expected\n\(Self.text(of: row))"
      Issue.record(Comment(rawValue: text), sourceLocation: sourceLocation)
    } else if row.verdict == .refuted && row.isDeclared {
      let text = "\(id): \(statement)\n\(Self.text(of: row))"
      Issue.record(Comment(rawValue: text), sourceLocation: sourceLocation)
    }
  }

  private static func text(of row: PropertyResult) -> String {
    var lines = row.evidence.map { entry in
      "\(entry.kind.rawValue): \(entry.verdict.rawValue) by \(entry.tool)"
        + (entry.domain.map { ", \($0)" } ?? "") + (entry.detail.map { "; \($0)" } ?? "")
    }
    if let detail = row.detail { lines.append(detail) }
    if let counterexample = row.counterexample {
      lines.append(
        "counterexample of \(counterexample.scalars) scalars and \(counterexample.steps) steps: "
          + counterexample.case.text(isIndented: false))
    }
    lines.append("source: \(row.property.source)")
    return lines.joined(separator: "\n")
  }
}
