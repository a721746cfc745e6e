import Diagnostics
import Foundation
import Numbers
import Optimizers
import Properties
import TestSupport
import Testing

@testable import Auditing

/// A file with something wrong in it, and what an error says of it.
struct WrongFile: Sendable, CustomTestStringConvertible {
  let name: String
  let text: String
  /// Line and column, where the error has such.
  var place: String?
  let message: String
  var testDescription: String { name }

  init(_ name: String, _ text: String, at place: String? = nil, _ message: String) {
    self.name = name
    self.text = text
    self.place = place
    self.message = message
  }

  /// A file that is right but for some lines.
  init(
    _ name: String, state: String = "{m: 0}", hyperparameters: String = "{alpha: 0.1}",
    more: String? = nil, update: [String] = ["theta = theta - alpha*g"], at place: String? = nil,
    _ message: String
  ) {
    let lines =
      ["optimizer: wrong", "state: \(state)", "hyperparameters: \(hyperparameters)"]
      + (more.map { [$0] } ?? []) + ["update:"] + update.map { "  - \($0)" }
    self.init(name, lines.joined(separator: "\n"), at: place, message)
  }
}

@Suite("Formula files: what is wrong with them")
struct FormulaFileErrorTests {
  static let files = [
    WrongFile("nothing", "", "the file is empty"),
    WrongFile("only a comment", "# nothing\n", "the file is empty"),
    WrongFile("a list", "- 1\n- 2\n", "the document is a sequence"),
    WrongFile("a scalar", "adam", "the document is a scalar"),
    WrongFile("no YAML", "optimizer: [a", "this is no YAML"),
    WrongFile("a tab", "optimizer: a\n\tstate: b", at: "2:1", "this is no YAML"),
    WrongFile("a key twice", "optimizer: a\noptimizer: b", "`optimizer` stands there twice"),
    WrongFile("no name", "update: []", "the key `optimizer`, the rule's name, is missing"),
    WrongFile(
      "no update", "optimizer: a", "the key `update`, a sequence of statements, is missing"),
    WrongFile(
      "an unknown key", "optimizer: a\nhyperparamters: {}", at: "2:1",
      "unknown key `hyperparamters`; did you mean `hyperparameters`?"),
    WrongFile("a name of two lines", "optimizer: \"a\\nb\"", at: "1:12", "a name of one line"),
    WrongFile("a name that paints", "optimizer: \"\\e[31m\"", at: "1:12", "a name of one line"),
    WrongFile("a name that is a list", "optimizer: [a]", at: "1:12", "is a sequence"),
    WrongFile("a state that is a list", state: "[m]", at: "2:8", "`state` is a sequence"),
    WrongFile(
      "an update that is a mapping", "optimizer: a\nupdate: {theta: g}", at: "2:9",
      "`update` is a mapping"),
    WrongFile("no number", hyperparameters: "{alpha: fast}", at: "3:26", "`alpha` is `fast`"),
    WrongFile("YAML's 90", hyperparameters: "{alpha: 1:30}", at: "3:26", "`alpha` is `1:30`"),
    WrongFile("hexadecimal", hyperparameters: "{alpha: 0x10}", at: "3:26", "`alpha` is `0x10`"),
    WrongFile("not a number", hyperparameters: "{alpha: .nan}", at: "3:26", "`alpha` is `.nan`"),
    WrongFile("infinite", hyperparameters: "{alpha: .inf}", at: "3:26", "`alpha` is `.inf`"),
    WrongFile("no value", hyperparameters: "{alpha: }", "`alpha` is ``"),
    WrongFile("a huge exponent", hyperparameters: "{alpha: 1e999999999}", at: "3:26", "`alpha`"),
    WrongFile("no name", state: "{1m: 0}", at: "2:8", "`1m` is no name"),
    WrongFile("a letter of another alphabet", state: "{β: 0}", at: "2:8", "`β` is no name"),
    WrongFile("a name that is given", state: "{g: 0}", at: "2:8", "`g` is taken already"),
    WrongFile("a name in both", state: "{alpha: 0}", at: "3:18", "`alpha` is taken already"),
    WrongFile(
      "two rates", hyperparameters: "{alpha: 0.1, lr: 0.1}", at: "3:18",
      "`alpha` and `lr` are both the learningRate; `roles:` tells them apart"),
    WrongFile(
      "a role of nobody", more: "roles: {gain: learningRate}", at: "4:9",
      "`gain` is no hyper-parameter"),
    WrongFile(
      "a domain of nobody", more: "domain: {gain: \"[0, 1)\"}", at: "4:10",
      "`gain` is no hyper-parameter"),
    WrongFile("no domain", more: "domain: {alpha: positive}", at: "4:17", "is no domain"),
    WrongFile("an empty domain", more: "domain: {alpha: \"[1, 0]\"}", at: "4:17", "is no domain"),
    WrongFile(
      "a domain of NaN", more: "domain: {alpha: \"[0, nan]\"}", at: "4:17", "is no domain"),
    WrongFile(
      "a value outside", more: "domain: {alpha: \"[1, 2]\"}", at: "4:17",
      "`alpha` is 0.1, outside its domain"),
    WrongFile("no relation", more: "invariants: [\"m\"]", "a comparison is missing"),
    WrongFile("an invariant of t", more: "invariants: [\"m <= t\"]", at: "4:20", "unknown"),
    WrongFile("an invariant of nobody", more: "invariants: ['v >= 0']", at: "4:15", "unknown"),
    WrongFile("a broken invariant", more: "invariants: [\"m >= (\"]", at: "4:21", "unexpected end"),
    WrongFile(
      "an undefined name", update: ["theta = theta - alpha*q"], at: "5:27", "unknown variable"),
    WrongFile(
      "an unknown function", update: ["theta = sine(g)"], at: "5:13", "unknown function"),
    WrongFile(
      "an undefined name in quotes", update: ["\"theta = theta - alpha*q\""], at: "5:28",
      "unknown variable"),
    WrongFile("an unfinished formula", update: ["theta = theta -"], at: "5:20", "unexpected end"),
    WrongFile("a doubled operator", update: ["theta = theta^^2"], at: "5:19", "unexpected '^'"),
    WrongFile("an update without theta", update: ["m = g"], at: "5:3", "assigns `theta`"),
    WrongFile("no statement", update: ["theta"], at: "5:5", "is no statement"),
    WrongFile("a comparison", update: ["theta == g"], at: "5:12", "unexpected"),
    WrongFile("an inequality", update: ["theta <= g"], at: "5:5", "is no statement"),
    WrongFile("two names", update: ["theta g = g"], at: "5:5", "is no statement"),
    WrongFile("a formula on the left", update: ["2*theta = g"], at: "5:5", "is no statement"),
    WrongFile("a list as a statement", update: ["[theta]"], at: "5:5", "is a sequence"),
    WrongFile("a gradient set", update: ["g = 0"], at: "5:5", "`g` is given"),
    WrongFile("a hyper-parameter set", update: ["alpha = 0"], at: "5:5", "`alpha` is given"),
    WrongFile("an alias", "a: &x [1]\nb: [*x]", at: "1:4", "anchors"),
    WrongFile("an alias that is not there", "optimizer: *x", at: "1:12", "undefined alias"),
    WrongFile(
      "an indentation of a thousand", String(repeating: " ", count: 1_000) + "a: b", at: "1",
      "nested more than"),
    WrongFile("dashes", String(repeating: "- ", count: 100_000) + "x", at: "1", "nested more than"),
    WrongFile(
      "dashes behind another line break", "a:\r\n" + String(repeating: "- ", count: 100_000),
      at: "2",
      "nested more than"),
    WrongFile(
      "keys of keys", String(repeating: "? ", count: 100_000) + "x", at: "1", "nested more than"),
    WrongFile(
      "values of no key", String(repeating: "- : ", count: 100_000) + "x", at: "1",
      "nested more than"),
    WrongFile(
      "brackets", "a: " + String(repeating: "[", count: 100_000), at: "1", "more than 1000 brackets"
    ),
    WrongFile(
      "brackets closed in comments", "a:\n" + String(repeating: " [ # ]\n", count: 100_000),
      at: "1002", "more than 1000 brackets"),
    WrongFile(
      "brackets with marks", "a:\n" + String(repeating: "[\u{301}", count: 100_000), at: "2",
      "more than 1000 brackets"),
    WrongFile(
      "brackets in a formula",
      update: [
        "theta = " + String(repeating: "(", count: 50_000) + "g"
          + String(repeating: ")", count: 50_000)
      ], "brackets inside each other"),
  ]

