/// Where `ε` stands in a step's denominator.
public enum EpsilonPlacement: String, Sendable, CaseIterable {
  /// `√v̂ + ε`, as Adam's paper and torch have it.
  case outsideRoot
  /// `√(v̂ + ε)`, as TensorFlow 1's RMSprop and AMVT's Algorithm 1, line h, have it.
  case insideRoot
}

/// How weight decay reaches a parameter.
public enum DecayForm: String, Sendable, CaseIterable {
  /// `θ ← θ − αλθ` beside the step (Loshchilov & Hutter, *Decoupled weight decay regularization*; torch's
  /// and optax's AdamW).
  case decoupled
  /// `g ← g + λθ` before the moments: an L2 penalty (torch's SGD and Adam).
  case coupled
  /// `θ ← θ − ηλθ` with a schedule multiplier `η` in place of the rate, 1 here: the AdamW paper's own
  /// notation.
  case unscaled
  /// `θ ← θ − λθ`, not scaled by the rate (the AMVT paper, Algorithm 1, line j).
  case paper

  /// Whether the decay is added to the gradient.
  @inlinable public var isCoupled: Bool { self == .coupled }
  /// Whether the learning rate scales the decay.
  @inlinable public var isScaledByRate: Bool { self == .decoupled }
}
