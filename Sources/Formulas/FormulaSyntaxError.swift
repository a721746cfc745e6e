public import Diagnostics

/// What is wrong in the text of a formula, and where.
///
/// Its exit code is that of a wrong argument. Who reads formulas out of a file gives it the file's name and
/// the line on which the text begins, with `located(inFile:line:column:)`.
public struct FormulaSyntaxError: Diagnosable, Hashable {
  public let message: String
  /// The line in the text, from 1.
  public let line: Int
  /// The column in the line, in characters from 1.
  public let column: Int
  /// The line of the text that the fault is in.
  public let sourceLine: String
  /// How many characters of it are at fault, at least 1.
  public let length: Int
  public private(set) var exitCode: ExitCode = .usage
  private var file: String?

  init(_ message: String, at offset: Int, length: Int, in characters: [Character]) {
    let offset = min(offset, characters.count)
    let start = (characters[..<offset].lastIndex { $0.isNewline } ?? -1) + 1
    let end = characters[offset...].firstIndex { $0.isNewline } ?? characters.count
    self.message = message
    line = 1 + characters[..<start].reduce(0) { $0 + ($1.isNewline ? 1 : 0) }
    column = offset - start + 1
    sourceLine = String(characters[start..<end])
    self.length = max(1, min(length, end - offset))
  }

  private init(
    _ message: String, line: Int, column: Int, sourceLine: String, length: Int
  ) {
    (self.message, self.line, self.column) = (message, line, column)
    (self.sourceLine, self.length) = (sourceLine, length)
  }

  public var place: String? {
    file.map { "\($0):\(line):\(column)" } ?? "line \(line), column \(column)"
  }

  /// The line, shortened around the fault if it is long, and a caret under the fault.
  public var excerpt: String? {
    let width = 76
    let characters = Array(sourceLine)
    let start =
      characters.count <= width ? 0 : max(0, min(column - 1 - width / 2, characters.count - width))
    let end = min(characters.count, start + width)
    let lead = start > 0 ? "… " : ""
    let trail = end < characters.count ? " …" : ""
    // A tab stays a tab above the caret, so that the two lines keep step.
    let shown = characters[start..<end]
    let indent = shown.prefix(max(0, column - 1 - start)).map { $0 == "\t" ? "\t" : " " }.joined()
    let marks = String(repeating: "^", count: max(1, min(length, max(1, end - (column - 1)))))
    let space = String(repeating: " ", count: lead.count)
    return "\(lead)\(String(shown))\(trail)\n\(space)\(indent)\(marks)"
  }

  /// The same fault in a file that the text was taken from: wrong contents of a file.
  ///
  /// - Parameters:
  ///   - line: the line of the file on which the text begins, from 1.
  ///   - column: the column there, from 1.
  ///   - sourceLine: the whole line of the file, if it holds more than the text.
  public func located(
    inFile file: String, line: Int, column: Int, sourceLine: String? = nil
  ) -> FormulaSyntaxError {
    var error = FormulaSyntaxError(
      message, line: self.line + line - 1,
      column: self.line == 1 ? self.column + column - 1 : self.column,
      sourceLine: self.line == 1 ? sourceLine ?? self.sourceLine : self.sourceLine, length: length)
    error.file = file
    error.exitCode = .data
    return error
  }
}
