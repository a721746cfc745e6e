internal import Diagnostics
internal import Foundation
internal import Yams

/// A YAML file of known keys, whose errors name line and column.
///
/// Scalars are taken as their text: YAML's own number rules turn `1:30` into 90.
struct YAMLDocument {
  /// More than any formula file needs, and little enough for a hostile one.
  static let sizeLimit = 1 << 20
  /// How deeply brackets and block indicators may nest; the parser works recursively.
  static let depthLimit = 64

  let path: String
  let lines: [Substring]
  let root: Node.Mapping

  /// Reads a file whose document is a mapping.
  init(reading path: String) throws(FormulaFileError) {
    let text = try Self.text(of: path)
    try self.init(text: text, path: path)
  }

  init(text: String, path: String) throws(FormulaFileError) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    try Self.checkDepth(of: lines, path: path)
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw Self.error(for: error, path: path, lines: lines)
    } catch {
      throw FormulaFileError("this is no YAML: \(error)", place: path)
    }
    guard let node else { throw FormulaFileError("the file is empty", place: path) }
    guard case .mapping(let root) = node else {
      throw FormulaFileError(
        "the document is a \(Self.kind(of: node)), where a mapping of `optimizer`, `state`, `update`"
          + " … is wanted", place: path)
    }
    self.root = root
  }

  private static func text(of path: String) throws(FormulaFileError) -> String {
    func unreadable(_ reason: String) -> FormulaFileError {
      FormulaFileError("cannot be read: \(reason)", place: path, exitCode: .noInput)
    }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      let exists = FileManager.default.fileExists(atPath: path)
      throw unreadable(exists ? "permission denied" : "there is no such file")
    }
    defer { try? handle.close() }
    let data: Data
    do {
      // One byte more than is allowed tells a file that is too large, whatever its size is said to be.
      data = try handle.read(upToCount: sizeLimit + 1) ?? Data()
    } catch {
      throw unreadable("it is no ordinary file")
    }
    guard data.count <= sizeLimit else {
      throw FormulaFileError("the file is larger than \(sizeLimit >> 20) MiB", place: path)
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw FormulaFileError("the file is no UTF-8 text", place: path)
    }
    return text
  }

  /// Refuses what would nest deeply, before the recursive parser sees it.
  private static func checkDepth(of lines: [Substring], path: String) throws(FormulaFileError) {
    var brackets = 0
    for (number, line) in lines.enumerated() {
      let opened = line.count { $0 == "[" || $0 == "{" }
      let closed = line.count { $0 == "]" || $0 == "}" }
      brackets = max(0, brackets + opened - closed)
      let indicators = line.split(separator: " ").prefix { $0 == "-" || $0 == "?" }.count
      let indentation = line.prefix { $0 == " " }.count
      if max(brackets, opened, indicators) > depthLimit || indentation > 4 * depthLimit {
        throw FormulaFileError(
          "nested more than \(depthLimit) deep", place: "\(path):\(number + 1)")
      }
    }
  }

  private static func kind(of node: Node) -> String {
    switch node {
    case .scalar: "scalar"
    case .sequence: "sequence"
    case .mapping: "mapping"
    case .alias: "alias"
    }
  }

  private static func error(
    for error: YamlError, path: String, lines: [Substring]
  ) -> FormulaFileError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return FormulaFileError(
        "this is no YAML: \(problem)", place: "\(path):\(mark.line):\(mark.column)",
        excerpt: caret(in: lines, line: mark.line, column: mark.column))
    case .duplicatedKeysInMapping(let duplicates, _):
      return FormulaFileError(
        "the key \(duplicates.compactMap { "`\($0)`" }.joined(separator: ", ")) stands there twice",
        place: path)
    default:
      return FormulaFileError("this is no YAML: \(error)", place: path)
    }
  }

  private static func caret(in lines: [Substring], line: Int, column: Int) -> String? {
    guard lines.indices.contains(line - 1), lines[line - 1].count <= 400 else { return nil }
    return "\(lines[line - 1])\n\(String(repeating: " ", count: max(0, column - 1)))^"
  }
}

extension YAMLDocument {
  /// An error at a node.
  func error(_ message: String, at node: Node?) -> FormulaFileError {
    guard let mark = node?.mark else { return FormulaFileError(message, place: path) }
    return error(message, line: mark.line, column: mark.column)
  }

  func error(_ message: String, line: Int, column: Int) -> FormulaFileError {
    FormulaFileError(
      message, place: "\(path):\(line):\(column)",
      excerpt: Self.caret(in: lines, line: line, column: column))
  }

  /// The text of a scalar.
  func text(_ node: Node, of name: String) throws(FormulaFileError) -> String {
    guard case .scalar(let scalar) = node else {
      throw error("`\(name)` is a \(Self.kind(of: node)), where a scalar is wanted", at: node)
    }
    return scalar.string
  }

  /// The entries of a mapping in their order, keys as text.
  func entries(_ node: Node, of name: String) throws(FormulaFileError) -> [(
    name: String, key: Node, value: Node
  )] {
    guard case .mapping(let mapping) = node else {
      throw error("`\(name)` is a \(Self.kind(of: node)), where a mapping is wanted", at: node)
    }
    var entries: [(String, Node, Node)] = []
    for (key, value) in mapping {
      entries.append((try text(key, of: "a key of \(name)"), key, value))
    }
    return entries
  }

  /// The elements of a sequence.
  func elements(_ node: Node, of name: String) throws(FormulaFileError) -> [Node] {
    guard case .sequence(let sequence) = node else {
      throw error("`\(name)` is a \(Self.kind(of: node)), where a sequence is wanted", at: node)
    }
    return Array(sequence)
  }
}
