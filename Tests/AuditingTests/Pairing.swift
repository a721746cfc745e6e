import Auditing
import Numbers
import Processes
import TestSupport
import Testing

/// Somebody else's optimizer and ours, each with the options that make them the same.
struct Pairing: Sendable, CustomTestStringConvertible {
  /// What the bridge is asked for.
  let theirs: String
  /// Ours as on the command line: the name, then settings.
  let ours: String
  /// What their names stand for that the wire does not know by itself.
  let map: [String: String]
  /// How the second group differs, by canonical name.
  let second: [String: Rational]
  /// The rate of the first group; the second's is twice that.
  let rate: Rational
  /// The most that a coordinate may differ by, relative to the larger of |θ| and the rate.
  let tolerance: Double

  var testDescription: String { "\(theirs) = \(ours)" }

  /// - Parameter tolerance: one part in 10¹² where it is not said otherwise.
  init(
    _ theirs: String, _ ours: String, map: [String: String] = [:],
    second: [String: Rational] = [:], rate: Rational = 0.01, tolerance: Double = 1e-12
  ) {
    self.theirs = theirs
    self.ours = ours
    self.map = map
    self.second = second
    self.rate = rate
    self.tolerance = tolerance
  }

  /// Ours, run by its own code in `Double`.
  func executor() throws -> any SubjectExecutor {
    let words = ours.split(separator: " ").map { String($0) }
    return try #require(
      AuditSubject(builtIn: words[0], settings: settings(of: words.dropFirst())).executors.first)
  }

  private func settings(of words: some Sequence<String>) throws -> [TypedSetting] {
    try words.map { word in
      let parts = word.split(separator: "=").map { String($0) }
      return (try #require(parts.first), try #require(parts.last))
    }
  }

  /// Theirs, in a process of its own.
  func process(in environment: [String: String]) throws -> AuditSubject {
    try AuditSubject(
      command: "python3 -m assay_bridge \(theirs)", map: map.sorted { $0.key < $1.key }.map { $0 },
      timeLimit: 120, environment: environment)
  }
}

extension Pairing {
  /// The optimizers of torch 2.13.0 that Assay has.
  ///
  /// Conventions by name: torch's RAdam rectifies from a length of 5 on, and has ε beside the uncorrected
  /// root; its AMSGrad takes the maximum before the bias correction; its NAdam, Adagrad, RMSprop and Adadelta
  /// have weight decay as an L2 penalty. NAdam keeps its product of momenta in torch's default type: here
  /// that is double precision, and a row of its own says what it comes to in single.
  static let torch: [Pairing] = [
    Pairing(
      "torch.optim.SGD weight_decay=0.01", "sgd weightDecay=0.01", second: ["weightDecay": 0.1]),
    Pairing(
      "torch.optim.SGD momentum=0.9 dampening=0.3", "sgd momentum=0.9 dampening=0.3",
      second: ["momentum": 0.8, "dampening": 0.6]),
    Pairing(
      "torch.optim.SGD momentum=0.9 nesterov=true weight_decay=0.01",
      "sgd momentum=0.9 nesterov=true weightDecay=0.01", second: ["momentum": 0.5]),
    Pairing(
      "torch.optim.SGD momentum=0.9 maximize=true weight_decay=0.01",
      "sgd momentum=0.9 maximize=true weightDecay=0.01", rate: 0.001),
    Pairing("torch.optim.Adam", "adam", second: ["beta1": 0.8, "beta2": 0.99, "epsilon": 1e-6]),
    Pairing(
      "torch.optim.Adam weight_decay=0.1", "adam-l2 weightDecay=0.1", second: ["weightDecay": 0.01]),
    Pairing(
      "torch.optim.AdamW weight_decay=0.1", "adamw weightDecay=0.1",
      second: ["weightDecay": 0.01, "beta2": 0.9]),
    Pairing(
      "torch.optim.Adam amsgrad=true", "amsgrad maximumOrder=beforeCorrection",
      second: ["beta2": 0.9]),
    Pairing(
      "torch.optim.Adam amsgrad=true weight_decay=0.1", "amsgrad weightDecay=0.1 decayForm=coupled"),
    Pairing(
      "torch.optim.AdamW amsgrad=true weight_decay=0.1",
      "amsgrad weightDecay=0.1 decayForm=decoupled", second: ["beta1": 0.5]),
    Pairing(
      "agreement_torch.NAdam", "nadam momentumSchedule=warming",
      map: ["momentum_decay": "momentumDecay"],
      second: ["momentumDecay": 0.1, "beta2": 0.99]),
    Pairing("torch.optim.NAdam", "nadam", tolerance: 1e-8),
    Pairing("agreement_torch.NAdam weight_decay=0.1", "nadam weightDecay=0.1 decayForm=coupled"),
    Pairing(
      "agreement_torch.NAdam weight_decay=0.1 decoupled_weight_decay=true",
      "nadam weightDecay=0.1 decayForm=decoupled"),
    Pairing(
      "torch.optim.RAdam", "radam rectificationThreshold=5 epsilonPlacement=uncorrectedRoot",
      second: ["beta2": 0.99]),
    Pairing(
      "torch.optim.RAdam weight_decay=0.1",
      "radam rectificationThreshold=5 epsilonPlacement=uncorrectedRoot weightDecay=0.1"
        + " decayForm=coupled", second: ["beta2": 0.5]),
    Pairing(
      "torch.optim.RAdam weight_decay=0.1 decoupled_weight_decay=true",
      "radam rectificationThreshold=5 epsilonPlacement=uncorrectedRoot weightDecay=0.1"
        + " decayForm=decoupled"),
    Pairing("torch.optim.RMSprop", "rmsprop", second: ["beta2": 0.9, "epsilon": 1e-4]),
    Pairing("torch.optim.RMSprop centered=true", "rmsprop centered=true", second: ["beta2": 0.9]),
    Pairing(
      "torch.optim.RMSprop momentum=0.9 weight_decay=0.1", "rmsprop momentum=0.9 weightDecay=0.1",
      second: ["momentum": 0.5], rate: 0.001),
    Pairing(
      "torch.optim.RMSprop centered=true momentum=0.9", "rmsprop centered=true momentum=0.9",
      second: ["beta2": 0.9], rate: 0.001),
    Pairing("torch.optim.Adagrad weight_decay=0.1", "adagrad weightDecay=0.1", rate: 0.1),
    Pairing(
      "torch.optim.Adagrad lr_decay=0.01 initial_accumulator_value=0.1",
      "adagrad rateDecay=0.01 initialAccumulator=0.1", map: ["lr_decay": "rateDecay"],
      second: ["rateDecay": 0.1], rate: 0.1),
    Pairing("torch.optim.Adadelta rho=0.95", "adadelta", second: ["beta2": 0.8], rate: 1),
    Pairing(
      "torch.optim.Adadelta rho=0.9 eps=1e-4 weight_decay=0.1",
      "adadelta beta2=0.9 epsilon=1e-4 weightDecay=0.1", rate: 0.5),
  ]

