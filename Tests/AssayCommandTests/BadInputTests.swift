import Foundation
import TestSupport
import Testing

/// Arguments that make no sense, and what the one line about them says.
struct BadInput: Sendable, CustomTestStringConvertible {
  let code: Int32
  let arguments: [String]
  let says: String
  var testDescription: String { arguments.map { String($0.prefix(40)) }.joined(separator: " ") }

  init(_ code: Int32, _ arguments: String..., says: String) {
    self.code = code
    self.arguments = arguments
    self.says = says
  }

  private static let box = "x=-1:1"

  static let arguments: [BadInput] = [
    BadInput(64, "critical-points", "x^^2", "--box", box, says: "unexpected '^'"),
    BadInput(64, "critical-points", "x + q", "--box", box, says: "unknown variable 'q'"),
    BadInput(64, "critical-points", "sine(x)", "--box", box, says: "unknown function 'sine'"),
    BadInput(64, "critical-points", " ", "--box", box, says: "missing"),
    BadInput(64, "critical-points", "x^2", "--box", "x=1:1", says: "x"),
    BadInput(64, "critical-points", "x^2", "--box", "x=2:1", says: "x"),
    BadInput(64, "critical-points", "x^2", "--box", "x=nan:1", says: "nan"),
    BadInput(64, "critical-points", "x^2", "--box", "x=0:inf", says: "inf"),
    BadInput(64, "critical-points", "x^2", "--box", "", says: "box"),
    BadInput(64, "critical-points", "x^2", "--box", "x", says: "x"),
    BadInput(64, "critical-points", "x^2", "--box", "x=0:1,x=0:1", says: "x"),
    BadInput(64, "critical-points", "x^2", says: "--box"),
    BadInput(64, "critical-points", "--box", box, says: "no function"),
    BadInput(64, "critical-points", "x", "--function", "x", "--box", box, says: "twice"),
    BadInput(
      64, "critical-points", "x^2", "--box", box, "--transform", "ayla:N1=0,N2=1", says: "N1"),
    BadInput(
      64, "critical-points", "x^2", "--box", box, "--transform", "ayla:N1=-1,N2=1", says: "N1"),
    BadInput(
      64, "critical-points", "x^2", "--box", box, "--transform", "ayla:N1=1,N2=nan", says: "N2"),
    BadInput(
      64, "critical-points", "x^2", "--box", box, "--transform", "ayla:N3=1", says: "N3"),
    BadInput(64, "critical-points", "x^2", "--box", box, "--transform", "alya:N1=2", says: "alya"),
    BadInput(64, "critical-points", "x^2", "--box", box, "--format", "junit", says: "junit"),
    BadInput(
      64, "critical-points",
      String(repeating: "(", count: 50_000) + "x" + String(repeating: ")", count: 50_000), "--box",
      box, says: "brackets inside each other"),
    BadInput(64, "audit", "amtv", says: "did you mean 'amvt'?"),
    BadInput(64, "audit", "nothing-like-it", says: "unknown optimizer 'nothing-like-it'"),
    BadInput(64, "audit", "two\nlines", says: "two lines"),
    BadInput(64, "audit", "alya:adam", says: "did you mean 'ayla'?"),
    BadInput(64, "audit", "adam", "--set", "beta4=0.9", says: "beta4"),
    BadInput(64, "audit", "adam", "--set", "beta1=1", says: "beta1 must lie in [0, 1), got 1"),
    BadInput(64, "audit", "adam", "--set", "lr=NaN", says: "'NaN' is no finite number"),
    BadInput(64, "audit", "adam", "--set", "lr=-1", says: "learningRate must lie in [0, inf)"),
    BadInput(64, "audit", "adam", "--set", "lr", says: "`lr` is no setting"),
    BadInput(64, "audit", "adam", "--set", "lr=1", "--set", "learningRate=1", says: "twice"),
    BadInput(64, "audit", "ayla:adam", says: "N1"),
    BadInput(64, "audit", "ayla:adam", "--set", "ayla.N1=1", "--set", "ayla.N2=1", says: "N1"),
    BadInput(
      64, "audit", "ayla:sgd", "--set", "ayla.N1=2", "--set", "ayla.reading=rescaled",
      says: "rescaled"),
    BadInput(
      64, "audit", "ayla:sgd", "--set", "ayla.N1=2", "--set", "ayla.reading=nonsense",
      says: "nonsense"),
    BadInput(64, "audit", says: "nothing to audit"),
    BadInput(64, "audit", "adam", "--formula", "a.yaml", says: "name one of SUBJECT"),
    BadInput(64, "audit", "adam", "--as", "adam", says: "--as"),
    BadInput(64, "audit", "--formula", "right.yaml", "--as", "adma", says: "did you mean 'adam'?"),
    BadInput(64, "audit", "--formula", "right.yaml", "--as-set", "a=b", says: "--as-set"),
    BadInput(64, "audit", "--formula", "right.yaml", "--set", "beta1=1", says: "beta1"),
    BadInput(64, "audit", "--formula", "right.yaml", "--set", "gain=1", says: "gain"),
    BadInput(64, "audit", "adam", "--property", "rule.od", says: "did you mean `rule.odd`?"),
    BadInput(64, "audit", "schedule:cosin", says: "did you mean 'cosine'?"),
    BadInput(64, "audit", "schedule:", says: "unknown schedule ''"),
    BadInput(
      64, "audit", "schedule:cosine", "--set", "T=-1", says: "T must lie in [0, inf), got -1"),
    BadInput(64, "audit", "schedule:cosine", "--set", "T=2.5", says: "it counts steps"),
    BadInput(64, "audit", "schedule:warmup", "--set", "warmup=-3", says: "warmup must lie in"),
    BadInput(
      64, "audit", "schedule:cosine", "--set", "gamma=2", says: "no hyper-parameter 'gamma'"),
    BadInput(64, "audit", "schedule:cosine", "--set", "T=1", "--set", "T=2", says: "given twice"),
    BadInput(64, "audit", "schedule:cosine", "--set", "countsFromZero=2", says: "true, false"),
    BadInput(
      64, "audit", "schedule:constant", "--set", "lr=inf", says: "'inf' is no finite number"),
    BadInput(64, "audit", "transform:alya", "--set", "N1=2", says: "there is `ayla`"),
    BadInput(64, "audit", "transform:ayla", says: "N1 = N2 = 1"),
    BadInput(64, "audit", "transform:ayla", "--set", "N1=0", says: "every gradient zero"),
    BadInput(64, "audit", "transform:ayla", "--set", "N3=2", says: "N3"),
    BadInput(64, "audit", "transform:ayla", "--set", "N1=x", says: "'x' is no finite number"),
    BadInput(
      64, "audit", "transform:ayla", "--set", "N1=2", "--set", "ayla.N1=2", says: "given twice"),
    BadInput(64, "list", "schedules", "--format", "junit", says: "text or json or html"),
    BadInput(64, "audit", "adam", "--seed", "-1", says: "--seed"),
    BadInput(64, "audit", "adam", "--seed", "1e99", says: "1e99"),
    BadInput(64, "audit", "adam", "--seed", "9007199254740992", says: "9007199254740992"),
    BadInput(64, "audit", "adam", "--effort", "great", says: "great"),
    BadInput(64, "audit", "adam", "--expect", "rule.odd=maybe", says: "`maybe` is no verdict"),
    BadInput(64, "audit", "adam", "--expect", "rule.none=proved", says: "rule.none"),
    BadInput(64, "audit", "adam", "--expect", "proved", says: "--expect"),
    BadInput(64, "audit", "adam", "--format", "html5", says: "html5"),
    BadInput(64, "audit", "adam", "--no-such-option", says: "--no-such-option"),
    BadInput(64, "audti", says: "audti"),
    BadInput(64, "list", "everything", says: "everything"),
    BadInput(64, "list", "properties", "--format", "junit", says: "junit"),
    BadInput(64, "replay", says: "--from"),
    BadInput(64, "replay", "0123456789ab", "--format", "junit", says: "junit"),
    BadInput(65, "audit", "--formula", "list.yaml", says: "list.yaml: the document is a sequence"),
    BadInput(65, "audit", "--formula", "undefined.yaml", says: "undefined.yaml:5:28: unknown"),
    BadInput(65, "audit", "--formula", "without.yaml", says: "without.yaml:4:3: no statement"),
    BadInput(65, "audit", "--formula", "large.yaml", says: "larger than 1 MiB"),
    BadInput(65, "replay", "--from", "list.yaml", says: "list.yaml"),
    BadInput(65, "replay", "--from", "large.yaml", says: "16 MiB"),
    BadInput(66, "audit", "--formula", "absent.yaml", says: "absent.yaml: cannot be read"),
    BadInput(66, "audit", "--formula", ".", says: "cannot be read"),
    BadInput(66, "replay", "0123456789ab", says: "0123456789ab"),
    BadInput(66, "replay", "../../etc/pas", says: "cannot be read"),
    BadInput(66, "replay", "--from", "absent.json", says: "absent.json"),
    BadInput(73, "audit", "sgd", "--output", "no/such/folder/r.json", says: "there is no folder"),
    BadInput(73, "audit", "sgd", "--output", ".", says: "it is a folder"),
    BadInput(73, "list", "properties", "--output", "/proc/r.json", says: "cannot be written"),
    BadInput(73, "list", "properties", "--output", "right.yaml/r.json", says: "folder"),
  ]
}