  @Test("Each is one error with its place", arguments: files)
  func error(_ file: WrongFile) throws {
    let error = try #require(throws: FormulaFileError.self) {
      _ = try FormulaFile(text: file.text, path: "wrong.yaml")
    }
    #expect(error.exitCode == .data)
    #expect(error.message.contains(file.message), "\(error.message)")
    #expect(!error.message.contains("\n"))
    #expect(error.message.utf8.count < 400)
    let place = try #require(error.place)
    if let wanted = file.place { #expect(place == "wrong.yaml:\(wanted)") }
    #expect(place.hasPrefix("wrong.yaml"))
  }

  @Test("An error shows the line, and a caret under the column")
  func excerpt() throws {
    let text = "optimizer: a\r\nupdate:\r\n  - theta = theta - q\r\n"
    let error = try #require(throws: FormulaFileError.self) {
      _ = try FormulaFile(text: text, path: "a.yaml")
    }
    #expect(error.place == "a.yaml:3:21")
    #expect(error.excerpt == "  - theta = theta - q\n                    ^")
  }

  @Test("A thousand brackets within the limit are parsed, and refused for what they are")
  func withinLimit() throws {
    for text in [
      "a: " + String(repeating: "[", count: 990) + String(repeating: "]", count: 990),
      "a: " + String(repeating: "{x: ", count: 990) + String(repeating: "}", count: 990),
      String(repeating: "- ", count: 60) + "x",
      (0..<250).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n"),
    ] {
      #expect(throws: FormulaFileError.self) { _ = try FormulaFile(text: text, path: "a.yaml") }
    }
  }
}

