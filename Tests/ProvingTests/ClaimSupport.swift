import Formulas
import Foundation
import Numbers
import Processes
import Proving
import Testing

/// A claim from typed relations; later texts may use the names of earlier definitions.
func makeClaim(
  _ name: String = "claim", where definitions: [(String, String)] = [], given assumptions: [String],
  then goals: [String], steps: Set<String> = []
) throws -> Claim {
  let arena = FormulaArena()
  var bindings: [String: Formula] = [:]
  for (name, text) in definitions {
    bindings[name] = try Formula(parsing: text, bindings: bindings, in: arena)
  }
  func relation(_ text: String) throws -> Relation {
    try Relation(parsing: text, bindings: bindings, in: arena)
  }
  return Claim(
    name, assuming: try assumptions.map(relation), proving: try goals.map(relation),
    stepSymbols: steps)
}

extension ExternalTool {
  /// Why tests that need a program are skipped where it is missing.
  static var z3IsPresent: Bool { ExternalTool.z3.isPresent }
}
