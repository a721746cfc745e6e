internal import Formulas
internal import Numbers
internal import Optimizers
internal import Properties

/// Cauchy and Schwarz on the weights of the moments, as an invariant of the traced step:
/// `m²·q·(1 − β₂)(β₂ − β₁²) ≤ (1 − β₁)²·β₂·(q − p²)·v` with `p = β₁ᵗ` and `q = β₂ᵗ`, for `β₁² < β₂`.
///
/// It holds with equality for the gradients that grow by `β₂/β₁`, so nothing smaller would do.
struct RatioLemma: Sendable {
  let trace: MomentTrace
  /// The slots before a step, or after it, as symbols.
  let m: Formula
  let v: Formula
  /// The symbols of `β₁ᵗ` and `β₂ᵗ`.
  let p: Formula
  let q: Formula
  let beta1: Formula
  let beta2: Formula
  private let meanSlot: Int
  private let squareSlot: Int

  init(_ trace: MomentTrace) throws(Exclusion) {
    guard let meanSlot = trace.meanSlot, let squareSlot = trace.squareSlot,
      let beta1 = trace.beta1, let beta2 = trace.beta2
    else { throw Exclusion("its slots for m and v, or its decays, are not found in its text") }
    self.trace = trace
    (self.meanSlot, self.squareSlot) = (meanSlot, squareSlot)
    (self.beta1, self.beta2) = (beta1, beta2)
    m = trace.arena.symbol(trace.slotNames[meanSlot])
    v = trace.arena.symbol(trace.slotNames[squareSlot])
    (p, q) = (trace.arena.symbol("p"), trace.arena.symbol("q"))
  }

  /// `(1 − β₂)(β₂ − β₁²)`.
  var meanFactor: Formula { (1 - beta2) * (beta2 - beta1 * beta1) }
  /// `(1 − β₁)²β₂`.
  var squareFactor: Formula { (1 - beta1) * (1 - beta1) * beta2 }

  /// What the invariant says is not negative.
  func gap(_ m: Formula, _ v: Formula, _ p: Formula, _ q: Formula) -> Formula {
    squareFactor * (q - p * p) * v - meanFactor * q * m * m
  }

  /// The invariant, and `p² < q`, of the state after a step.
  var relations: [Relation] {
    [
      Relation(p * p, .less, q),
      Relation(
        meanFactor * q * m * m, .lessOrEqual, squareFactor * (q - p * p) * v),
    ]
  }

  /// The parts of the induction that fail to be proved; none where the lemma holds.
  var unprovedParts: [String] {
    var failures: [String] = []
    let (a, b, g) = (beta1, beta2, trace.gradient)
    let room = b - a * a
    let width = q - p * p
    let known = [b, room, 1 - b, width]
    let start = Dictionary(
      zip(trace.slotNames, trace.slotStart.map { Formula($0) }), uniquingKeysWith: { $1 })
    let (mean, square) = (trace.slots[meanSlot], trace.slots[squareSlot])
    // After the first step both sides are equal.
    let base = gap(mean.substituting(start), square.substituting(start), a, b)
    if !base.isIdentical(to: 0) { failures.append("base") }
    let narrowing = SignCertificate(
      target: b * q - (a * p) * (a * p), terms: [.init([b, width]), .init([room], square: p)],
      positive: known, nonNegative: [])
    let before = gap(m, v, p, q)
    let step = SignCertificate(
      target: gap(mean, square, a * p, b * q), multiplier: [width],
      terms: [
        .init([b, b, width, before]), .init([b, room, before], square: p),
        .init([b, 1 - b], square: room * q * m - a * (1 - a) * width * g),
      ], positive: known, nonNegative: [before])
    if !narrowing.isStrict || !step.isValid { failures.append("step") }
    return failures
  }

  /// The corrected moments over the slots after the step, with `p` and `q` in the place of the powers.
  func corrected() throws(Exclusion) -> (mean: Formula, square: Formula) {
    (
      over(try trace.corrected(meanSlot, named: "correctedMean")),
      over(try trace.corrected(squareSlot, named: "correctedSquare"))
    )
  }

  /// A formula of the state after the step, over `m`, `v`, `p` and `q`.
  func over(_ formula: Formula) -> Formula {
    let state = Dictionary(
      trace.slots.indices.map {
        ("\(trace.slotNames[$0])_t", trace.arena.symbol(trace.slotNames[$0]))
      }, uniquingKeysWith: { $1 })
    return formula.replacing(
      [(.power(beta1, trace.step), p), (.power(beta2, trace.step), q)], in: trace.arena
    ).substituting(state)
  }

  /// Whether the invariant is `m̂² ≤ C·(1 − (p − q)²/(q(1 − p)²))·v̂` for the corrected moments of the trace,
  /// with `C = (1 − β₁)²β₂/((1 − β₂)(β₂ − β₁²))`.
  func impliesRatioBound() throws(Exclusion) -> Bool {
    let (mean, square) = try corrected()
    let difference =
      squareFactor * (q * (1 - p) * (1 - p) - (p - q) * (p - q)) * square
      - meanFactor * q * (1 - p) * (1 - p) * mean * mean
    return difference.isIdentical(to: gap(m, v, p, q))
  }

  /// What holds of the decays and their powers.
  func domain(_ subject: AuditSubject) -> [Relation] {
    trace.decayDomain(subject) + [
      Relation(beta1 * beta1, .less, beta2), Relation(0, .lessOrEqual, p),
      Relation(p, .lessOrEqual, beta1), Relation(q, .lessOrEqual, beta2),
    ]
  }
}
