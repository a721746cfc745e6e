public import Numbers

/// A convex function of one variable with slopes of two sizes: `f′` has slope `L` from `−left` to `right` and
/// `μ` outside, and `f(0) = f* = 0`.
///
/// The functions of Huber among them are the worst of gradient descent with short steps, quadratics those with
/// long ones. Written without comparisons, so that an interval has an enclosure.
public struct TwoSlopeFunction<N: RuleNumber>: Sendable {
  /// The slope of the gradient inside, `L`.
  public var inner: N
  /// The slope outside, `μ`.
  public var outer: N
  /// The end of the inner part to the left, as a distance from 0; nil for none.
  public var left: N?
  /// The end of the inner part to the right; nil for none.
  public var right: N?

  public init(inner: N, outer: N, left: N?, right: N?) {
    self.inner = inner
    self.outer = outer
    self.left = left
    self.right = right
  }

  /// The point of the inner part that is nearest.
  private func clamped(_ x: N) -> N {
    var point = x
    if let right { point = .lesser(point, right) }
    if let left { point = .greater(point, -left) }
    return point
  }

  /// `f′(x) = μx + (L − μ)c` with `c` the nearest point of the inner part.
  public func gradient(_ x: N) -> N { outer * x + (inner - outer) * clamped(x) }

  /// `f(x) = μx²/2 + (L − μ)(c·x − c²/2)`.
  public func value(_ x: N) -> N {
    let point = clamped(x)
    let half = N(Rational(1, 2))
    return half * outer * x.squared() + (inner - outer) * (point * x - half * point.squared())
  }

  /// The same function over another number.
  func map<Other: RuleNumber>(_ number: (N) -> Other) -> TwoSlopeFunction<Other> {
    TwoSlopeFunction<Other>(
      inner: number(inner), outer: number(outer), left: left.map(number), right: right.map(number))
  }
}
