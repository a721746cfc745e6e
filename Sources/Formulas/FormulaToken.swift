internal import Numbers

/// A word of a formula's text.
struct FormulaToken {
  enum Kind: Equatable {
    case number(Rational)
    case name(String)
    /// `+ - * / ^ ( ) ,`
    case mark(Character)
    case comparison(Relation.Comparison)
    case end
  }
  let kind: Kind
  /// Where it begins, in characters of the whole text from 0.
  let offset: Int
  let length: Int
}

/// Splits a formula's text into tokens.
struct FormulaLexer {
  /// The longest text that is read, in UTF-8 bytes.
  static let sizeLimit = 1_000_000

  let characters: [Character]
  private var position = 0

  init(_ text: String) throws(FormulaSyntaxError) {
    let size = text.utf8.count
    guard size <= Self.sizeLimit else {
      throw FormulaSyntaxError(
        "a formula of \(size) bytes: at most \(Self.sizeLimit) are read", at: 0, length: 1,
        in: Array(text.prefix(60)))
    }
    characters = Array(text)
  }

  func error(_ message: String, at offset: Int, length: Int = 1) -> FormulaSyntaxError {
    FormulaSyntaxError(message, at: offset, length: length, in: characters)
  }

  /// The text that a token was read from.
  func text(_ token: FormulaToken) -> String {
    String(characters[token.offset..<token.offset + token.length])
  }

  mutating func tokens() throws(FormulaSyntaxError) -> [FormulaToken] {
    var tokens: [FormulaToken] = []
    repeat { tokens.append(try next()) } while tokens.last?.kind != .end
    return tokens
  }

  private func character(at place: Int) -> Character? {
    place < characters.count ? characters[place] : nil
  }

  private mutating func next() throws(FormulaSyntaxError) -> FormulaToken {
    while let space = character(at: position), space.isWhitespace { position += 1 }
    let start = position
    guard let first = character(at: start) else {
      return FormulaToken(kind: .end, offset: start, length: 0)
    }
    if first.isDigit || first == "." && character(at: start + 1)?.isDigit == true {
      return try number()
    }
    if first.beginsName {
      while let letter = character(at: position), letter.continuesName { position += 1 }
      return FormulaToken(
        kind: .name(String(characters[start..<position])), offset: start, length: position - start)
    }
    let second = character(at: start + 1)
    let (kind, length): (FormulaToken.Kind, Int)
    switch (first, second) {
    case ("*", "*"):
      throw error("'**' is no operator: a power is written '^'", at: start, length: 2)
    case ("<", "="): (kind, length) = (.comparison(.lessOrEqual), 2)
    case (">", "="): (kind, length) = (.comparison(.greaterOrEqual), 2)
    case ("=", "="): (kind, length) = (.comparison(.equal), 2)
    case ("!", "="): (kind, length) = (.comparison(.notEqual), 2)
    case ("<", _): (kind, length) = (.comparison(.less), 1)
    case (">", _): (kind, length) = (.comparison(.greater), 1)
    case ("=", _): (kind, length) = (.comparison(.equal), 1)
    case ("+", _), ("-", _), ("*", _), ("/", _), ("^", _), ("(", _), (")", _), (",", _):
      (kind, length) = (.mark(first), 1)
    default:
      let hint =
        switch first {
        case "[", "]", "{", "}": ": brackets are round"
        case "−": ": write '-' for minus"
        case "·", "×": ": write '*' for a product"
        case ".": ": digits must follow the point"
        default: ""
        }
      throw error("unexpected character '\(first)'\(hint)", at: start)
    }
    position += length
    return FormulaToken(kind: kind, offset: start, length: length)
  }

  /// Digits, a point and digits, an exponent. An `e` that no digits follow belongs to what comes next.
  private mutating func number() throws(FormulaSyntaxError) -> FormulaToken {
    let start = position
    func skipDigits(from place: Int) -> Int {
      var place = place
      while character(at: place)?.isDigit == true { place += 1 }
      return place
    }
    var end = skipDigits(from: start)
    if character(at: end) == "." { end = skipDigits(from: end + 1) }
    if let mark = character(at: end), mark == "e" || mark == "E" {
      let sign = character(at: end + 1)
      let digits = sign == "+" || sign == "-" ? end + 2 : end + 1
      if character(at: digits)?.isDigit == true { end = skipDigits(from: digits) }
    }
    position = end
    let text = String(characters[start..<end])
    if character(at: end) == "." {
      throw error("a number with two points", at: start, length: end - start + 1)
    }
    guard let value = Rational(text.hasSuffix(".") ? text + "0" : text) else {
      throw error(
        "the number '\(text.prefix(40))' is too long or its exponent too large", at: start,
        length: end - start)
    }
    return FormulaToken(kind: .number(value), offset: start, length: end - start)
  }
}

extension Character {
  fileprivate var isDigit: Bool { ("0"..."9").contains(self) && isASCII }
  fileprivate var beginsName: Bool { isASCII && (isLetter || self == "_") }
  fileprivate var continuesName: Bool { beginsName || isDigit }
}
