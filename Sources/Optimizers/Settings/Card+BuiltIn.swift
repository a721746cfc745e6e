public import Properties

/// The cards of the built-in optimizers, by which somebody's own rule says what it is.
extension Card {
  public static var sgd: Card { builtIn("sgd") }
  /// With momentum, which is part of the velocity's laws.
  public static var momentum: Card { builtIn("sgd", ["momentum": "0.9"]) }
  public static var rmsprop: Card { builtIn("rmsprop") }
  public static var adagrad: Card { builtIn("adagrad") }
  public static var adadelta: Card { builtIn("adadelta") }
  public static var adam: Card { builtIn("adam") }
  public static var adamw: Card { builtIn("adamw") }
  public static var amsgrad: Card { builtIn("amsgrad") }
  public static var nadam: Card { builtIn("nadam") }
  public static var radam: Card { builtIn("radam") }
  public static var adabound: Card { builtIn("adabound") }
  public static var adabelief: Card { builtIn("adabelief") }
  public static var yogi: Card { builtIn("yogi") }
  public static var lion: Card { builtIn("lion") }
  public static var amvt: Card { builtIn("amvt") }

  private static func builtIn(_ name: String, _ settings: [String: String] = [:]) -> Card {
    do {
      return try Optimizer(named: name, settings: settings).card
    } catch {
      preconditionFailure("the built-in \(name) has no card: \(error.message)")
    }
  }
}
