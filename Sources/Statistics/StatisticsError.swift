public import Diagnostics
public import ReferenceNumerics

/// Why a sample has no such statistic.
public enum StatisticsError: Diagnosable, Equatable {
  /// The sample is too small for what is asked of it.
  case tooFewValues(needed: Int, count: Int)
  /// A value of the sample, or a statistic of it, is NaN or infinite.
  case notFinite(what: String, value: Double)
  /// The sample does not determine the quantity: all of its values are equal, say.
  case degenerate(reason: String)
  /// GSL gave no quantile or probability.
  case numerical(GSLError)

  public var exitCode: ExitCode {
    switch self {
    case .tooFewValues, .notFinite, .degenerate: .data
    case .numerical(let error): error.exitCode
    }
  }

  public var message: String {
    switch self {
    case .tooFewValues(let needed, let count):
      "the sample has \(count) values, and at least \(needed) are needed"
    case .notFinite(let what, let value): "\(what) is \(value)"
    case .degenerate(let reason): reason
    case .numerical(let error): error.message
    }
  }
}

extension Distribution {
  /// ``quantile(_:)``, with this module's error.
  func point(_ probability: Double) throws(StatisticsError) -> Double {
    do { return try quantile(probability) } catch { throw .numerical(error) }
  }

  /// ``cumulative(_:)``, with this module's error.
  func below(_ x: Double) throws(StatisticsError) -> Double {
    do { return try cumulative(x) } catch { throw .numerical(error) }
  }

  /// ``upperTail(_:)``, with this module's error.
  func above(_ x: Double) throws(StatisticsError) -> Double {
    do { return try upperTail(x) } catch { throw .numerical(error) }
  }
}

func checkLevel(_ level: Double) {
  precondition(level > 0 && level < 1, "a level lies in (0, 1), got \(level)")
}
