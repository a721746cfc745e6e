internal import CriticalPoints
internal import Formulas
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties

extension TransformProperties {
  static let criticalPoints = TransformProperty(
    description: PropertyDescription(
      id: "transform.critical-points",
      statement: "off l = 0, L is critical where l is; at a zero of order k, where k·N₁ > 1;"
        + " the step rests where ∇l = 0 alone, since w(0) = 1",
      source: "the AYLA paper, version 2, section 2; specification, section 1",
      domain: "differentiable l; zeros of any order", requires: [.lossTransform],
      evidence: [.exact, .interval, .generated]),
    exact: { setting in
      let transform = setting.transform
      var questions = try joinQuestions(setting)
      for region in LossRegion.allCases {
        let value = try transform.value(at: region.loss)
        let slope = region.slope(of: value)
        for (name, factor) in [("dL/dl", slope), ("w", try transform.weight(at: region.loss))] {
          var question = ExactQuestion(
            "\(name) is \(factor), which may be 0", in: region,
            holds: factor.power.map { !$0.coefficient.isZero } ?? false)
          question.isUndecided = factor.isUndecided
          questions.append(question)
        }
        // |L| = |l|^N₁ below 1: with l of order k, L is of order k·N₁.
        if region.isBelowOne {
          questions.append(
            ExactQuestion("L", in: region, value, region.declaredValue(of: transform)))
        }
      }
      let atZero = try? transform.weight(at: Rational(0))
      questions.append(
        ExactQuestion(
          "w(0) is \(atZero?.description ?? "no number"), so the step rests, or leaps, at zeros of l",
          in: .zeroToOne, holds: atZero == 1))
      return ExactAnswer(
        questions,
        domain:
          "dL/dl and w are nonzero multiples of powers of |l|, |L| = |l|^N₁ below 1, w(0) = 1",
        candidate: { question in
          question.text.contains("w(0)")
            ? TransformCase(["l": 0]) : TransformCase(["l": question.region.sample])
        })
    },
    witnesses: { [try searchEvidence($0)] },
    cases: { _ in
      let levels = Generator<TransformCase> { source throws(Rejection) in
        TransformCase([
          "l": try TransformCase.losses.make(source),
          "order": Double(try Generator<Int>.integers(in: 1...6).make(source)),
        ])
      }
      return .oneOf(TransformCase.points, TransformCase.criticalPoints(minimaOnly: false), levels)
    },
    examination: { value, setting in
      value.objective == nil
        ? try levelExamination(try value.value("l"), value.values["order"] ?? 1, setting.transform)
        : try pointExamination(value, setting)
    },
    detail: { transform in
      let n = transform.smallExponent
      let regular =
        n > 1
        ? "critical for L (spurious)"
        : n == 1 ? "as it is for l" : "a point of unbounded gradient of L"
      let lost = n < 1 ? "; a zero of order k is lost where k ≤ \(reciprocalText(n))" : ""
      return
        "critical for L: a regular zero of l is \(regular)\(lost); fixed point of the step: w(0) ="
        + " 1, so only where ∇l = 0"
    })

  private static func reciprocalText(_ n: Rational) -> String {
    (try? n.reciprocal().decimalDescription) ?? "∞"
  }

  /// What happens at one loss: 0, or an expansion of some order around it.
  private static func levelExamination(
    _ loss: Double, _ order: Double, _ transform: any LossTransform
  ) throws -> Examination {
    let l = Interval(loss)
    if loss == 0 {
      let factor = transform.weight(at: l)
      if factor.isApart(from: 1) {
        return examination(
          failing: "w(0) is in \(factor), not 1: what a step does at a zero of l changes")
      }
    } else if l.avoidsJoins {
      let factor = transform.weight(at: l)
      if factor.isDefined, factor.lower == 0, factor.upper == 0 {
        return examination(failing: "w(\(loss)) is 0: L is critical where l need not be")
      }
    }
    // l = ±x^k near 0: |L| = x^(k·N₁).
    for x in [0.5, 0x1p-4] {
      let size = Interval(x).power(Int(order))
      let expected = Interval.power(
        Interval(x), Interval(Rational(Int(order)) * transform.smallExponent))
      for sign in [Interval(1), Interval(-1)] {
        let value = transform.value(at: sign * size)
        if value.isApart(from: sign * expected) {
          return examination(
            failing: "at l = \(sign.lower)·\(x)^\(Int(order)) L is in \(value), not in"
              + " \(sign * expected)")
        }
      }
    }
    return examination(failing: nil)
  }

  /// Whether both gradients are zero or neither is.
  private static func pointExamination(
    _ value: TransformCase, _ setting: TransformSetting
  ) throws -> Examination {
    let (_, point, values) = try setting.enclosed(value)
    guard values.loss.isDefined, values.loss.avoidsJoins else {
      return .outsidePremise("l may be 0 or ±1")
    }
    if values.gradient.allSatisfy({ $0.lower == 0 && $0.upper == 0 }) {
      let moving = values.transformedGradient.first { $0.isApart(from: 0) }
      return examination(
        failing: moving.map { "l is critical at \(point), L is not: a slope is in \($0)" })
    }
    guard values.gradient.contains(where: { $0.isApart(from: 0) }) else {
      return .outsidePremise("a slope may be 0")
    }
    let isFlat = values.transformedGradient.allSatisfy { $0.lower == 0 && $0.upper == 0 }
    return examination(failing: isFlat ? "L is critical at \(point), l is not" : nil)
  }

  /// What the search for critical points, which reasons of its own, says of a few polynomials.
  private static func searchEvidence(_ setting: TransformSetting) throws -> Evidence {
    let n = setting.transform.smallExponent
    let transform = PowerTransform(N1: n, N2: setting.transform.largeExponent)
    var count = 0
    var differing: [String] = []
    for (text, orders) in zeroOrders {
      let arena = FormulaArena()
      let formula = try Formula(parsing: text, variables: ["x"], in: arena)
      let report = try CriticalPointSearch(
        formula, in: try SearchBox(parsing: "x=-4:4"), under: transform
      ).run()
      for (x, order) in orders {
        let status = report.points.first { abs($0.at[0].value - x) < 1e-9 }?.status
        let growth = Rational(order) * n
        let isCritical = growth > 1
        let expected: Bool =
          order == 1
          ? (n == 1 ? status == nil : (status == .spurious) == isCritical)
          : n == 1 || (status == .lost) == !isCritical
        count += 1
        if !expected {
          differing.append("\(text) at \(x): \(status?.rawValue ?? "no critical point")")
        }
      }
    }
    guard let first = differing.first else {
      return Evidence(
        .interval, tool: "assay critical-points", verdict: .tested,
        domain:
          "spurious and lost zeros of order 1 to 4 of \(zeroOrders.count) polynomials, \(count)"
          + " in all, are those predicted")
    }
    return Evidence(
      .interval, tool: "assay critical-points", verdict: .inconclusive,
      detail: "the search does not agree: \(first)")
  }

  /// Polynomials, with their zeros and the zeros' orders.
  private static let zeroOrders: [(String, [(Double, Int)])] = [
    ("(x - 1)^2*(x + 2)", [(1, 2), (-2, 1)]), ("x^3*(x - 2)", [(0, 3), (2, 1)]),
    ("x^4/4", [(0, 4)]), ("x^2 - 4", [(2, 1), (-2, 1)]),
  ]
}
