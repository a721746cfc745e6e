public import Diagnostics

/// A subject process broke the wire protocol: a finding about the subject, never a fault of the audit.
public struct SubjectProtocolFault: Error, Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable {
    /// It ended, or closed its standard output.
    case died
    /// No answer came in time.
    case hung
    /// An answer is longer than any answer may be.
    case flooded
    /// An answer that is no JSON object.
    case garbage
    /// An answer of another request, or of another subject.
    case order
    /// An answer with a part missing, or of the wrong shape.
    case shape
    /// The same requests had another answer before.
    case inconsistent
    /// The audit asked no more: it died or hung twice, or the audit was cancelled.
    case retired
  }

  public var kind: Kind
  public var reason: String
  /// The last exchanges, `→` to the subject and `←` from it.
  public var transcript: [String]

  public init(kind: Kind, reason: String, transcript: [String] = []) {
    self.kind = kind
    self.reason = reason
    self.transcript = transcript
  }
}

/// A process that cannot be a subject at all.
public struct ProcessSubjectError: Diagnosable, Equatable {
  public let exitCode: ExitCode
  public let place: String?
  public let message: String

  init(_ exitCode: ExitCode, _ message: String, place: String? = "--command") {
    self.exitCode = exitCode
    self.message = message
    self.place = place
  }
}
