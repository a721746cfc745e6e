import Foundation
import Processes
import TestSupport
import Testing

@Suite("Schedules and transforms on the command line")
struct ScheduleCommandTests {
  let assay: AssayProcess

  init() throws { assay = try AssayProcess() }

  @Test("Schedules come with every key, default, domain and meaning, and each is taken")
  func list() async throws {
    let outcome = try await assay.run("list", "schedules", "--format", "json")
    #expect(outcome.exitCode == 0)
    let schedules = try #require(outcome.json?["schedules"] as? [[String: Any]])
    #expect(schedules.count == 9)
    for schedule in schedules {
      let name = try #require(schedule["name"] as? String)
      let settings = try #require(schedule["settings"] as? [[String: Any]])
      var arguments = ["audit", "schedule:\(name)", "--property", "schedule.joins"]
      for setting in settings {
        for key in ["key", "symbol", "default", "domain", "meaning"] {
          #expect((setting[key] as? String)?.isEmpty == false, "\(name): \(key)")
        }
        let isWhole = try #require(setting["whole"] as? Bool)
        let (key, value) = (
          try #require(setting["key"] as? String), try #require(setting["default"] as? String)
        )
        #expect(!isWhole || Int(value) != nil)
        arguments += ["--set", "\(key)=\(value)"]
      }
      let audit = try await assay.run(arguments + ["--set", "countsFromZero=true"])
      #expect(audit.exitCode == 0, "\(name): \(audit.output) \(audit.errorText)")
    }
    let text = try await assay.run("list", "schedules")
    for schedule in schedules {
      #expect(text.output.contains("schedule:\(schedule["name"] as? String ?? "")"))
    }
  }

  @Test("Schedules are plotted on a page that needs nothing else, or it says why not")
  func page() async throws {
    let outcome = try await assay.run("list", "schedules", "--format", "html")
    #expect(outcome.exitCode == 0)
    let plots = outcome.output.components(separatedBy: "<svg").count - 1
    if ExternalTool.gnuplot.isPresent {
      #expect(plots == 9)
    } else {
      #expect(plots == 0 && outcome.output.contains("gnuplot"))
    }
    for link in ["src=", "href=\"http", "url("] {
      #expect(!outcome.output.contains(link), "nothing is fetched: \(link)")
    }
    let hidden = try await assay.run(
      "list", "schedules", "--format", "html", environment: ["ASSAY_HIDE": "gnuplot"])
    #expect(hidden.output.contains("apt-get install gnuplot-nox"))
  }

  @Test("A schedule is audited, in every format")
  func schedule() async throws {
    let common = ["audit", "schedule:cosine", "--set", "T=100", "--effort", "quick"]
    let json = try await assay.run(common + ["--format", "json"])
    #expect(json.exitCode == 0)
    let subject = try #require(json.json?["subject"] as? [String: Any])
    #expect(subject["kind"] as? String == "schedule")
    #expect(subject["name"] as? String == "schedule:cosine")
    #expect((subject["formula"] as? String)?.contains("T = 100") == true)
    let rows = try #require(json.json?["results"] as? [[String: Any]])
    #expect(
      rows.compactMap { $0["property"] as? String } == [
        "schedule.closed-form", "schedule.bounds", "schedule.joins", "schedule.resume",
      ])
    for format in ["text", "html", "markdown", "junit"] {
      let outcome = try await assay.run(common + ["--format", format])
      #expect(outcome.exitCode == 0 && outcome.output.contains("schedule.joins"), "\(format)")
    }
  }

  @Test("A transform alone is audited by the transforms' rows")
  func transform() async throws {
    let outcome = try await assay.run(
      "audit", "transform:ayla", "--set", "N1=1.5", "--effort", "quick", "--format", "json")
    #expect(outcome.exitCode == 0, "\(outcome.output) \(outcome.errorText)")
    let rows = try #require(outcome.json?["results"] as? [[String: Any]])
    #expect(rows.count >= 10)
    #expect(rows.allSatisfy { ($0["property"] as? String)?.hasPrefix("transform.") == true })
    #expect(rows.allSatisfy { $0["verdict"] as? String != "notApplicable" })
  }
}
