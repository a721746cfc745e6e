/// A sequence of choices as text: `T 5 F d0.25 x00ff`, the form in which failure files and replay lines
/// keep it.
public struct ChoiceText: Sendable {
  /// The text of a sequence.
  public static func text(of choices: [Choice]) -> String {
    choices.map { choice in
      switch choice {
      case .boolean(let value): value ? "T" : "F"
      case .integer(let value): "\(value)"
      case .float(let value):
        value.isNaN ? "dn" + String(value.bitPattern, radix: 16) : "d\(value)"
      case .bytes(let bytes):
        "x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      }
    }.joined(separator: " ")
  }

  /// The sequence of a text; nil where a part of it is no choice.
  public static func choices(of text: String) -> [Choice]? {
    var result: [Choice] = []
    for word in text.split(separator: " ") {
      guard let choice = choice(of: word) else { return nil }
      result.append(choice)
    }
    return result
  }

  private static func choice(of word: Substring) -> Choice? {
    switch word.first {
    case "T" where word.count == 1: return .boolean(true)
    case "F" where word.count == 1: return .boolean(false)
    case "d":
      let rest = word.dropFirst()
      if rest.first == "n" {
        guard let bits = UInt64(rest.dropFirst(), radix: 16) else { return nil }
        let value = Double(bitPattern: bits)
        return value.isNaN ? .float(value) : nil
      }
      return Double(rest).map { .float($0) }
    case "x":
      let digits = Array(word.dropFirst().utf8)
      guard digits.count % 2 == 0 else { return nil }
      var bytes: [UInt8] = []
      for index in stride(from: 0, to: digits.count, by: 2) {
        guard
          let byte = UInt8(String(decoding: digits[index...(index + 1)], as: UTF8.self), radix: 16),
          digits[index] != UInt8(ascii: "+")
        else { return nil }
        bytes.append(byte)
      }
      return .bytes(bytes)
    default: return Int(word).map { .integer($0) }
    }
  }
}
