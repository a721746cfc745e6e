internal import Diagnostics
internal import Numbers
internal import Properties

extension MomentProperties {
  static let ratioBoundLoose = MomentProperty(
    description: PropertyDescription(
      id: "moment.ratio-bound-loose",
      statement: "|Δθ|/α never exceeds max(1, (1 − β₁)/√(1 − β₂))",
      source:
        "Kingma & Ba, Adam, section 2.1, as it is often quoted; true at β₁ = 0 and β₁ = β₂ alone",
      domain: "the subject's decays, every t, every gradient, ε → 0",
      requires: [.firstMoment, .secondMoment, .biasCorrected], isInformation: true,
      evidence: [.interval, .search]),
    proof: { trace, rule, context, finding in
      guard let bound = looseSquare(rule) else { throw Exclusion("it has no β₁ and β₂") }
      guard rule.value(of: "learningRate") != nil else { throw Exclusion("it has no rate") }
      let start = ContinuousClock.now
      let limit = context.effort == .quick ? 600 : 2_000
      let found = try exceeding(bound, rule, context, limit: limit)
      var evidence = Evidence(
        .interval, tool: "assay intervals", verdict: .tested,
        domain: "the subject's decays, t up to \(limit), the worst gradients for each t")
      if let found {
        evidence.verdict = .refuted
        evidence.domain = "its text in enclosures, and its own code in float64"
        evidence.detail =
          found.isFirst
          ? "first possible at t = \(found.sequence.stepCount)"
          : "possible at t = \(found.sequence.stepCount)"
        finding.candidate = Candidate(
          scalars: 1, steps: found.sequence.stepCount, case: found.sequence.json)
        finding.detail = evidence.detail
      } else if let sharp = sharpSquare(rule), sharp <= bound,
        context.subject.traits.contains(.adamRatio)
      {
        let lemma = try RatioLemma(trace)
        if lemma.unprovedParts.isEmpty, try lemma.impliesRatioBound() {
          evidence = Evidence(
            .certificate, tool: "assay exact", verdict: .proved,
            domain: "the subject's decays, every t",
            detail: "there it is moment.ratio-bound's limit √C")
        }
      }
      evidence.seconds = (ContinuousClock.now - start) / .seconds(1)
      finding.evidence.append(evidence)
    },
    sequenceExamination: { sequence, context in
      guard let rule = context.subject.rule, let square = looseSquare(rule) else {
        throw CaseError(message: "the subject has no β₁ and β₂")
      }
      let bound = Interval.root(Interval(square))
      let gradients = sequence.gradients
      let ratios = try context.subject.stepRatios(gradients)
      guard let last = ratios.last, let exact = context.subject.enclosedLastRatio(gradients) else {
        throw CaseError(message: "the subject's text is not known")
      }
      let lines = ratios.indices.suffix(5).map { "step \($0 + 1): |Δθ|/α = \(ratios[$0])" }
      let isExceeded = exact.isDefined && bound.upper < exact.lower && bound.upper < last
      let place = "step \(ratios.count): |Δθ|/α is \(last) in the subject's code"
      return Examination(
        holds: !isExceeded,
        summary: "\(place), in \(exact) by its text; the bound is \(bound.upper)",
        lines: lines + ["the bound: \(bound.upper)"],
        trajectories: ["subject": JSONValue(ratios), "expected": JSONValue(bound.upper)])
    })

  /// `max(1, (1 − β₁)²/(1 − β₂))`.
  private static func looseSquare(_ rule: any TransparentRule) -> Rational? {
    guard let beta1 = rule.value(of: "beta1"), let beta2 = rule.value(of: "beta2"), beta2 < 1,
      let square = try? (1 - beta1) * (1 - beta1) / (1 - beta2)
    else { return nil }
    return Rational.greater(1, square)
  }

