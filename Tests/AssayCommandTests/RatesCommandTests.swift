import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite("The command `assay rates`")
struct RatesCommandTests {
  @Test func `three subjects come as rows of the documented format`() async throws {
    let outcome = try await AssayProcess().run([
      "rates", "sgd", "adam", "amvt", "--problem", "power:exponent=4", "--problem",
      "quadratic:dimension=4", "--steps", "300", "--format", "json",
    ])
    #expect(outcome.exitCode == 0, "\(outcome.errorText)")
    let rows = try #require(outcome.json?["subjects"] as? [[String: Any]])
    #expect(Set(rows.compactMap { $0["name"] as? String }) == ["sgd", "adam", "amvt"])
    for row in rows where row["slope"] is NSNull {
      #expect(row["verdict"] as? String == "inconclusive")
    }
  }

  @Test func `divergence is a result with its step, and no error`() async throws {
    let outcome = try await AssayProcess().run([
      "rates", "sgd", "--set", "lr=3", "--problem", "x^2", "--steps", "200",
    ])
    #expect(outcome.exitCode == 0)
    #expect(outcome.output.contains("diverged after step"))
  }

  @Test(arguments: ["html", "markdown", "text"])
  func `the page stands alone`(format: String) async throws {
    let outcome = try await AssayProcess().run(
      [
        "rates", "sgd", "--problem", "x^2 + 3*y^2", "--steps", "50", "--format", format,
      ], environment: ["ASSAY_HIDE": "gnuplot"])
    #expect(outcome.exitCode == 0)
    #expect(outcome.output.contains("x^2 + 3*y^2"))
    #expect(!outcome.output.contains("http://"))
  }

  @Test(arguments: [
    (["rates"], "name a SUBJECT"), (["rates", "sdg"], "sgd"),
    (["rates", "sgd", "sgd"], "named twice"),
    (["rates", "sgd", "--problem", "quadratik"], "did you mean 'quadratic'"),
    (["rates", "sgd", "--problem", "x^^2"], "column"),
    (["rates", "sgd", "--problem", "power:exponent=x"], "exponent"),
    (["rates", "sgd", "--steps", "0"], "--steps"),
    (["rates", "sgd", "--seeds", "0"], "--seeds"),
    (["rates", "sgd", "--schedule", "cosine"], "inverse-root"),
    (["rates", "sgd", "--start", "1,x", "--problem", "x"], "--start"),
    (["rates", "sgd", "--start", "1,2", "--problem", "x^2"], "the variables x"),
    (["rates", "sgd", "--format", "junit"], "--format"),
    (["rates", "sgd", "--set", "beta1=0.5"], "beta1"),
  ])
  func `bad input is one line and exit code 64`(arguments: [String], part: String) async throws {
    let outcome = try await AssayProcess().run(arguments)
    #expect(outcome.exitCode == 64, "\(outcome.errorText)")
    #expect(outcome.errorText.contains(part), "\(outcome.errorText)")
    #expect(outcome.output.isEmpty)
  }

  @Test func `absent data that were asked for are exit code 66, broken ones 65`() async throws {
    let process = try AssayProcess()
    let absent = try await process.run([
      "rates", "sgd", "--problem", "logistic:folder=/nowhere", "--steps", "20",
    ])
    #expect(absent.exitCode == 66, "\(absent.errorText)")
    let folder = try TemporaryFolder()
    try folder.write("t10k-images-idx3-ubyte", "not an image")
    try folder.write("t10k-labels-idx1-ubyte", "not a label")
    let broken = try await process.run([
      "rates", "sgd", "--problem", "logistic:folder=\(folder.url.path)", "--steps", "20",
    ])
    #expect(broken.exitCode == 65, "\(broken.errorText)")
    #expect(broken.errorLines.count == 1)
  }

  @Test func `the list of objectives names every setting`() async throws {
    let outcome = try await AssayProcess().run(["list", "objectives", "--format", "json"])
    #expect(outcome.exitCode == 0)
    let rows = try #require(outcome.json?["objectives"] as? [[String: Any]])
    #expect(rows.count >= 18)
    #expect(rows.contains { $0["name"] as? String == "logistic" })
  }
}
