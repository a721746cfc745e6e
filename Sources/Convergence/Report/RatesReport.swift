public import Diagnostics
public import Objectives
public import Properties

/// One line of a report on rates.
public struct RateRow: Sendable {
  /// The subject.
  public let name: String
  /// The problem, with the schedule where that is not the subject's own.
  public let problem: String
  /// The problem's place in the report.
  public let place: Int
  /// `rate α/√t`, where the rate is not the subject's own.
  public let schedule: String?
  public let iterate: Iterate
  public let metric: RateMetric
  public let fit: RateFit?
  /// The slope on the fit's window that an exact computation gives.
  public let predicted: Double?
  /// How it was computed.
  public let predictedBy: String?
  /// What theory gives for large times.
  public let asymptote: Objective.Asymptote?
  /// The paper's bound on the gap at the last step of the window.
  public let claimedBound: Double?
  /// A certified worst case of the problem's class at that step, and the value that an instance reaches.
  public let certified: CertifiedValues?
  public let verdict: BoundVerdict
  /// Why, where a bound was judged, or what went wrong.
  public let remark: String?
  public let divergedAt: Int?

  /// The row in the stable format.
  public var json: JSONValue {
    [
      "name": .string(name), "problem": .string(problem), "iterate": .string(iterate.rawValue),
      "fit": JSONValue(fit?.kind.rawValue), "slope": fit.map { JSONValue($0.slope) } ?? .null,
      "interval": fit.map {
        JSONValue([$0.interval.lowerBound, $0.interval.upperBound])
      } ?? .null,
      "window": fit.map {
        [.integer($0.window.from), .integer($0.window.to)]
      } ?? .null,
      "predicted": predicted.map { JSONValue($0) } ?? .null,
      "claimedBound": claimedBound.map { JSONValue($0) } ?? .null,
      "certified": [
        "upper": certified?.upper.map { JSONValue($0) } ?? .null,
        "lower": certified?.lower.map { JSONValue($0) } ?? .null,
      ],
      "verdict": .string(verdict.rawValue),
    ]
  }
}

/// What is certain of the worst case of a class.
public struct CertifiedValues: Sendable, Hashable {
  public var upper: Double?
  public var lower: Double?

  public init(upper: Double? = nil, lower: Double? = nil) {
    self.upper = upper
    self.lower = lower
  }
}

/// The runs of one subject on one problem, for plots and tables.
public struct MeasuredCurves: Sendable {
  public let name: String
  /// The place of the problem in the report.
  public let problem: Int
  /// `rate α/√t`, where the rate is not the subject's own.
  public let schedule: String?
  /// One a seed.
  public let runs: [RateRun]
  public let prediction: RatePrediction?
  public let comparison: BoundComparison?
  /// What was checked beside the fits.
  public let checks: [PropertyResult]

  /// The recorded steps that all runs reached.
  public var steps: [Int] {
    Array((runs.first?.steps ?? []).prefix(runs.map(\.steps.count).min() ?? 0))
  }

  /// The mean over the seeds.
  public func mean(_ metric: RateMetric, of iterate: Iterate) -> [Double] {
    RateFit.mean(of: runs.map { Array($0.values(metric, of: iterate).prefix(steps.count)) })
  }
}

/// Rates of some subjects on some problems, with everything that repeats them.
public struct RatesReport: Sendable {
  public struct Subject: Sendable {
    public let name: String
    public let settings: [(key: String, value: String)]
    public let source: String
  }

  public let subjects: [Subject]
  public let problems: [Objective]
  public let rows: [RateRow]
  public let curves: [MeasuredCurves]
  /// Steps to a millionth of the gap at the start.
  public let times: TargetTimes?
  public let targetFactor: Double
  public let steps: Int
  public let seed: UInt64
  public let seedCount: Int
  public let isIncomplete: Bool

  /// The report in the stable format.
  public var json: JSONValue { ["subjects": .array(rows.map(\.json))] }

  /// The command that repeats the report.
  public var command: String {
    let names = subjects.map(\.name).joined(separator: " ")
    let settings = subjects.first?.settings.map { " --set \($0.key)=\($0.value)" }.joined() ?? ""
    return "assay rates \(names)\(settings) --steps \(steps) --seed \(seed)"
  }
}
