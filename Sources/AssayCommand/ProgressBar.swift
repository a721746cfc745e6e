internal import Foundation
internal import Synchronization

/// A line on a terminal that says how far a long run is; nothing where standard error is no terminal, and
/// nothing in the first two seconds.
final class ProgressBar: Sendable {
  private let label: String
  private let isShown: Bool
  private let start = ContinuousClock.now
  private let isOnScreen = Mutex(false)

  init(label: String) {
    self.label = label
    isShown = isatty(STDERR_FILENO) == 1
  }

  func show(done: Int, of count: Int, item: String) {
    guard count > 0 else { return }
    let width = 24
    let filled = done * width / count
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    show("\(bar) \(done)/\(count) \(item)")
  }

  /// Says what a run is at whose length nobody knows.
  func show(_ item: String) {
    guard isShown, ContinuousClock.now - start > .seconds(2) else { return }
    isOnScreen.withLock { isOnScreen in
      isOnScreen = true
      write("\r\u{1B}[2K\(label) \(item)")
    }
  }

  /// Takes the line off the screen.
  func clear() {
    isOnScreen.withLock { isOnScreen in
      if isOnScreen { write("\r\u{1B}[2K") }
      isOnScreen = false
    }
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
