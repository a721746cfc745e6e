internal import Foundation

/// The Python package that lets optimizers of other frameworks speak the wire protocol.
enum Bridge {
  /// The folder that holds the package `assay_bridge`; nil where it was not installed with the program.
  static let folder: String? = {
    guard let resources = Resources.folder else { return nil }
    let folder = "\(resources)/Bridge"
    return FileManager.default.fileExists(atPath: "\(folder)/assay_bridge") ? folder : nil
  }()

  /// An environment in which Python finds the package, and what a process prints is not held back.
  static func environment(from environment: [String: String]) -> [String: String] {
    var result = environment
    if let folder {
      let rest = environment["PYTHONPATH"].map { $0.isEmpty ? "" : ":\($0)" } ?? ""
      result["PYTHONPATH"] = folder + rest
    }
    result["PYTHONUNBUFFERED"] = "1"
    // A subject's arithmetic must not depend on how many threads share the machine.
    for name in ["OMP_NUM_THREADS", "MKL_NUM_THREADS"] where result[name] == nil {
      result[name] = "1"
    }
    return result
  }
}
