internal import Diagnostics
internal import Foundation
internal import Yams

/// A YAML file of known keys, whose errors name line and column.
///
/// Scalars are taken as their text: YAML's own number rules turn `1:30` into 90.
struct YAMLDocument {
  /// More than any formula file needs, and little enough for a hostile one.
  static let sizeLimit = 1 << 20
  /// How deeply blocks may nest; the parser works recursively.
  static let depthLimit = 64
  /// How many brackets may open in all, and so how deeply they may nest.
  static let bracketLimit = 1_000

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
    lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    try Self.checkNesting(of: lines, path: path)
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

  /// Refuses what would nest deeply before the recursive parser sees it, and anchors, which would
  /// let a short text stand for a huge one.
  ///
  /// What closes a bracket is not looked for: it may stand in a comment or a quotation, where it closes
  /// nothing.
  private static func checkNesting(of lines: [Substring], path: String) throws(FormulaFileError) {
    var brackets = 0
    for (number, line) in lines.enumerated() {
      let bytes = line.utf8
      brackets += bytes.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
      let indentation = bytes.prefix { $0 == UInt8(ascii: " ") }.count
      let blocks = bytes.split(separator: UInt8(ascii: " ")).prefix { word in
        word.elementsEqual("-".utf8) || word.elementsEqual("?".utf8) || word.elementsEqual(":".utf8)
      }
      guard brackets <= bracketLimit, blocks.count <= depthLimit, indentation <= 4 * depthLimit
      else {
        let reason =
          brackets > bracketLimit
          ? "more than \(bracketLimit) brackets" : "nested more than \(depthLimit) deep"
        throw FormulaFileError(reason, place: "\(path):\(number + 1)")
      }
      if let column = anchorColumn(in: bytes) {
        throw FormulaFileError(
          "YAML's anchors are not read in formula files", place: "\(path):\(number + 1):\(column)",
          excerpt: caret(in: lines, line: number + 1, column: column))
      }
    }
  }

  /// The column of what YAML may take for an anchor: `&` before a word, where a node may begin.
  private static func anchorColumn(in bytes: Substring.UTF8View) -> Int? {
    var previous = UInt8(ascii: " ")
    var column = 0
    for index in bytes.indices {
      // Columns count characters, not their bytes.
      if bytes[index] & 0xC0 != 0x80 { column += 1 }
      let next = bytes.index(after: index)
      if bytes[index] == UInt8(ascii: "&"), " \t[{,:-?".utf8.contains(previous),
        next < bytes.endIndex, !" \t&".utf8.contains(bytes[next])
      {
        return column
      }
      previous = bytes[index]
    }
    return nil
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
