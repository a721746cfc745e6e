internal import CustomDump
internal import PropertyTesting
internal import Testing

/// The one issue that a check records.
struct Report {
  let text: String
  let location: SourceLocation

  /// Nil where the check passed.
  init?<Value>(
    _ result: CheckResult<Value>, _ catcher: IssueCatcher, _ location: SourceLocation
  ) {
    var location = location
    switch result.outcome {
    case .passed: return nil
    case .failed(let failure):
      location = catcher.location(of: failure.violation.kind) ?? location
      text = Self.text(result, failure, failure.violation.message)
    case .flaky(let failure, let reason):
      text = Self.text(result, failure, "flaky: \(reason)")
    case .vacuous(let reason): text = "vacuous: \(reason)"
    case .insufficient(let reason): text = "coverage: \(reason)"
    case .gaveUp(let reason): text = "the generator is unfit: \(reason)"
    case .inconclusive(let reason): text = "inconclusive: \(reason)"
    case .invalid(let reason): text = "invalid generator: \(reason)"
    }
    self.location = location
  }

  private static func text<Value>(
    _ result: CheckResult<Value>, _ failure: SmallestFailure<Value>, _ message: String
  ) -> String {
    let choices = ChoiceText.text(of: failure.choices)
    var lines = [
      message,
      "smallest failing value\(failure.isMinimal ? "" : " found in time"): "
        + String(customDumping: failure.value),
    ]
    lines += failure.notes.map { "note: \($0)" }
    if let explanation = failure.explanation, !explanation.irrelevant.isEmpty {
      lines.append("explanation: \(explanation.text)")
    }
    lines.append(
      "case \(failure.case.map(String.init) ?? "kept") of seed \(result.seed),"
        + " \(result.cases) cases run, \(result.shrinkExecutions) more to shrink it")
    lines.append("replay: replaying: \"\(choices)\"")
    if let id = failure.id { lines.append("kept as .assay/failures/\(id).json") }
    return lines.joined(separator: "\n")
  }
}
