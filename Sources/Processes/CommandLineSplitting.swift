public import Diagnostics

/// A command line that cannot be split into words.
public struct CommandLineError: Diagnosable, Equatable {
  public let message: String
  public let excerpt: String?
  public var exitCode: ExitCode { .usage }
}

/// Splits a command line into words by the quoting rules of POSIX, without any of a shell's expansions.
///
/// Blanks part words. Within single quotes every character stands for itself; within double quotes a
/// backslash escapes `$`, a grave accent, `"`, a backslash and the end of a line; outside quotes it escapes
/// any character. What a shell would expand or act on, such as `$HOME`, `*`, `|`, is an ordinary character.
///
/// Source: POSIX.1-2017, Shell Command Language, section 2.2.
///
/// - Throws: for a quote that is not closed, a backslash at the end, a zero byte, and a line without words.
public func splitCommandLine(_ line: String) throws(CommandLineError) -> [String] {
  func failure(_ message: String, at offset: Int?) -> CommandLineError {
    let excerpt = offset.flatMap { offset in
      line.count <= 400 && !line.contains { $0.isNewline }
        ? "\(line)\n\(String(repeating: " ", count: offset))^" : nil
    }
    return CommandLineError(message: message, excerpt: excerpt)
  }
  let characters = Array(line)
  guard !characters.contains("\0") else { throw failure("the command holds a zero byte", at: nil) }
  var words: [String] = []
  var word: String?
  var position = 0
  while position < characters.count {
    let character = characters[position]
    switch character {
    case " ", "\t", "\n", "\r\n":
      if let finished = word { words.append(finished) }
      word = nil
    case "'":
      let start = position
      position += 1
      var text = ""
      while position < characters.count, characters[position] != "'" {
        text.append(characters[position])
        position += 1
      }
      guard position < characters.count else {
        throw failure("the command holds a single quote that is not closed", at: start)
      }
      word = (word ?? "") + text
    case "\"":
      let start = position
      position += 1
      var text = ""
      while position < characters.count, characters[position] != "\"" {
        if characters[position] == "\\", position + 1 < characters.count,
          "$`\"\\\n".contains(characters[position + 1])
        {
          position += 1
          if characters[position] != "\n" { text.append(characters[position]) }
        } else {
          text.append(characters[position])
        }
        position += 1
      }
      guard position < characters.count else {
        throw failure("the command holds a double quote that is not closed", at: start)
      }
      word = (word ?? "") + text
    case "\\":
      guard position + 1 < characters.count else {
        throw failure("the command ends in a backslash that escapes nothing", at: position)
      }
      position += 1
      if characters[position] != "\n" { word = (word ?? "") + String(characters[position]) }
    default:
      word = (word ?? "") + String(character)
    }
    position += 1
  }
  if let word { words.append(word) }
  guard let first = words.first, !first.isEmpty else {
    throw failure("the command is empty", at: nil)
  }
  return words
}
