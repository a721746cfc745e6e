public import Diagnostics

/// What a self-test found.
public struct SelfTestReport: Sendable {
  public let seed: UInt64
  /// What became of each fault.
  public var outcomes: [FaultOutcome]
  /// A way in which a subject process broke the protocol.
  public struct WireOutcome: Sendable, Hashable {
    public let id: String
    /// Whether `subject.protocol` was refuted.
    public let isFound: Bool
  }

  /// What became of the faults of manners over the wire.
  public var wire: [WireOutcome] = []
  /// The falsehoods, planted for the solvers, that came out as proved.
  public var believedFalsehoods: [String] = []
  /// Whether it was stopped before its end.
  public var isIncomplete = false
  public var seconds = 0.0

  /// The faults that change what the rule does.
  public var faults: [FaultOutcome] { outcomes.filter { $0.nature == .different } }
  public var equivalent: [FaultOutcome] { outcomes.filter { $0.nature == .equivalent } }
  public var undecided: [FaultOutcome] { outcomes.filter { $0.nature == .undecided } }

  /// How a fault may be found.
  public enum Mode: String, Sendable, CaseIterable {
    case declared, inferred, none

    /// The least share of the faults that has to be found.
    public var target: Double {
      switch self {
      case .declared: 0.95
      case .inferred: 0.6
      case .none: 0.3
      }
    }
  }

  /// The share of the faults that were found.
  public func share(_ mode: Mode) -> Double {
    let faults = faults
    return faults.isEmpty
      ? 1 : Double(faults.count { $0.finder(mode) != nil }) / Double(faults.count)
  }

  /// The share that a test would find that demands no more than a loss that goes down.
  public var smokeShare: Double {
    let faults = faults
    return faults.isEmpty
      ? 0 : Double(faults.count { !$0.passesSmokeTest }) / Double(faults.count)
  }

  /// What computes the same and was called wrong.
  public var falseKills: [FaultOutcome] {
    equivalent.filter { !$0.properties.isEmpty }
  }

  /// The faults that nothing found, though the family was declared.
  public var survivors: [FaultOutcome] { faults.filter { $0.declared == nil } }

  /// How many faults each property was the first to find, the most first.
  public var finders: [(property: String, count: Int)] {
    var counts: [String: Int] = [:]
    for fault in faults { for property in fault.properties { counts[property, default: 0] += 1 } }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
  }

  /// What is not as it has to be, in a line each.
  public var misses: [String] {
    var misses = Mode.allCases.filter { share($0) < $0.target }.map {
      "\($0.rawValue): \(percent(share($0))) of the faults found, not \(percent($0.target))"
    }
    let unnoticed = wire.count { !$0.isFound }
    if unnoticed > 0 { misses.append("\(unnoticed) breaches of the protocol went unnoticed") }
    if !believedFalsehoods.isEmpty {
      misses.append("proved, and false: \(believedFalsehoods.joined(separator: ", "))")
    }
    if !falseKills.isEmpty { misses.append("\(falseKills.count) found that are no faults") }
    return misses
  }
}

extension FaultOutcome {
  /// The property that found it; nil for none.
  public func finder(_ mode: SelfTestReport.Mode) -> String? {
    switch mode {
    case .declared: declared
    case .inferred: inferred
    case .none: undeclared
    }
  }
}

/// A share as a percentage with one digit.
func percent(_ share: Double) -> String {
  let tenths = (share * 1_000).rounded(.down)
  return "\(tenths / 10) %"
}
