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

/// The nearest of some names to a misspelt one, or nil where none is near.
///
/// The distance is the number of letters to insert, delete, replace or swap with a neighbour; near is at
/// most a third of the name's length, at least 1, and less than the name's length.
func nearest(to name: String, among names: [String]) -> String? {
  let limit = min(name.count - 1, max(1, (name.count + 1) / 3))
  var best: (distance: Int, name: String)?
  for candidate in names.sorted() where abs(candidate.count - name.count) <= limit {
    let distance = editDistance(Array(name.lowercased()), Array(candidate.lowercased()))
    if distance <= limit, distance < best?.distance ?? .max { best = (distance, candidate) }
  }
  return best?.name
}

private func editDistance(_ x: [Character], _ y: [Character]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...y.count)
  for i in x.indices {
    var row = [i + 1]
    for j in y.indices {
      var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (x[i] == y[j] ? 0 : 1))
      if i > 0, j > 0, x[i] == y[j - 1], x[i - 1] == y[j] {
        cost = min(cost, beforeLast[j - 1] + 1)
      }
      row.append(cost)
    }
    (beforeLast, last) = (last, row)
  }
  return last[y.count]
}
