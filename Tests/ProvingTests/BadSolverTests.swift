import Formulas
import Foundation
import Numbers
import Properties
import Proving
import Testing

/// Programs that go by the name of a solver and are none.
@Suite("Solvers that misbehave or are missing")
struct BadSolverTests {
  private func proof(of claim: Claim, script: String) async throws -> Proof {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "assay-solver-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "z3")
    let text =
      "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'Z3 version 0.0.1 - 64 bit'; exit; fi\n"
    try Data((text + script).utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    let environment = ["PATH": "\(folder.path):/usr/bin:/bin", "ASSAY_HIDE": "cvc5"]
    return await Prover(effort: .quick, environment: environment).prove(claim)
  }

  @Test("without a solver a claim is untested, and the package named")
  func noSolver() async throws {
    let environment = ["PATH": "/usr/bin:/bin", "ASSAY_HIDE": "z3"]
    let proof = await Prover(effort: .quick, environment: environment)
      .prove(try makeClaim(given: [], then: ["x^2 >= 0"]))
    #expect(proof.evidence.verdict == .untested)
    #expect(proof.evidence.detail?.contains("apt-get install z3") == true)
  }

  @Test(
    "what is no answer gives no verdict, and is shown",
    arguments: [
      ("exit 3", "ended with status 3"), ("kill -SEGV $$", "killed by signal 11"),
      ("echo '(error \"line 1: no such logic\")'; exit 1", "no such logic"),
      ("echo '((((('", "what is no answer"), ("echo satisfied", "satisfied"),
      ("yes", "output limit"),
      ("echo unknown; echo '(:reason-unknown \"max. memory exceeded\")'", "memory limit"),
    ])
  func noAnswer(script: String, words: String) async throws {
    let proof = try await proof(
      of: try makeClaim(given: ["x > 0"], then: ["x^2 > 0"]), script: script)
    guard case .inconclusive(let reason) = proof.conclusion else {
      Issue.record("\(script): \(proof)")
      return
    }
    #expect(reason.contains(words))
    #expect(proof.solver == "z3 0.0.1")
  }

  @Test(
    "a model that contradicts nothing refutes nothing",
    arguments: [
      "((|x| 1.0))", "((|x| (- 1.0)))", "((x (/ 1.0 3.0)))",
      "((|x| (root-obj (+ (^ x 2) (- 2)) 2)))",
      "((|x| (root-obj (^ x 2) 7)))", "((|x| (/ 1.0 0.0)))", "((|x| nonsense))", "()",
      "((|x| (root-obj (+ (^ x 999999) 1) 1)))", "((|x| (- (- (- 1.0)))))",
    ])
  func falseModel(model: String) async throws {
    let proof = try await proof(
      of: try makeClaim(given: ["x > 0"], then: ["x^2 > 0"]),
      script: "echo sat; echo '(:reason-unknown \"\")'; echo '\(model)'")
    #expect(proof.verdict == .inconclusive, "\(proof)")
  }

  @Test("a model that is right refutes, irrational or not")
  func trueModel() async throws {
    let claim = try makeClaim(given: [], then: ["(x^2 - 2)^2 > 1/10^12"])
    let proof = try await proof(
      of: claim,
      script: "echo sat; echo '(:reason-unknown \"\")'; "
        + "echo '((|x| (root-obj (+ (^ x 2) (- 2)) 1)))'")
    let x = try #require(proof.refutation?.point["x"])
    #expect(x.isNegative && (x * x - 2).magnitude <= Rational(1, 1_000_000))
  }
}
