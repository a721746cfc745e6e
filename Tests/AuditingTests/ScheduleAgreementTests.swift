import Diagnostics
import Foundation
import Numbers
import Optimizers
import Processes
import Testing

/// Somebody else's schedule and ours.
struct SchedulePairing: Sendable, CustomTestStringConvertible {
  /// A Python expression: for torch a scheduler of `o` at the rate 0.3, for optax a schedule.
  let theirs: String
  let ours: Schedule
  /// The steps at which they agree: those that torch's goes to from its step 0, and optax's are asked at.
  let steps: ClosedRange<Int>

  var testDescription: String { "\(theirs) = \(ours.name)" }

  init(_ theirs: String, _ shape: Schedule.Shape, _ steps: ClosedRange<Int>, fromZero: Bool = true)
  {
    self.theirs = theirs
    ours = Schedule(0.3, shape, countsFromZero: fromZero)
    self.steps = steps
  }

  /// torch counts from 0. Its linear warm-up does not start at 0, so that it is a step ahead of ours; its cosine
  /// climbs again after its end, where ours rests.
  static let torch: [SchedulePairing] = [
    SchedulePairing("ConstantLR(o, factor=1.0)", .constant, 0...20),
    // From α₀/T_w at the first step to α₀ at step T_w: ours counted from 1.
    SchedulePairing(
      "LinearLR(o, start_factor=1/10, total_iters=9)", .warmup(length: 10), 1...41,
      fromZero: false),
    SchedulePairing("StepLR(o, 6, gamma=0.3)", .step(length: 6, factor: 0.3), 0...24),
    SchedulePairing(
      "CosineAnnealingLR(o, 20, eta_min=0.01)", .cosine(length: 20, minimum: 0.01), 0...20),
    SchedulePairing(
      "CosineAnnealingWarmRestarts(o, 5, eta_min=0.01)",
      .warmRestarts(length: 5, growth: 1, minimum: 0.01), 0...20),
    SchedulePairing(
      "CosineAnnealingWarmRestarts(o, 5, T_mult=3, eta_min=0.01)",
      .warmRestarts(length: 5, growth: 3, minimum: 0.01), 0...80),
    SchedulePairing(
      "PolynomialLR(o, 20, power=2.0)", .polynomial(length: 20, end: 0, power: 2), 0...80),
    SchedulePairing(
      "PolynomialLR(o, 20, power=0.5)", .polynomial(length: 20, end: 0, power: 0.5), 0...80),
  ]

  /// optax's schedules are functions of a step counted from 0, and rest after their end, as ours do.
  static let optax: [SchedulePairing] = [
    SchedulePairing("constant_schedule(0.3)", .constant, 0...20),
    SchedulePairing("linear_schedule(0.0, 0.3, 10)", .warmup(length: 10), 0...40),
    SchedulePairing("warmup_constant_schedule(0.0, 0.3, 10)", .warmup(length: 10), 0...40),
    SchedulePairing(
      "exponential_decay(0.3, 6, 0.3, staircase=True)", .step(length: 6, factor: 0.3), 0...24),
    SchedulePairing(
      "cosine_decay_schedule(0.3, 20, alpha=0.01/0.3)", .cosine(length: 20, minimum: 0.01), 0...80),
    SchedulePairing(
      "warmup_cosine_decay_schedule(0.0, 0.3, 5, 20, end_value=0.01)",
      .warmupCosine(warmup: 5, length: 20, minimum: 0.01), 0...80),
    SchedulePairing(
      "sgdr_schedule([dict(init_value=0.3, peak_value=0.3, warmup_steps=0, decay_steps=n,"
        + " end_value=0.01) for n in (5, 10, 20, 40)])",
      .warmRestarts(length: 5, growth: 2, minimum: 0.01), 0...74),
    SchedulePairing(
      "polynomial_schedule(0.3, 0.01, 2.0, 20)", .polynomial(length: 20, end: 0.01, power: 2),
      0...80),
  ]
}

@Suite("Agreement of schedules with torch and optax")
struct ScheduleAgreementTests {
  @Test(
    "ours are torch's at every step",
    .enabled("needs python3 with torch 2.13.0") { await Library.torch.isInstalled })
  func torch() async throws {
    try await expectAgreement(
      SchedulePairing.torch,
      script: """
        import json, sys, warnings, torch
        from torch.optim.lr_scheduler import *
        warnings.simplefilter("ignore")
        def rates(text, first, last):
            o = torch.optim.SGD([torch.zeros(1, dtype=torch.float64)], lr=0.3)
            scheduler, found = eval(text), []
            for t in range(first, last + 1):
                found.append(o.param_groups[0]["lr"])
                scheduler.step()
            return found
        """)
  }

  @Test(
    "ours are optax's at every step",
    .enabled("needs python3 with optax 0.2.8") { await Library.optax.isInstalled })
  func optax() async throws {
    try await expectAgreement(
      SchedulePairing.optax,
      script: """
        import json, sys, os
        os.environ["JAX_ENABLE_X64"] = "1"
        import jax.numpy
        from optax.schedules import *
        def rates(text, first, last):
            schedule = eval(text)
            return [float(schedule(jax.numpy.asarray(t, dtype="float64"))) for t in range(first, last + 1)]
        """)
  }

  private func expectAgreement(_ pairings: [SchedulePairing], script: String) async throws {
    let request: JSONValue = .array(
      pairings.map { pairing in
        [
          .string(pairing.theirs), .integer(pairing.steps.lowerBound),
          .integer(pairing.steps.upperBound),
        ]
      })
    let outcome = try await ExternalTool("python3").run(
      ["-c", script + "\nprint(json.dumps([rates(*row) for row in json.load(sys.stdin)]))"],
      input: Array(request.text().utf8), limits: ToolLimits(seconds: 300, memory: nil))
    try #require(outcome.isSuccess, "\(outcome.summary): \(outcome.errorText.suffix(600))")
    let answer = try JSONValue(parsing: Data(outcome.standardOutput))
    for (pairing, found) in zip(pairings, try #require(answer.array)) {
      let rates = (found.array ?? []).compactMap(\.double)
      try #require(rates.count == pairing.steps.count, "\(pairing)")
      for (t, rate) in zip(pairing.steps, rates) {
        // Recursions gather a rounding a step.
        let difference = (pairing.ours.rate(at: t) - rate).magnitude
        #expect(difference <= 1e-14, "\(pairing), t = \(t): \(pairing.ours.rate(at: t)), \(rate)")
      }
    }
  }
}
