public import Diagnostics

/// What is wrong with a formula file, and where.
public struct FormulaFileError: Diagnosable, Equatable {
  public let exitCode: ExitCode
  public let place: String?
  public let message: String
  public let excerpt: String?

  public init(
    _ message: String, place: String? = nil, excerpt: String? = nil, exitCode: ExitCode = .data
  ) {
    self.message = message
    self.place = place
    self.excerpt = excerpt
    self.exitCode = exitCode
  }
}
