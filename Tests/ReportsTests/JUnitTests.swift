import Auditing
import Foundation
import FoundationXML
import Processes
import Reports
import Testing

/// Counts the elements of a document, and keeps their attributes.
private final class ElementReader: NSObject, XMLParserDelegate {
  var elements: [(name: String, attributes: [String: String])] = []
  var text: [String: String] = [:]
  private var open: [String] = []

  func parser(
    _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
    qualifiedName qName: String?, attributes attributeDict: [String: String]
  ) {
    elements.append((elementName, attributeDict))
    open.append(elementName)
  }

  func parser(
    _ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?,
    qualifiedName qName: String?
  ) { open.removeLast() }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if let name = open.last { text[name, default: ""] += string }
  }

  func all(_ name: String) -> [[String: String]] {
    elements.filter { $0.name == name }.map(\.attributes)
  }
}

@Suite("Reports: JUnit")
struct JUnitTests {
  private func read(_ report: AuditReport) -> ElementReader? {
    let reader = ElementReader()
    let parser = XMLParser(data: Data(report.junit.utf8))
    parser.delegate = reader
    return parser.parse() ? reader : nil
  }

  @Test("It is XML, whatever a subject is called and a row says")
  func parses() throws {
    let reader = try #require(read(sampleReport()))
    #expect(reader.all("testsuite").first?["name"] == "<rule> & \"co\"")
    #expect(reader.all("failure").first?["message"] == "a | b c")
    #expect(reader.text["failure"]?.contains("step 1: <wrong>") == true)
    #expect(reader.text["failure"]?.contains("assay replay 0123456789ab") == true)
  }

  @Test("Its counts are those of its elements, and information is no failure")
  func counts() throws {
    let reader = try #require(read(sampleReport()))
    let suite = try #require(reader.all("testsuite").first)
    #expect(suite["tests"] == "4")
    #expect(suite["failures"] == "1")
    #expect(suite["skipped"] == "1")
    #expect(suite["errors"] == "0")
    #expect(suite["time"] == "0.750")
    #expect(reader.all("testcase").count == 4)
    #expect(reader.all("failure").count == 1)
    #expect(reader.all("skipped").count == 1)
    #expect(reader.all("testcase")[0]["classname"] == "assay.rule")
    #expect(reader.all("testcase")[2]["name"] == "moment.loose")
  }

  @Test("A report without rows is XML, too")
  func empty() throws {
    var report = sampleReport()
    report.results = []
    let reader = try #require(read(report))
    #expect(reader.all("testsuite").first?["tests"] == "0")
  }

  /// Reads a file by junitparser where Python has it, else by Python's own XML reader.
  private static let pythonReader = """
    import sys
    try:
        from junitparser import JUnitXml
        suites = list(JUnitXml.fromfile(sys.argv[1]))
        print(sum(s.tests for s in suites), sum(s.failures for s in suites), sum(s.skipped for s in suites))
    except ModuleNotFoundError:
        import xml.etree.ElementTree as tree
        suites = list(tree.parse(sys.argv[1]).getroot().iter("testsuite"))
        print(*(sum(int(s.get(k)) for s in suites) for k in ("tests", "failures", "skipped")))
    """

  @Test("A parser of others reads it", .enabled(if: ExternalTool("python3").isPresent))
  func foreignParser() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).xml")
    try sampleReport().junit.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", Self.pythonReader, file.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(String(decoding: data, as: UTF8.self) == "4 1 1\n")
  }
}
