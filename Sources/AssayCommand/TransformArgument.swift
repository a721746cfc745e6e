internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import Properties

/// A loss transform as it is typed: `ayla:N1=1.5,N2=1`.
struct TransformArgument {
  let transform: PowerTransform

  init(_ text: String) throws(UsageError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts[0] == "ayla" else {
      throw UsageError(
        "unknown transform `\(parts[0])`; the one that there is: ayla", place: "--transform")
    }
    var exponents: [String: Rational] = [:]
    for setting in parts.count < 2 ? [] : parts[1].split(separator: ",") {
      let pieces = setting.split(separator: "=", omittingEmptySubsequences: false)
      guard pieces.count == 2, let name = pieces.first.map(String.init) else {
        throw UsageError("`\(setting)` is no setting; `N1=1.5` would be one", place: "--transform")
      }
      guard ["N1", "N2"].contains(name) else {
        throw UsageError("unknown exponent `\(name)`; ayla has N1 and N2", place: "--transform")
      }
      guard let value = Rational(String(pieces[1])) else {
        throw UsageError("\(name) is `\(pieces[1])`, which is no number", place: "--transform")
      }
      guard !value.isZero else {
        throw UsageError(
          "\(name) is 0, which would make every gradient zero; it lies in (0, inf)",
          place: "--transform")
      }
      guard Domain.positive.contains(value) else {
        throw UsageError(
          "\(name) is \(value.decimalDescription), outside its domain (0, inf)",
          place: "--transform")
      }
      guard exponents.updateValue(value, forKey: name) == nil else {
        throw UsageError("\(name) is set twice", place: "--transform")
      }
    }
    let transform = PowerTransform(N1: exponents["N1"] ?? 1, N2: exponents["N2"] ?? 1)
    guard !transform.isIdentity else {
      throw UsageError(
        "ayla with N1 = N2 = 1 changes nothing; set an exponent", place: "--transform")
    }
    self.transform = transform
  }
}