/// A rule as a file: Adam with another step.
func adamFile(step: String = "m/(1 - beta1^t)/(sqrt(v/(1 - beta2^t)) + epsilon)") -> String {
  """
  optimizer: by hand
  state: {m: 0, v: 0}
  hyperparameters: {alpha: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8}
  domain: {beta1: "[0, 1)", beta2: "[0, 1)", epsilon: "(0, inf)"}
  update:
    - m = beta1*m + (1 - beta1)*g
    - v = beta2*v + (1 - beta2)*g^2
    - theta = theta - alpha*\(step)
  """
}

@Suite("The command on bad input")
struct BadInputTests {
  let assay: AssayProcess

  init() throws {
    assay = try AssayProcess()
    let folder = assay.folder
    try folder.write("list.yaml", "- 1\n- 2\n")
    try folder.write("right.yaml", adamFile())
    try folder.write(
      "undefined.yaml",
      "optimizer: u\nstate: {}\nhyperparameters: {alpha: 1}\nupdate:\n  - \"theta = theta + alpha*q\""
    )
    try folder.write(
      "without.yaml", "optimizer: u\nstate: {m: 0}\nupdate:\n  - m = g\n")
    _ = try folder.writeSparse("large.yaml", byteCount: 100_000_000)
  }

  @Test(
    "It is one clear error with its exit code, and nothing on standard output",
    arguments: BadInput.arguments)
  func badInput(_ input: BadInput) async throws {
    let outcome = try await assay.run(input.arguments)
    #expect(outcome.exitCode == input.code, "\(outcome)")
    #expect(outcome.output.isEmpty)
    let lines = outcome.errorLines
    let first = try #require(lines.first)
    #expect(first.hasPrefix("assay: "))
    #expect(first.contains(input.says), "\(first)")
    #expect(first.utf8.count < 600)
    #expect(!outcome.errorText.contains("Fatal error"))
    // An excerpt of one line, and a caret under it, may follow.
    #expect(lines.count == 1 || lines.count == 3, "\(outcome.errorText)")
    if lines.count == 3 { #expect(lines[2].allSatisfy { " ^~".contains($0) }) }
  }

  @Test("Help and version go to standard output and end well")
  func help() async throws {
    for arguments in [["--help"], ["audit", "--help"], ["help", "audit"], []] {
      let outcome = try await assay.run(arguments)
      #expect(outcome.exitCode == 0, "\(arguments)")
      #expect(outcome.output.contains("USAGE"))
      #expect(outcome.errorText.isEmpty)
    }
    let version = try await assay.run("--version")
    #expect(version.exitCode == 0)
    #expect(version.output.contains(/^assay \d+\.\d+\.\d+\n/))
  }
}
