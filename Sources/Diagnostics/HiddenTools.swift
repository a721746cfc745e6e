public import Foundation

/// The optional tools that are to be treated as absent.
public enum HiddenTools {
  /// The names that the variable `ASSAY_HIDE` lists, separated by commas: programs and libraries.
  public static func names(
    in environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> Set<String> {
    let names = (environment["ASSAY_HIDE"] ?? "").split(separator: ",")
    return Set(names.map { $0.trimmingCharacters(in: .whitespaces) })
  }
}
