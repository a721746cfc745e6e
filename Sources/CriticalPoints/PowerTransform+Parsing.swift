internal import Numbers
public import Optimizers

extension PowerTransform {
  /// Reads a transform as typed: `ayla:N1=1.5,N2=1`. An exponent that is not given is 1.
  ///
  /// - Throws: ``CriticalPointError`` with what is at fault, an exponent that is not above 0 among it.
  public init(parsing text: String) throws(CriticalPointError) {
    guard text == "ayla" || text.hasPrefix("ayla:") && text.count > 5 else {
      throw .unreadableTransform(text: text)
    }
    var exponents: [String: Rational] = [:]
    for part in text.dropFirst(5).split(separator: ",", omittingEmptySubsequences: false)
    where text.count > 5 {
      let halves = part.split(separator: "=", omittingEmptySubsequences: false).map(\.trimmed)
      guard halves.count == 2, ["N1", "N2"].contains(halves[0]), exponents[halves[0]] == nil else {
        throw .unreadableTransform(text: text)
      }
      guard let value = Rational(halves[1]), value.signum() > 0 else {
        throw .exponent(name: halves[0], text: halves[1])
      }
      exponents[halves[0]] = value
    }
    self.init(N1: exponents["N1"] ?? 1, N2: exponents["N2"] ?? 1)
  }
}
