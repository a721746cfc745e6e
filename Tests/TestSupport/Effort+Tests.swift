internal import Foundation
public import Properties

extension Effort {
  /// The effort of plain `swift test`, quick, and of `swift test -c release`, standard; said once.
  public static let forTests: Effort = {
    #if DEBUG
      let effort = Effort.quick
    #else
      let effort = Effort.standard
    #endif
    FileHandle.standardError.write(Data("tests run at effort \(effort.rawValue)\n".utf8))
    return effort
  }()
}
