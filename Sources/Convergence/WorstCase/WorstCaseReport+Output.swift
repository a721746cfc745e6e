public import Diagnostics
internal import Numbers

extension WorstCaseReport {
  /// The report in the stable format of `assay worst-case --format json`.
  public var json: JSONValue {
    [
      "method": .string(method), "class": .string(question.functionClass.name),
      "metric": .string(question.metric.rawValue), "iterate": .string(question.iterate.rawValue),
      "initial": .string(question.initial.rawValue), "steps": .integer(question.steps),
      "status": .string(status.rawValue), "upper": Self.json(upper), "lower": Self.json(lower),
      "closedForm": closedForm.map { JSONValue($0) } ?? .null, "seconds": JSONValue(seconds),
      "details": JSONValue(details),
    ]
  }

  private static func json(_ bound: Rational?) -> JSONValue {
    guard let bound else { return .null }
    return [
      "value": JSONValue(Double(bound)), "rational": .string("\(bound)"), "verified": true,
    ]
  }

  /// The report for people.
  public var text: String {
    var lines = [
      "\(method)\(settingText): worst case over \(question.functionClass.description) after"
        + " \(question.steps) step\(question.steps == 1 ? "" : "s")",
      "  \(question.metric.words(at: question.iterate.words)), where"
        + " \(question.initial.words(at: "x_0")) is at most 1",
    ]
    switch status {
    case .exact: lines.append("  exact")
    case .upperOnly: lines.append("  a bound from above is proved")
    case .lowerOnly: lines.append("  an instance was found; nothing is proved from above")
    case .unbounded: lines.append("  unbounded")
    case .failed: lines.append("  failed: nothing is proved")
    case .notFixedCoefficient:
      lines.append("  no worst case: a step is no fixed linear combination of the gradients")
    }
    if let upper {
      lines.append("  at most   \(Double(upper))   (certificate checked exactly)")
    }
    if let lower {
      lines.append("  at least  \(Double(lower))   (instance checked exactly)")
    }
    if let relativeWidth { lines.append("  relative width \(relativeWidth)") }
    if let closedForm { lines.append("  closed form of the literature: \(closedForm)") }
    lines += details.map { "  \($0)" }
    let hundredths = (seconds * 100).rounded() / 100
    lines.append("  \(hundredths) s")
    return lines.joined(separator: "\n") + "\n"
  }

  private var settingText: String {
    settings.isEmpty ? "" : " " + settings.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }
}

extension WorstCaseQuestion.Metric {
  func words(at point: String) -> String {
    switch self {
    case .functionGap: "f(\(point)) - f*"
    case .distance: "|\(point) - x*|^2"
    case .gradientNorm: "|grad f(\(point))|^2"
    }
  }
}

extension WorstCaseQuestion.Iterate {
  var words: String {
    switch self {
    case .last: "x_N"
    case .best: "the best of x_0 ... x_N"
    case .average: "the average"
    }
  }
}

extension FunctionClass: CustomStringConvertible {
  /// The class with its constants.
  public var description: String {
    switch self {
    case .smoothConvex(let smoothness): "smooth-convex, L = \(smoothness.decimalDescription)"
    case .smoothStronglyConvex(let convexity, let smoothness):
      "smooth-strongly-convex, mu = \(convexity.decimalDescription),"
        + " L = \(smoothness.decimalDescription)"
    case .smoothNonconvex(let smoothness):
      "smooth-nonconvex, L = \(smoothness.decimalDescription)"
    case .lipschitzConvex(let bound): "lipschitz-convex, M = \(bound.decimalDescription)"
    case .proximal: "closed convex functions"
    case .finiteSum(let components, let convexity, let smoothness, let noise):
      "finite sums of \(components) functions, mu = \(convexity.decimalDescription),"
        + " L = \(smoothness.decimalDescription), noise \(noise.decimalDescription)"
    }
  }
}
