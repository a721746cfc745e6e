/// A term of SMT-LIB as solvers print it: an atom, or a list in brackets.
enum SExpression: Hashable, Sendable {
  case atom(String)
  case list([SExpression])

  /// The expressions of a text, one after another; nil where brackets do not match, or nest deeper than 200.
  static func parse(_ text: some StringProtocol) -> [SExpression]? {
    var open: [[SExpression]] = [[]]
    var rest = text.utf8.makeIterator()
    var next = rest.next()
    func isBlank(_ byte: UInt8) -> Bool { byte == 32 || 9...13 ~= byte }
    while let byte = next {
      switch byte {
      case UInt8(ascii: "("):
        guard open.count < 200 else { return nil }
        open.append([])
        next = rest.next()
      case UInt8(ascii: ")"):
        guard open.count > 1, let done = open.popLast() else { return nil }
        open[open.count - 1].append(.list(done))
        next = rest.next()
      case UInt8(ascii: "|"), UInt8(ascii: "\""):
        var atom = [byte]
        repeat {
          next = rest.next()
          guard let inner = next else { return nil }
          atom.append(inner)
        } while next != byte
        open[open.count - 1].append(.atom(String(decoding: atom, as: UTF8.self)))
        next = rest.next()
      case let byte where isBlank(byte): next = rest.next()
      default:
        var atom: [UInt8] = []
        while let inner = next, !isBlank(inner), !"()".utf8.contains(inner) {
          atom.append(inner)
          next = rest.next()
        }
        open[open.count - 1].append(.atom(String(decoding: atom, as: UTF8.self)))
      }
    }
    return open.count == 1 ? open[0] : nil
  }

  var atom: String? { if case .atom(let text) = self { text } else { nil } }
  var list: [SExpression]? { if case .list(let items) = self { items } else { nil } }
}
