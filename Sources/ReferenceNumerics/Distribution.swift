internal import CGSL

/// A probability distribution with its parameters.
public enum Distribution: Hashable, Sendable {
  /// Mean 0, variance 1.
  case normal
  case studentT(degreesOfFreedom: Double)
  case fisherF(numerator: Double, denominator: Double)
  case chiSquared(degreesOfFreedom: Double)
  case beta(alpha: Double, beta: Double)
  case binomial(trials: Int, probability: Double)

  /// `P(X ≤ x)`, to about 1e-14 of itself; 1e-10 in the far tails of F and beta.
  ///
  /// - Throws: ``GSLError`` for NaN, or parameters outside their range (above 0 and finite; a probability
  ///   in `0 ... 1`; trials in `0 ..< 2³²`).
  public func cumulative(_ x: Double) throws(GSLError) -> Double {
    try tail(x, isUpper: false)
  }

  /// `P(X > x)`, with the accuracy of ``cumulative(_:)`` where `1 − P` would have lost it.
  public func upperTail(_ x: Double) throws(GSLError) -> Double { try tail(x, isUpper: true) }

  /// The least x with `P(X ≤ x) ≥ p`.
  ///
  /// GSL's inverse, checked by `P` and replaced by bisection where it is off by more than 1e-9.
  ///
  /// - Throws: ``GSLError`` for a `p` outside `0 ... 1` or parameters outside their range.
  public func quantile(_ p: Double) throws(GSLError) -> Double {
    try validate()
    guard p >= 0, p <= 1 else {
      throw GSLError(name, .unsuitable(what: "a probability lies in 0 ... 1, got \(p)"))
    }
    GSLRuntime.silenceAbortHandler()
    if case .binomial(let trials, _) = self { return try binomialQuantile(p, trials) }
    if p == 0 { return lowerEnd }
    if p == 1 { return upperEnd }
    let guess =
      switch self {
      case .normal: gsl_cdf_ugaussian_Pinv(p)
      case .studentT(let n): gsl_cdf_tdist_Pinv(p, n)
      case .fisherF(let m, let n): gsl_cdf_fdist_Pinv(p, m, n)
      case .chiSquared(let n): gsl_cdf_chisq_Pinv(p, n)
      case .beta(let a, let b): gsl_cdf_beta_Pinv(p, a, b)
      case .binomial: Double.nan
      }
    if guess.isFinite, try (cumulative(guess) - p).magnitude <= 1e-9 * min(p, 1 - p) {
      return guess
    }
    return try bisected(p)
  }

  private var name: String {
    switch self {
    case .normal: "gsl_cdf_ugaussian"
    case .studentT: "gsl_cdf_tdist"
    case .fisherF: "gsl_cdf_fdist"
    case .chiSquared: "gsl_cdf_chisq"
    case .beta: "gsl_cdf_beta"
    case .binomial: "gsl_cdf_binomial"
    }
  }

  private var lowerEnd: Double {
    switch self {
    case .normal, .studentT: -.infinity
    default: 0
    }
  }

  private var upperEnd: Double {
    switch self {
    case .beta: 1
    case .binomial(let trials, _): Double(trials)
    default: .infinity
    }
  }

  private func validate() throws(GSLError) {
    func require(_ value: Double, _ what: String) throws(GSLError) {
      guard value > 0, value.isFinite else {
        throw GSLError(name, .unsuitable(what: "\(what) must be finite and above 0, got \(value)"))
      }
    }
    switch self {
    case .normal: return
    case .studentT(let n), .chiSquared(let n): try require(n, "the degrees of freedom")
    case .fisherF(let m, let n):
      try require(m, "the numerator's degrees of freedom")
      try require(n, "the denominator's degrees of freedom")
    case .beta(let a, let b):
      try require(a, "alpha")
      try require(b, "beta")
    case .binomial(let trials, let probability):
      guard trials >= 0, UInt32(exactly: trials) != nil else {
        throw GSLError(name, .unsuitable(what: "the trials lie in 0 ..< 2^32, got \(trials)"))
      }
      guard probability >= 0, probability <= 1 else {
        throw GSLError(name, .unsuitable(what: "a probability lies in 0 ... 1, got \(probability)"))
      }
    }
  }

  private func tail(_ x: Double, isUpper: Bool) throws(GSLError) -> Double {
    try validate()
    guard !x.isNaN else { throw GSLError(name, .notFinite(what: "the argument \(x)")) }
    if x < lowerEnd || x == -.infinity { return isUpper ? 1 : 0 }
    if x >= upperEnd { return isUpper ? 0 : 1 }
    GSLRuntime.silenceAbortHandler()
    let value =
      switch self {
      case .normal: isUpper ? gsl_cdf_ugaussian_Q(x) : gsl_cdf_ugaussian_P(x)
      case .studentT(let n): isUpper ? gsl_cdf_tdist_Q(x, n) : gsl_cdf_tdist_P(x, n)
      case .fisherF(let m, let n): isUpper ? gsl_cdf_fdist_Q(x, m, n) : gsl_cdf_fdist_P(x, m, n)
      case .chiSquared(let n): isUpper ? gsl_cdf_chisq_Q(x, n) : gsl_cdf_chisq_P(x, n)
      case .beta(let a, let b): isUpper ? gsl_cdf_beta_Q(x, a, b) : gsl_cdf_beta_P(x, a, b)
      case .binomial(let n, let p):
        isUpper
          ? gsl_cdf_binomial_Q(UInt32(x), p, UInt32(n))
          : gsl_cdf_binomial_P(UInt32(x), p, UInt32(n))
      }
    guard value.isFinite else { throw GSLError(name, .notFinite(what: "the result at \(x)")) }
    return min(max(value, 0), 1)
  }

  private func binomialQuantile(_ p: Double, _ trials: Int) throws(GSLError) -> Double {
    var (low, high) = (0, trials)
    while low < high {
      let middle = (low + high) / 2
      if try cumulative(Double(middle)) >= p { high = middle } else { low = middle + 1 }
    }
    return Double(low)
  }

  /// Halves an interval that holds the quantile until its ends are neighbours or 2000 steps are done.
  private func bisected(_ p: Double) throws(GSLError) -> Double {
    var low = max(lowerEnd, -1)
    var high = min(upperEnd, 1)
    while low > lowerEnd, low > -.greatestFiniteMagnitude, try cumulative(low) >= p {
      low = max(low * 2, -.greatestFiniteMagnitude)
    }
    while high < upperEnd, high < .greatestFiniteMagnitude, try cumulative(high) < p {
      high = min(high * 2, .greatestFiniteMagnitude)
    }
    for _ in 0..<2000 {
      let middle = low / 2 + high / 2
      guard middle > low, middle < high else { break }
      if try cumulative(middle) >= p { high = middle } else { low = middle }
    }
    return high
  }
}