  /// The optimizers of optax 0.2.8 that Assay has.
  ///
  /// Conventions by name: optax's AMSGrad takes the maximum after the bias correction; its NAdam has no
  /// momentum schedule; its RMSprop and AdaGrad have ε inside the root; RMSprop's velocity holds the rate;
  /// Yogi's moments are corrected, and both start at the initial accumulator.
  static let optax: [Pairing] = [
    Pairing("optax.sgd learning_rate=0.01", "sgd"),
    Pairing("optax.sgd learning_rate=0.01 momentum=0.9", "sgd momentum=0.9"),
    Pairing(
      "optax.sgd learning_rate=0.01 momentum=0.9 nesterov=true", "sgd momentum=0.9 nesterov=true"),
    Pairing("optax.adam learning_rate=0.01", "adam"),
    Pairing(
      "optax.adam learning_rate=0.01 eps=0.0 eps_root=1e-4",
      "adam epsilon=1e-4 epsilonPlacement=insideRoot"),
    Pairing("optax.adamw learning_rate=0.01 weight_decay=0.1", "adamw weightDecay=0.1"),
    Pairing("optax.amsgrad learning_rate=0.01", "amsgrad maximumOrder=afterCorrection"),
    Pairing(
      "optax.amsgrad learning_rate=0.01 bias_correction_mu=false bias_correction_nu=false",
      "amsgrad maximumOrder=uncorrected"),
    Pairing("optax.nadam learning_rate=0.01", "nadam momentumSchedule=constant"),
    Pairing(
      "optax.nadamw learning_rate=0.01 weight_decay=0.1",
      "nadam momentumSchedule=constant weightDecay=0.1 decayForm=decoupled"),
    Pairing("optax.radam learning_rate=0.01", "radam rectificationThreshold=5"),
    Pairing("optax.radam learning_rate=0.01 threshold=4.0", "radam"),
    Pairing(
      "optax.rmsprop learning_rate=0.01",
      "rmsprop beta2=0.9 epsilonPlacement=insideRoot"),
    Pairing("optax.rmsprop learning_rate=0.01 eps_in_sqrt=false", "rmsprop beta2=0.9"),
    Pairing(
      "optax.rmsprop learning_rate=0.01 centered=true momentum=0.9",
      "rmsprop beta2=0.9 epsilonPlacement=insideRoot centered=true momentum=0.9"
        + " rateInVelocity=inside", rate: 0.001),
    Pairing(
      "optax.adagrad learning_rate=0.1",
      "adagrad initialAccumulator=0.1 epsilon=1e-7 epsilonPlacement=insideRoot", rate: 0.1),
    Pairing("optax.adadelta learning_rate=1.0 rho=0.95", "adadelta", rate: 1),
    Pairing(
      "optax.adadelta learning_rate=1.0 weight_decay=0.1",
      "adadelta beta2=0.9 weightDecay=0.1 decayForm=coupled", rate: 1),
    Pairing("optax.adabelief learning_rate=0.01 eps=1e-8 eps_root=1e-8", "adabelief"),
    Pairing(
      "optax.adabelief learning_rate=0.01 eps=1e-6 eps_root=0.0",
      "adabelief epsilon=1e-6 epsilonInMoment=absent"),
    Pairing("optax.yogi learning_rate=0.01", "yogi correction=adam initialMean=accumulator"),
    Pairing("optax.lion learning_rate=0.01 weight_decay=0.1", "lion weightDecay=0.1"),
    Pairing("agreement:lookahead", "lookahead:adam lookahead.k=5 lookahead.alpha=0.5"),
    Pairing("agreement:clipped", "adam clip=2"),
    Pairing("agreement:value_clipped", "adam valueClip=1"),
    Pairing("agreement:accumulated", "accumulation:adam accumulation.k=4"),
  ]
}
