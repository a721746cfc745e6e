/// Which choices of a failing case matter.
public struct Explanation: Sendable, Hashable {
  /// A choice for which every other value that was tried fails, too.
  public struct Irrelevant: Sendable, Hashable {
    /// Its place in the sequence.
    public let place: Int
    public let choice: Choice
    /// How many other values were tried; all of them failed alike.
    public let tried: Int
  }

  /// The choices that do not matter one by one.
  public var irrelevant: [Irrelevant]
  /// How many choices there are.
  public var total: Int
  /// Whether all of the irrelevant ones may vary at the same time.
  public var isJoint: Bool

  public var text: String {
    if irrelevant.isEmpty { return "every choice matters" }
    let places = irrelevant.map { "\($0.place) (\(ChoiceText.text(of: [$0.choice])))" }
    return "every other value tried fails as well at choice \(places.joined(separator: ", "))"
      + (isJoint ? ", at all of them together" : "")
      + "; the other \(total - irrelevant.count) matter"
  }
}