@Suite("Formula files: reading")
struct FormulaFileReadingTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func error(at path: String) throws -> FormulaFileError {
    try #require(throws: FormulaFileError.self) { _ = try FormulaFile(reading: path) }
  }

  @Test("A file that is not there, and a folder, cannot be read: 66")
  func absent() throws {
    let absent = try error(at: folder.url.appending(path: "absent.yaml").path)
    #expect(absent.exitCode == .noInput)
    #expect(absent.message.contains("no such file"))
    #expect(try error(at: folder.url.path).exitCode == .noInput)
    #expect(try error(at: "").exitCode == .noInput)
  }

  @Test("A file over 1 MiB is refused by its size, however large: 65")
  func large() throws {
    for count in [1 << 20 + 1, 100_000_000] as [UInt64] {
      let error = try error(at: try folder.writeSparse("large.yaml", byteCount: count))
      #expect(error.exitCode == .data)
      #expect(error.message == "the file is larger than 1 MiB")
    }
  }

  @Test("A file that is no UTF-8 is wrong: 65")
  func notUnicode() throws {
    let error = try error(at: try folder.write("latin.yaml", Data([0x61, 0x3A, 0x20, 0xE9])))
    #expect(error.exitCode == .data)
    #expect(error.message == "the file is no UTF-8 text")
    let zeros = try self.error(at: try folder.write("zeros.yaml", Data(count: 100)))
    #expect(zeros.exitCode == .data)
  }

  @Test("What a file says is what is read: names, exact values, domains, invariants")
  func contents() throws {
    let file = try FormulaFile(
      text: """
        optimizer: "quoted name"   # a comment with a bracket ]
        family: adam
        state: {m: 0, v: 1e-3}
        hyperparameters: {gain: 0.10, beta1: "0.9", damp: 1/3}
        roles: {gain: learningRate, damp: dampening}
        domain: {gain: "(0, inf)", beta1: '[0, 1)'}
        invariants: ["v >= 0", 'gain > 0']
        update:
          - "m = beta1*m + (1 - beta1)*g"
          - v = if(abs(g) < v, v, abs(g))
          - scaled = m/(v + damp)
          - theta = theta - gain*scaled*loss
        """, path: "a.yaml")
    #expect(file.name == "quoted name")
    #expect(file.family == "adam")
    #expect(file.rule.slotNames == ["m", "v"])
    #expect(file.rule.slotStart == [0, 0.001])
    #expect(
      file.rule.hyperparameters.map(\.name) == ["learningRate", "beta1", "dampening"])
    #expect(try file.rule.value(of: "dampening") == Rational(1) / 3)
    #expect(file.rule.value(of: "learningRate") == 0.1)
    #expect(file.rule.requiresLoss)
    #expect(file.domains.keys.sorted() == ["beta1", "learningRate"])
    #expect(file.invariants.map(\.description).count == 2)
  }

  @Test("Statements run in order, and read what those before them wrote")
  func order() throws {
    let file = try FormulaFile(
      text: """
        optimizer: a
        state: {m: 1}
        update: ["m = m + g", "theta = theta - m", "m = 2*m"]
        """, path: "a.yaml")
    var state: CoordinateState<Double> = file.rule.start(at: 10)
    file.rule.step(
      &state, gradient: 3, context: StepContext(t: 1, loss: nil), hyperparameters: [])
    #expect(state.parameter == 6)
    #expect(state.slots == [8])
  }
}
