internal import Formulas
internal import Numbers

/// What may be wrong in the code around a rule, which no formula of one coordinate shows.
enum DriverFault: String, Sendable, CaseIterable {
  case sharedTensors = "state-shared-between-tensors"
  case sharedGroups = "state-shared-between-groups"
  case countsTensors = "counter-shared-between-tensors"
  case saturatingCounter = "counter-that-saturates"
  case singleState = "state-in-single-precision"
  case shortState = "state-in-8-bits"
  case mutatedGradient = "gradient-mutated-in-place"
  case keptGradient = "gradient-kept-from-the-last-step"
  case absentAsZero = "absent-gradient-taken-for-zero"
  case absentAsLast = "absent-gradient-taken-for-the-last"
  case firstSettings = "settings-of-the-first-group-for-all"
  case commonSettings = "settings-that-reach-all-groups"
  case lateSettings = "settings-one-step-late"
  case deafSettings = "settings-that-change-nothing"
  case creepingRate = "rate-changed-by-every-tensor"
  case lostState = "state-lost-at-reload"
  case lostCounter = "counter-lost-at-reload"
  case lostSettings = "settings-lost-at-reload"
  case ignoredMaximize = "maximize-ignored"
  case skippedTail = "last-coordinates-left-out"
  case normedTensor = "gradient-normed-by-tensor"
  case skippedFirst = "first-gradient-left-out"
  case ages = "another-answer-each-time"
  case peeks = "next-gradient-looked-at"
  case lagging = "parameters-one-step-late"

  /// Whether a rule has what the fault damages.
  func concerns(_ text: StepText) -> Bool {
    let hasState = !text.liveSlots.isEmpty
    let counts = text.roots.contains { $0.symbols.contains("t") }
    switch self {
    case .sharedTensors, .sharedGroups, .singleState, .shortState, .lostState: return hasState
    case .countsTensors, .saturatingCounter, .lostCounter: return counts
    // Without a state a gradient of zero moves nothing.
    case .absentAsZero: return hasState
    case .firstSettings, .commonSettings, .lateSettings, .deafSettings, .creepingRate,
      .lostSettings:
      return !text.hyperparameters.isEmpty
    default: return true
    }
  }
}

/// How a subject process may break the protocol.
enum WireFault: String, Sendable, CaseIterable {
  case silent = "silence"
  case dead = "death"
  case deadInStep = "death-in-a-step"
  case flood = "flood"
  case garbage = "garbage"
  case truncated = "half-an-answer"
  case list = "answer-that-is-no-object"
  case order = "another-request-answered"
  case noID = "answer-without-id"
  case empty = "answer-without-contents"
  case shape = "wrong-shape"
  case short = "steps-missing"
  case words = "words-for-numbers"
  case version = "another-version"
  case noType = "no-dtype"
  case inconsistent = "step-unlike-run"
  case entangled = "subjects-that-disturb-each-other"
}
