/// Something that is true of an optimizer, and that decides which properties are asked of it.
///
/// A card lists an optimizer's traits; a property lists those that it requires and excludes.
public struct Trait: Hashable, Sendable {
  public let name: String
  public init(_ name: String) { self.name = name }
}

extension Trait {
  // The shape of the rule.

  /// Each coordinate's step depends on that coordinate's history only.
  public static let coordinateWise = Trait("coordinateWise")
  /// The step is linear in the gradients.
  public static let linear = Trait("linear")
  /// A step needs the loss.
  public static let requiresLoss = Trait("requiresLoss")
  /// The state holds the learning rate of earlier steps, or a step is otherwise not in proportion to its rate.
  public static let holdsRateInState = Trait("holdsRateInState")

  /// Keeps a velocity, `b ← μb + g`.
  public static let velocity = Trait("velocity")
  /// Steps by numbers of the whole gradient, as a clip of its norm does.
  public static let globalNormClip = Trait("globalNormClip")
  /// Keeps the largest second moment so far.
  public static let maximumMoment = Trait("maximumMoment")
  /// Ignores its second moment until enough gradients are in it, and rectifies the steps after.
  public static let rectified = Trait("rectified")
  /// Clamps the rate of a coordinate between bounds that move with `t`.
  public static let boundedRate = Trait("boundedRate")
  /// Goes back part of the way every few steps.
  public static let slowWeights = Trait("slowWeights")
  /// Keeps an average of the parameters beside them.
  public static let parameterAverage = Trait("parameterAverage")
  /// Steps by the sign of an average.
  public static let signStep = Trait("signStep")
  /// Moves the parameters at a zero gradient, too: takes a share off them, or starts with a velocity.
  public static let shrinksAtRest = Trait("shrinksAtRest")
  /// Clamps the parameters after each step.
  public static let parameterBounds = Trait("parameterBounds")
  /// Changes single coordinates of a gradient before the rule sees it: a value clip, an outlier filter.
  public static let gradientMap = Trait("gradientMap")
  /// Divides the whole gradient by its norm.
  public static let normalization = Trait("normalization")
  /// Bounds the change of a parameter in a step.
  public static let updateClip = Trait("updateClip")
  /// Slows down by the curvature along the way.
  public static let curvature = Trait("curvature")
  /// Stages keep numbers of their own for each coordinate.
  public static let stageVectors = Trait("stageVectors")
  /// Gathers several gradients for one step.
  public static let accumulation = Trait("accumulation")
  /// Takes the gradients of a scaled loss.
  public static let lossScaling = Trait("lossScaling")

  // Moments.

  /// Keeps `m ← β₁m + (1 − β₁)g`.
  public static let firstMoment = Trait("firstMoment")
  /// Keeps `v ← β₂v + (1 − β₂)g²`.
  public static let secondMoment = Trait("secondMoment")
  /// Divides its moments by `1 − βᵗ`.
  public static let biasCorrected = Trait("biasCorrected")
  /// Steps by `m̂/(√v̂ + ε)`, with `ε` in either place.
  public static let adamRatio = Trait("adamRatio")
  /// Keeps `s ← β₃s + (1 − β₃)(g − m)²` and shrinks the step by it.
  public static let variancePenalty = Trait("variancePenalty")
  /// A decay that changes from step to step.
  public static let varyingDecay = Trait("varyingDecay")

  // Symmetries and laws.

  /// (θ, g) → (−θ, −g) mirrors the run.
  public static let odd = Trait("odd")
  /// A shift of θ shifts the run.
  public static let translationInvariant = Trait("translationInvariant")
  /// g → cg scales the steps by c.
  public static let gradientCovariant = Trait("gradientCovariant")
  /// g → cg leaves the steps as they are, with ε scaled alike.
  public static let gradientInvariant = Trait("gradientInvariant")
  /// The first step, without decay, never climbs.
  public static let descent = Trait("descent")
  /// The card states a bound on |Δθ|.
  public static let boundedStep = Trait("boundedStep")
  /// Its state starts with a direction: it moves before any gradient has told it where to.
  public static let startsInMotion = Trait("startsInMotion")
  /// Weight decay beside the gradient: θ ← θ − αλθ.
  public static let decoupledDecay = Trait("decoupledDecay")
  /// Weight decay within the gradient: g ← g + λθ.
  public static let coupledDecay = Trait("coupledDecay")

  // Other subjects.

  /// A loss transform is part of the subject.
  public static let lossTransform = Trait("lossTransform")
  /// A learning rate as a function of the step.
  public static let schedule = Trait("schedule")
}

extension Trait {
  /// Those that a formula file may declare of its rule: laws of its runs, which need no name of a moment.
  public static let declarable: [Trait] = [
    .coordinateWise, .odd, .translationInvariant, .gradientCovariant, .gradientInvariant, .descent,
    .decoupledDecay, .coupledDecay, .holdsRateInState, .boundedRate, .parameterBounds, .slowWeights,
    .signStep, .linear, .shrinksAtRest,
  ]
}
