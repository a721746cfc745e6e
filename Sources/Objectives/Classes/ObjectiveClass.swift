/// What is claimed of a function: `μ`, `L` and a Lipschitz constant, everywhere or in a ball.
public struct ObjectiveClass: Sendable, Hashable {
  /// `μ`: `f − μ|x|²/2` is convex. Below 0 for a function that is not convex; nil where nothing is claimed.
  public var convexity: Double?
  /// `L`: the gradient is Lipschitz with this constant; nil where it has none, or none is claimed.
  public var smoothness: Double?
  /// `M`: no gradient is longer; nil where nothing is claimed.
  public var lipschitz: Double?
  /// The claims hold within this distance of the origin; nil for everywhere.
  public var radius: Double?

  /// - Precondition: `μ ≤ L`, and `L`, `M` and the radius are not negative.
  public init(
    convexity: Double? = nil, smoothness: Double? = nil, lipschitz: Double? = nil,
    radius: Double? = nil
  ) {
    precondition(smoothness ?? 0 >= 0 && lipschitz ?? 0 >= 0 && radius ?? 0 >= 0)
    if let convexity, let smoothness {
      precondition(convexity <= smoothness, "μ = \(convexity) lies above L = \(smoothness)")
    }
    self.convexity = convexity
    self.smoothness = smoothness
    self.lipschitz = lipschitz
    self.radius = radius
  }

  public var isConvex: Bool { (convexity ?? -1) >= 0 }
  public var isStronglyConvex: Bool { (convexity ?? -1) > 0 }
  public var isSmooth: Bool { smoothness != nil }
}

extension ObjectiveClass: CustomStringConvertible {
  public var description: String {
    var words: [String] = []
    switch convexity {
    case let value? where value > 0: words.append("strongly convex, μ = \(short(value))")
    case let value? where value == 0: words.append("convex")
    case let value?: words.append("not convex, curvature ≥ \(short(value))")
    case nil: words.append("not convex")
    }
    words.append(smoothness.map { "L = \(short($0))" } ?? "no L")
    if let lipschitz { words.append("Lipschitz with \(short(lipschitz))") }
    if let radius { words.append("where |x| ≤ \(short(radius))") }
    return words.joined(separator: ", ")
  }

  private func short(_ value: Double) -> String {
    let rounded = Double(Float(value))
    return (rounded - value).magnitude <= 1e-7 * value.magnitude ? "\(Float(value))" : "\(value)"
  }
}

/// A point of a function as first-order methods see it.
public struct FirstOrderPoint: Sendable, Hashable {
  public let point: [Double]
  public let value: Double
  public let gradient: [Double]

  public init(point: [Double], value: Double, gradient: [Double]) {
    self.point = point
    self.value = value
    self.gradient = gradient
  }
}

/// An inequality of a class that two points of a function break.
public struct ClassViolation: Sendable, Hashable {
  /// The inequality, in words.
  public let inequality: String
  /// The places of the points among those checked; equal for a statement about one point.
  public let first: Int
  public let second: Int
  /// How far it is broken, beyond what rounding explains.
  public let amount: Double
}

extension ObjectiveClass {
  /// The first broken inequality of the class among points; nil where a function of the class passes through
  /// all of them.
  ///
  /// For every ordered pair, with `d = xᵢ − xⱼ` and `h = gᵢ − gⱼ`:
  /// `fᵢ ≥ fⱼ + ⟨gⱼ, d⟩ + (|h|²/L + μ|d|² − 2(μ/L)⟨h, d⟩)/(2(1 − μ/L))`, and without a finite `L`
  /// `fᵢ ≥ fⱼ + ⟨gⱼ, d⟩ + μ|d|²/2`; for every point `|g| ≤ M`. Points beyond the radius are passed over.
  /// Each side is allowed `(n + 16)·ε` of the magnitudes that it sums.
  ///
  /// - Parameter rounding: what the values may be off by, each.
  /// - Source: Taylor, Hendrickx & Glineur, *Smooth strongly convex interpolation and exact worst-case
  ///   performance of first-order methods*, Math. Program. 161 (2017), Theorem 4.
  public func violation(
    among points: [FirstOrderPoint], rounding: (FirstOrderPoint) -> Double = { _ in 0 }
  ) -> ClassViolation? {
    let inside = points.indices.filter { place in
      radius.map { euclideanNorm(points[place].point) <= $0 } ?? true
    }
    if let lipschitz {
      for place in inside {
        let length = euclideanNorm(points[place].gradient)
        let slack = length * (1 - 1e-13) - lipschitz
        if !(slack <= 0) {
          return ClassViolation(
            inequality: "|g| ≤ M", first: place, second: place, amount: slack)
        }
      }
    }
    guard let mu = convexity else { return nil }
    let slack = inside.map { rounding(points[$0]) }
    for (a, i) in inside.enumerated() {
      for (b, j) in inside.enumerated() where i != j {
        let amount = excess(points[i], points[j], mu: mu)
        if !(amount.value <= amount.tolerance + slack[a] + slack[b]) {
          return ClassViolation(
            inequality: smoothness == nil
              ? "fᵢ ≥ fⱼ + ⟨gⱼ, d⟩ + μ|d|²/2"
              : "fᵢ ≥ fⱼ + ⟨gⱼ, d⟩ + (|h|²/L + μ|d|² − 2(μ/L)⟨h, d⟩)/(2(1 − μ/L))",
            first: i, second: j, amount: amount.value)
        }
      }
    }
    return nil
  }

  /// Right side less left side of the inequality of a pair, and the rounding allowed in it.
  private func excess(
    _ x: FirstOrderPoint, _ y: FirstOrderPoint, mu: Double
  ) -> (value: Double, tolerance: Double) {
    let d = x.point.indices.map { x.point[$0] - y.point[$0] }
    let linear = dotProduct(y.gradient, d)
    var curvature = mu / 2 * dotProduct(d, d)
    var magnitude = curvature.magnitude
    if let smoothness {
      let h = x.gradient.indices.map { x.gradient[$0] - y.gradient[$0] }
      let (hh, dd, hd) = (dotProduct(h, h), dotProduct(d, d), dotProduct(h, d))
      if smoothness - mu > 1e-9 * smoothness {
        // Over L − μ, so that L = 0 divides nothing.
        let scale = 2 * (smoothness - mu)
        curvature = (hh + mu * smoothness * dd - 2 * mu * hd) / scale
        magnitude = (hh + (mu * smoothness * dd).magnitude + (2 * mu * hd).magnitude) / scale
      }
    }
    let products = dotProduct(y.gradient.map(\.magnitude), d.map(\.magnitude))
    magnitude += x.value.magnitude + y.value.magnitude + products
    return (
      y.value + linear + curvature - x.value,
      Double(x.point.count + 16) * .ulpOfOne * magnitude
    )
  }
}
