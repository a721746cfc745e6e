import Foundation
import Processes
import TestSupport
import Testing

@Suite("assay worst-case")
struct WorstCaseCommandTests {
  let assay: AssayProcess

  init() throws { assay = try AssayProcess() }

  private let gradientDescent = [
    "worst-case", "sgd", "--set", "learningRate=1", "--class", "smooth-convex", "--smoothness",
    "1", "--metric", "function-gap", "--initial", "distance",
  ]

  @Test("gradient descent needs no solver, and its certificate checks and cannot be tampered with")
  func certificate() async throws {
    let hidden = ["ASSAY_HIDE": "csdp,dsdp5"]
    let outcome = try await assay.run(
      gradientDescent + ["--steps", "3", "--format", "json", "--save", "certificate.json"],
      environment: hidden)
    #expect(outcome.exitCode == 0, "\(outcome.errorText)")
    let report = try #require(outcome.json)
    for field in [
      "method", "class", "metric", "iterate", "initial", "steps", "status", "upper", "lower",
      "closedForm", "seconds",
    ] { #expect(report[field] != nil, "no field \(field)") }
    #expect(report["status"] as? String == "exact")
    let upper = try #require(report["upper"] as? [String: Any])
    #expect(upper["rational"] as? String == "1/14")
    #expect(upper["verified"] as? Bool == true)
    #expect((report["lower"] as? [String: Any])?["rational"] as? String == "1/14")

    let file = assay.folder.url.appending(path: "certificate.json")
    let proved = try await assay.run(
      "worst-case", "--check", file.path, environment: hidden)
    #expect(proved.exitCode == 0 && proved.output.contains("proved"))
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.contains(#""tau" : "1/14""#))
    let tampered = try assay.folder.write(
      "tampered.json",
      text.replacingOccurrences(of: #""tau" : "1/14""#, with: #""tau" : "999999/14000000""#))
    let rejected = try await assay.run("worst-case", "--check", tampered, "--format", "json")
    #expect(rejected.exitCode == 1)
    #expect((rejected.json?["condition"] as? String)?.contains("semidefinite") == true)
    let program = try String(
      contentsOf: assay.folder.url.appending(path: "certificate.dat-s"), encoding: .utf8)
    #expect(program.split(separator: "\n").count > 10)
  }

  @Test("a method with coefficients that are not fixed is an answer, not an error")
  func notFixedCoefficient() async throws {
    let outcome = try await assay.run(
      "worst-case", "adam", "--class", "smooth-convex", "--smoothness", "1", "--steps", "3",
      "--format", "json")
    #expect(outcome.exitCode == 0)
    #expect(outcome.json?["status"] as? String == "notFixedCoefficient")
    #expect(outcome.json?["upper"] is NSNull)
  }

  @Test(
    "without a solver, and without a proof that needs none, the command to install one is named")
  func noSolver() async throws {
    let outcome = try await assay.run(
      "worst-case", "nesterov", "--class", "smooth-convex", "--smoothness", "1", "--steps", "3",
      environment: ["ASSAY_HIDE": "csdp,dsdp5"])
    #expect(outcome.exitCode == 69)
    #expect(outcome.errorText.contains("apt-get install coinor-csdp"))
  }

  @Test(
    "a param.csdp in the user's folder changes nothing",
    .enabled(if: ExternalTool.csdp.isPresent, "apt-get install coinor-csdp"))
  func hostileParameters() async throws {
    try assay.folder.write(
      "param.csdp",
      """
      axtol=1.0e0
      atytol=1.0e0
      objtol=1.0e0
      pinftol=1.0e8
      dinftol=1.0e8
      maxiter=1
      minstepfrac=0.90
      maxstepfrac=0.97
      minstepp=1.0e-8
      minstepd=1.0e-8
      usexzgap=1
      tweakgap=0
      affine=0
      printlevel=3
      perturbobj=1
      fastmode=0

      """)
    let outcome = try await assay.run(
      "worst-case", "nesterov", "--class", "smooth-convex", "--smoothness", "1", "--steps", "2",
      "--format", "json")
    #expect(outcome.json?["status"] as? String == "exact")
    // Nothing of the solver's is left beside it.
    let names = try FileManager.default.contentsOfDirectory(atPath: assay.folder.url.path)
    #expect(names.filter { $0 != "param.csdp" }.isEmpty, "\(names)")
  }

  static let mistakes: [(code: Int32, arguments: [String], says: String)] = [
    (64, ["sgd", "--class", "smooth-convex", "--smoothness", "1", "--steps=-1"], "got -1"),
    (64, ["sgd", "--class", "smooth-convex", "--smoothness", "1"], "--steps"),
    (64, ["sgd", "--class", "smooth-convex", "--steps", "3"], "--smoothness"),
    (64, ["sgd", "--steps", "3"], "--class"),
    (64, ["sgd", "--class", "smoth-convex", "--steps", "3"], "did you mean 'smooth-convex'?"),
    (64, ["sgd", "--class", "smooth-convex", "--smoothness", "one", "--steps", "3"], "'one'"),
    (64, ["sgd", "--class", "smooth-convex", "--smoothness=-1", "--steps", "3"], "got -1"),
    (
      64,
      [
        "sgd", "--class", "smooth-strongly-convex", "--smoothness", "1", "--convexity", "2",
        "--steps", "3",
      ], "got 2"
    ),
    (64, ["ogmm", "--class", "proximal", "--steps", "3"], "unknown optimizer 'ogmm'"),
    (64, ["ogm", "--class", "proximal", "--steps", "3"], "needs a smoothness"),
    (64, ["proximal", "--set", "lr=-1", "--class", "proximal", "--steps", "3"], "-1"),
    (64, ["proximal", "--class", "proximal", "--steps", "3", "--metric", "gap"], "gap"),
    (64, ["--class", "proximal", "--steps", "3"], "no method"),
    (64, ["sgd", "--check", "here.json"], "stands alone"),
    (66, ["--check", "absent.json"], "cannot be read"),
    (65, ["--check", "nonsense.json"], "no certificate"),
    (65, ["--check", "text.json"], "no JSON"),
    (
      73,
      [
        "sgd", "--class", "smooth-convex", "--smoothness", "1", "--steps", "3", "--save",
        "nowhere/c.json",
      ], "nowhere"
    ),
  ]

  @Test("each mistake is one line that says what is wrong", arguments: mistakes)
  func mistake(entry: (code: Int32, arguments: [String], says: String)) async throws {
    try assay.folder.write("nonsense.json", "{}")
    try assay.folder.write("text.json", "a certificate")
    let outcome = try await assay.run(["worst-case"] + entry.arguments)
    #expect(outcome.exitCode == entry.code, "\(outcome.errorText)")
    #expect(outcome.errorLines.count == 1 && outcome.output.isEmpty, "\(outcome.errorText)")
    #expect(outcome.errorText.contains(entry.says), "\(outcome.errorText)")
  }
}
