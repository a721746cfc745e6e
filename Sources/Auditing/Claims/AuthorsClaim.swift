internal import Formulas
internal import Numbers

/// What the author of a formula file claims of the rule, beyond its family's laws: an entry of `claims:`.
///
/// All formulas are over `theta`, `g`, `t`, `loss`, the state's names and the symbols of the
/// hyper-parameters; any further symbol is one that the claim holds for every value of.
struct AuthorsClaim: Sendable {
  enum Statement: Sendable {
    /// A relation of every step; `step` is the change of θ, and the state is the one that it leaves.
    case bound(Relation)
    /// What is replaced by what, and what the step then is, a formula of `step`.
    case invariance(replacing: [String: Formula], gives: Formula)
  }

  let id: String
  let statement: Statement
  /// What is assumed of the hyper-parameters and the claim's own symbols.
  let premises: [Relation]
  /// The claim in words.
  let text: String
  /// The symbols that are the claim's own, sorted.
  let freeSymbols: [String]
}
