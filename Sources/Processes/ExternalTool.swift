internal import Diagnostics
public import Foundation

/// A program that Assay uses where it is installed: how it is found, and how to get it.
public struct ExternalTool: Sendable, Hashable {
  /// The program's name as it is looked for on `PATH`, `z3`.
  public let name: String
  /// The Debian package that holds it, `coinor-csdp` for `csdp`.
  public let package: String

  public init(_ name: String, package: String? = nil) {
    self.name = name
    self.package = package ?? name
  }

  /// How to install it, as one line to paste.
  public var installCommand: String { "apt-get install \(package)" }

  /// The path of the program: the first match in the absolute folders of `PATH`, in order.
  ///
  /// The variable `ASSAY_HIDE`, names separated by commas, makes programs invisible.
  ///
  /// - Throws: `ToolError.absent` where there is none, or where it is hidden.
  public func path(
    in environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(ToolError) -> String {
    guard !Self.hiddenNames(in: environment).contains(name) else {
      throw .absent(tool: self, isHidden: true)
    }
    for folder in (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":") {
      guard folder.hasPrefix("/") else { continue }
      let candidate = "\(folder)/\(name)"
      var isFolder: ObjCBool = false
      if unsafe FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder),
        !isFolder.boolValue, FileManager.default.isExecutableFile(atPath: candidate)
      {
        return candidate
      }
    }
    throw .absent(tool: self, isHidden: false)
  }

  /// Whether the program can be used.
  public var isPresent: Bool { (try? path()) != nil }

  /// The names that `ASSAY_HIDE` lists.
  public static func hiddenNames(
    in environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> Set<String> {
    HiddenTools.names(in: environment)
  }
}

extension ExternalTool {
  /// Satisfiability modulo theories, de Moura & Bjørner 2008.
  public static let z3 = ExternalTool("z3")
  /// Satisfiability modulo theories, Barbosa et al. 2022.
  public static let cvc5 = ExternalTool("cvc5")
  /// Semidefinite programs in SDPA's format, Borchers 1999.
  public static let csdp = ExternalTool("csdp", package: "coinor-csdp")
  /// Plots.
  public static let gnuplot = ExternalTool("gnuplot", package: "gnuplot-nox")
  /// Compressed data.
  public static let gzip = ExternalTool("gzip")
}
