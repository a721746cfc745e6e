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

  /// The properties that were first to find no fault.
  public struct Idle: Sendable, Hashable {
    /// A property, and a fault that it finds.
    public struct Witness: Sendable, Hashable {
      public let property: String
      public let fault: String
    }

    /// Those that find one that another property was the first to find.
    public var witnesses: [Witness] = []
    /// Those of compiled code, with the test that plants a fault for them.
    public var plantedInTests: [Witness] = []
    /// Those that found none at all.
    public var properties: [String] = []
  }

  /// What is known of them; nil where only a part was tested.
  public var idle: Idle?
  /// Whether only some of the rules were tested.
  public var isPart = false
  /// Whether it was stopped before its end.
  public var isIncomplete = false
  public var seconds = 0.0

  /// The faults that change what is done.
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

  /// The faults that were looked for in a way: all where the family is declared, else those of rules.
  public func faults(_ mode: Mode) -> [FaultOutcome] {
    mode == .declared ? faults : faults.filter(\.isNameless)
  }

  /// The share of the faults that were found.
  public func share(_ mode: Mode) -> Double {
    let faults = faults(mode)
    return faults.isEmpty
      ? 1 : Double(faults.count { $0.finder(mode) != nil }) / Double(faults.count)
  }

  /// The share of the faults of rules that a test would find that demands no more than a loss that goes down.
  public var smokeShare: Double {
    let faults = faults(.none)
    return faults.isEmpty
      ? 0 : Double(faults.count { !$0.passesSmokeTest }) / Double(faults.count)
  }

  /// What computes the same and was called wrong.
  public var falseKills: [FaultOutcome] {
    equivalent.filter { !$0.properties.isEmpty }
  }

  /// The faults that nothing found, though the family was declared.
  public var survivors: [FaultOutcome] { faults.filter { $0.declared == nil } }

  /// How many faults each property was the first to find, in any of the ways, the most first.
  public var finders: [(property: String, count: Int)] {
    var counts: [String: Int] = [:]
    for fault in faults { for property in fault.properties { counts[property, default: 0] += 1 } }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
  }

  /// Why faults were not found with the family inferred, or with nothing declared: reasons, and how often.
  public func reasons(_ mode: Mode) -> [(reason: String, count: Int)] {
    var counts: [String: Int] = [:]
    for fault in faults(mode) where fault.finder(mode) == nil {
      counts[fault.survival(mode), default: 0] += 1
    }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
  }

  /// What is not as it has to be, in a line each.
  public var misses: [String] {
    // A part has shares of its own; what has to be reached is reached by all.
    let short = isPart ? [] : Mode.allCases.filter { share($0) < $0.target }
    var misses = short.map {
      "\($0.rawValue): \(percent(share($0))) of the faults found, not \(percent($0.target))"
    }
    let unnoticed = wire.count { !$0.isFound }
    if unnoticed > 0 { misses.append("\(unnoticed) breaches of the protocol went unnoticed") }
    if !believedFalsehoods.isEmpty {
      misses.append("proved, and false: \(believedFalsehoods.joined(separator: ", "))")
    }
    if !falseKills.isEmpty { misses.append("\(falseKills.count) found that are no faults") }
    if let idle, !idle.properties.isEmpty {
      misses.append("no fault found by \(idle.properties.joined(separator: ", "))")
    }
    return misses
  }
}

extension FaultOutcome {
  /// Why it was not found.
  public func survival(_ mode: SelfTestReport.Mode) -> String {
    switch mode {
    case .declared: return reason
    case .inferred:
      if behavesLike == nil { return "behaves like nothing that is known" }
      return isExactlyLike
        ? "behaves to the rounding like another built-in, or a convention of one"
        : "keeps the laws of what it behaves most like, on the cases that were tried"
    case .none: return "keeps every law that needs no family"
    }
  }
}

/// A share as a percentage with one digit.
func percent(_ share: Double) -> String {
  let tenths = (share * 1_000).rounded(.down)
  return "\(tenths / 10) %"
}
