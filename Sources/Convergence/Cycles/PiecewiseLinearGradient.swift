public import Numbers

/// The derivative of a function of one variable, continuous and linear between corners.
public struct PiecewiseLinearGradient: Sendable, Equatable {
  /// A part: `f′(x) = slope·x + intercept`.
  public struct Piece: Sendable, Equatable {
    public let slope: Rational
    public let intercept: Rational

    public init(slope: Rational, intercept: Rational) {
      self.slope = slope
      self.intercept = intercept
    }
  }

  /// Where one part ends and the next begins, in ascending order.
  public let corners: [Rational]
  /// One more than there are corners.
  public let pieces: [Piece]

  /// - Precondition: the corners ascend, and the pieces agree at them.
  public init(corners: [Rational], pieces: [Piece]) {
    precondition(
      pieces.count == corners.count + 1, "\(pieces.count) pieces for \(corners.count) corners")
    for (place, corner) in corners.enumerated() {
      precondition(place == 0 || corners[place - 1] < corner, "corners ascend, got \(corners)")
      let (left, right) = (pieces[place], pieces[place + 1])
      precondition(
        left.slope * corner + left.intercept == right.slope * corner + right.intercept,
        "the pieces do not meet at \(corner)")
    }
    self.corners = corners
    self.pieces = pieces
  }

  /// The piece at a point, the one to the right at a corner.
  func place(of x: Rational) -> Int { corners.firstIndex { x < $0 } ?? corners.count }

  func place(of x: Double) -> Int {
    corners.firstIndex { x < Double($0) } ?? corners.count
  }

  public func value(at x: Rational) -> Rational {
    let piece = pieces[place(of: x)]
    return piece.slope * x + piece.intercept
  }

  /// Slopes 25, 1, 25: 1-strongly convex and 25-smooth, and the heavy ball with its best parameters for
  /// quadratics cycles on it.
  ///
  /// Source: Lessard, Recht & Packard, *Analysis and design of optimization algorithms via integral quadratic
  /// constraints*, SIAM Journal on Optimization 2016, equation 4.11. <https://arxiv.org/abs/1408.3595>
  public static let lessard = PiecewiseLinearGradient(
    corners: [1, 2],
    pieces: [
      Piece(slope: 25, intercept: 0), Piece(slope: 1, intercept: 24),
      Piece(slope: 25, intercept: -24),
    ])
}