  /// `C`, the least upper bound of the square of Adam's ratio over all `t`; nil for β₁² ≥ β₂.
  static func sharpSquare(_ rule: any TransparentRule) -> Rational? {
    guard let beta1 = rule.value(of: "beta1"), let beta2 = rule.value(of: "beta2"),
      beta1 * beta1 < beta2, beta2 < 1
    else { return nil }
    return try? (1 - beta1) * (1 - beta1) * beta2 / ((1 - beta2) * (beta2 - beta1 * beta1))
  }

  /// The shortest gradients found with which the subject's code and text exceed a bound.
  private static func exceeding(
    _ bound: Rational, _ rule: any TransparentRule, _ context: AuditContext, limit: Int
  ) throws -> (sequence: GradientSequence, isFirst: Bool)? {
    let root = Interval.root(Interval(bound))
    func exceeds(_ sequence: GradientSequence) throws -> Bool {
      let gradients = sequence.gradients
      guard let last = try context.subject.stepRatios(gradients).last, root.upper < last,
        let exact = context.subject.enclosedLastRatio(gradients)
      else { return false }
      return exact.isDefined && root.upper < exact.lower
    }
    guard let worst = WorstRatio(context.subject) else {
      // Nothing is known of the largest ratio: geometric gradients are tried.
      for count in [100, 200, 400, 800] where count <= limit {
        for ratio in [1.02, 1.05, 1.1, 1.2, 1.5] as [Rational] {
          let sequence = GradientSequence(powersOf: ratio, count: count)
          if try exceeds(sequence) { return (sequence, false) }
        }
      }
      return nil
    }
    guard
      let first = (1...limit).first(where: { worst.inDouble.largestSquare(at: $0) > Double(bound) })
    else { return nil }
    let isFirst = (1..<first).allSatisfy {
      worst.enclosed.largestSquare(at: $0).upper <= Interval(bound).lower
    }
    for count in first...(first + 2) {
      let sequence = GradientSequence(powersOf: worst.bestRatio(at: count), count: count)
      if try exceeds(sequence) { return (sequence, isFirst && count == first) }
      let listed = GradientSequence(worst.inDouble.maximiser(at: count))
      if try exceeds(listed) { return (listed, isFirst && count == first) }
    }
    return nil
  }
}

/// The largest ratio of the moments that a subject's steps are made of.
struct WorstRatio {
  let inDouble: RatioRecursion<Double>
  let enclosed: RatioRecursion<Interval>

  /// Nil for a subject whose steps are no ratio that the recursion knows.
  init?(_ subject: AuditSubject) {
    guard let rule = subject.rule, let beta1 = rule.value(of: "beta1"),
      let beta2 = rule.value(of: "beta2"), beta2 > 0
    else { return nil }
    var beta3: Rational?
    if subject.traits.contains(.variancePenalty) {
      guard let own = rule.value(of: "beta3"), own > 0,
        subject.conventions["stepMomentum"] == "corrected",
        subject.conventions["varianceCentre"] == "updatedMean"
      else { return nil }
      beta3 = own
    } else if !subject.traits.contains(.adamRatio) {
      return nil
    }
    inDouble = RatioRecursion(beta1: beta1, beta2: beta2, beta3: beta3)
    enclosed = RatioRecursion(beta1: beta1, beta2: beta2, beta3: beta3)
  }

  /// The growth of geometric gradients that comes near to the largest ratio, with few digits.
  func bestRatio(at count: Int) -> Rational {
    if inDouble.beta3 == nil, inDouble.beta1 > 0,
      let ratio = try? inDouble.beta2 / inDouble.beta1
    {
      return ratio
    }
    // The maximiser grows almost geometrically in its last part, where the weight is.
    let gradients = inDouble.maximiser(at: count)
    let tail = gradients.suffix(max(2, min(60, count / 2)))
    guard let last = tail.last, let first = tail.first, first > 0, last > 0, tail.count > 1 else {
      return 2
    }
    let growth = Double.power(last / first, 1 / Double(tail.count - 1))
    return Rational(Int((growth * 10_000).rounded()), 10_000)
  }
}
