import Auditing
import Foundation
import Numbers
import Processes
import Testing

/// The libraries whose optimizers and schedules ours are compared with, at the versions that the tables
/// speak of.
enum Library: String {
  case torch = "2.13.0"
  case optax = "0.2.8"

  /// Whether that version is installed.
  var isInstalled: Bool {
    get async {
      let found = await Self.versions.value["\(self)"] ?? "none"
      // A build has its name behind a plus: 2.13.0+cpu.
      return found.split(separator: "+").first.map { $0 == rawValue } ?? false
    }
  }

  private static let versions = Task<[String: String], Never> {
    let script = """
      import importlib.metadata as m
      for name in ("torch", "optax"):
          try: print(name, m.version(name))
          except m.PackageNotFoundError: pass
      """
    let outcome = try? await ExternalTool("python3").run(
      ["-c", script], limits: ToolLimits(seconds: 60))
    let lines = (outcome?.text ?? "").split(separator: "\n").map { $0.split(separator: " ") }
    return Dictionary(
      lines.filter { $0.count == 2 }.map { (String($0[0]), String($0[1])) },
      uniquingKeysWith: { $1 })
  }
}

/// What optax has in other forms than a gradient transformation of plain parameters, in that form; and its
/// averages of parameters, as optimizers whose parameters are the averages.
private let optaxTargets = #"""
  import jax, optax

  def clipped(learning_rate=0.01):
      return optax.chain(optax.clip_by_global_norm(2.0), optax.adam(learning_rate))

  def value_clipped(learning_rate=0.01):
      return optax.chain(optax.clip(1.0), optax.adam(learning_rate))

  def accumulated(learning_rate=0.01):
      steps = optax.MultiSteps(optax.adam(learning_rate), 4, accumulator_dtype=jax.numpy.float64)
      return steps.gradient_transformation()

  def lookahead(learning_rate=0.01):
      inner = optax.lookahead(optax.adam(learning_rate), 5, 0.5)
      def init(fast):
          return inner.init(optax.LookaheadParams(fast=fast, slow=fast)), fast
      def update(gradients, state, fast):
          own, slow = state
          changes, own = inner.update(gradients, own, optax.LookaheadParams(fast=fast, slow=slow))
          return changes.fast, (own, optax.apply_updates(slow, changes.slow))
      return optax.GradientTransformation(init, update)

  class Averaged:
      """Gradient descent, seen through an average of its parameters."""
      def __init__(self, kind, lr=0.01, decay=0.9):
          self.kind, self.lr, self.decay, self.inner = kind, lr, decay, None
      def step(self, params, grads):
          jax.config.update("jax_enable_x64", True)
          arrays = lambda lists: [jax.numpy.asarray(x, dtype="float64") for x in lists]
          if self.inner is None:
              self.inner = arrays(params)
              self.average = optax.ema(self.decay, debias=False)
              self.state = self.average.init(self.inner) if self.kind == "ema" else self.inner
          self.inner = [x - self.lr * g for x, g in zip(self.inner, arrays(grads))]
          if self.kind == "ema":
              shown, self.state = self.average.update(self.inner, self.state)
          else:
              shown = self.state = optax.incremental_update(self.inner, self.state, 1 - self.decay)
          return [x.tolist() for x in shown]
  """#

/// What torch has beside its optimizers, as optimizers.
private let torchTargets = #"""
  import torch
  from torch.optim import NAdam
  from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

  torch.set_default_dtype(torch.float64)

  class Stepping:
      def __init__(self, lr): self.lr, self.inner = lr, None
      def descend(self, params, grads, clip=lambda parameters: None):
          if self.inner is None:
              tensors = [torch.tensor(p, dtype=torch.float64) for p in params]
              self.inner = torch.nn.ParameterList(torch.nn.Parameter(t) for t in tensors)
              self.optimizer = torch.optim.SGD(self.inner.parameters(), lr=self.lr)
              self.begin()
          for parameter, gradient in zip(self.inner, grads):
              parameter.grad = torch.tensor(gradient, dtype=torch.float64)
          clip(self.inner.parameters())
          for group in self.optimizer.param_groups: group["lr"] = self.lr
          self.optimizer.step()
      def begin(self): pass

  class Clipped(Stepping):
      def __init__(self, kind, lr=0.01):
          super().__init__(lr)
          self.kind = kind
      def step(self, params, grads):
          clips = {
              "norm": lambda parameters: torch.nn.utils.clip_grad_norm_(parameters, 2.0),
              "value": lambda parameters: torch.nn.utils.clip_grad_value_(parameters, 1.0),
          }
          self.descend(params, grads, clips[self.kind])
          return [p.detach().tolist() for p in self.inner]

  class Averaged(Stepping):
      """Seen through an average of its parameters."""
      def __init__(self, kind, lr=0.01, decay=0.9):
          super().__init__(lr)
          self.kind, self.decay = kind, decay
      def begin(self):
          if self.kind == "swa":
              self.average = AveragedModel(self.inner)
          else:
              self.average = AveragedModel(self.inner, multi_avg_fn=get_ema_multi_avg_fn(self.decay))
              # The first update copies: from here, before the first step, as ours.
              self.average.update_parameters(self.inner)
      def step(self, params, grads):
          self.descend(params, grads)
          self.average.update_parameters(self.inner)
          return [p.detach().tolist() for p in self.average.parameters()]
  """#

/// An environment in which Python finds the targets.
let agreementEnvironment: [String: String] = {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  for (name, text) in [("agreement", optaxTargets), ("agreement_torch", torchTargets)] {
    try? text.write(
      to: folder.appending(path: "\(name).py"), atomically: true, encoding: .utf8)
  }
  var environment = ProcessInfo.processInfo.environment
  environment["PYTHONPATH"] = folder.path
  environment["PYTHONDONTWRITEBYTECODE"] = "1"
  return environment
}()

extension Scenario {
  /// A run of 320 steps, whose rates change after 160.
  ///
  /// - Parameter isWhole: whether it is of one group, with a gradient for every tensor in every step. If not
  ///   it is of two, three tensors in all, each now and then without one.
  static func forAgreement(_ pairing: Pairing, isWhole: Bool) -> Scenario {
    var draws = Philox(seed: 1, property: Philox.number(of: "agreement"), case: 0)
    let starts: [[[Double]]] =
      isWhole
      ? [[[0.5, -2, 1.25], [0.75]]]
      : [
        [[0.5, -2, 1.25], [0.75]], [[-1.5, 3]],
      ]
    let rates = [pairing.rate, 2 * pairing.rate]
    let groups = starts.enumerated().map { index, tensors in
      Group(
        parameters: tensors,
        hyperparameters: (index == 1 ? pairing.second : [:])
          .merging(["learningRate": rates[index]], uniquingKeysWith: { $1 }))
    }
    let steps = (1...320).map { number in
      var step = Step(
        gradients: groups.enumerated().map { group, own in
          own.parameters.enumerated().map { tensor, values in
            let gradient = values.map { _ in
              // Magnitudes from 2⁻¹⁰ to 2³, of either sign.
              let exponent = Int(draws.below(13)) - 10
              let size = Double(sign: .plus, exponent: exponent, significand: 1 + draws.unit())
              return draws.below(2) == 0 ? size : -size
            }
            let isAbsent =
              group == 0 ? tensor == 1 && number % 7 == 1 : (40..<60).contains(number)
            return isAbsent && !isWhole ? nil : gradient
          }
        })
      if number == 161 {
        for index in groups.indices {
          step.changes[index] = ["learningRate": rates[index] * Rational(1, 4)]
        }
      }
      return step
    }
    return Scenario(groups: groups, steps: steps)
  }

  /// The learning rates of the groups in each step.
  var rates: [[Double]] {
    var current = groups.map { Double($0.hyperparameters["learningRate"] ?? 0) }
    return steps.map { step in
      for (group, values) in step.changes {
        if let rate = values["learningRate"] { current[group] = Double(rate) }
      }
      return current
    }
  }
}

/// How far two runs are apart: the largest difference of a coordinate relative to |θ| or the rate, whichever
/// is larger.
func deviation(
  of ours: Trajectory<Double>, from theirs: Trajectory<Double>, in scenario: Scenario
) -> (largest: Double, place: String) {
  var (largest, place) = (0.0, "nowhere")
  for (step, rates) in scenario.rates.enumerated() {
    for (group, rate) in rates.enumerated() {
      for (tensor, values) in ours.parameters[step][group].enumerated() {
        for (coordinate, value) in values.enumerated() {
          let other = theirs.parameters[step][group][tensor][coordinate]
          let relative = (value - other).magnitude / max(value.magnitude, rate)
          if !(relative <= largest) {
            largest = relative.isNaN ? .infinity : relative
            place =
              "step \(step + 1), group \(group), tensor \(tensor), coordinate \(coordinate):"
              + " \(value) and \(other)"
          }
        }
      }
    }
  }
  return (largest, place)
}
