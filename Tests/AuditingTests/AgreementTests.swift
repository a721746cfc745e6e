import Auditing
import Numbers
import Optimizers
import Testing

/// Whole runs beside those of the libraries that people use, step by step, in double precision.
@Suite("Agreement with torch and optax")
struct AgreementTests {
  @Test(
    "two groups, absent gradients and a changed rate: ours and torch's go the same way",
    .enabled("needs python3 with torch 2.13.0") { await Library.torch.isInstalled },
    arguments: Pairing.torch)
  func torch(_ pairing: Pairing) throws {
    try expectAgreement(pairing, isWhole: false)
  }

  @Test(
    "with a changed rate, ours and optax's go the same way",
    .enabled("needs python3 with optax 0.2.8") { await Library.optax.isInstalled },
    arguments: Pairing.optax)
  func optax(_ pairing: Pairing) throws {
    try expectAgreement(pairing, isWhole: true)
  }

  /// Our averages are in the state, not in the parameters.
  private func averages(
    _ optimizer: Optimizer, in scenario: Scenario
  ) throws -> Trajectory<Double> {
    var parameters = scenario.groups[0].parameters
    var state = optimizer.makeState(of: Double.self, counts: parameters.map(\.count))
    var trajectory = Trajectory<Double>()
    for step in scenario.steps {
      try optimizer.step(&parameters, gradients: step.gradients[0], state: &state)
      trajectory.parameters.append([state.tensors.map { $0.vectors[0] }])
    }
    return trajectory
  }

  /// A run at one rate; from 0, where theirs starts there whatever the parameters are.
  private func expectAverage(
    _ theirs: String, _ wrapper: any Wrapper, fromZero: Bool = false
  ) throws {
    let pairing = Pairing(theirs, "sgd")
    var scenario = Scenario.forAgreement(pairing, isWhole: true)
    for index in scenario.steps.indices { scenario.steps[index].changes = [:] }
    if fromZero { scenario = scenario.mappingParameters { _ in 0 } }
    let process = try pairing.process(in: agreementEnvironment)
    defer { process.process?.end() }
    let trajectory = try #require(process.executors.first).run(scenario)
    let ours = try averages(chain(wrapper, SGD(learningRate: 0.01)), in: scenario)
    let (largest, place) = deviation(of: ours, from: trajectory, in: scenario)
    #expect(largest <= 1e-12, "\(theirs): \(place)")
  }

  @Test(
    "our averages of parameters are torch's",
    .enabled("needs python3 with torch 2.13.0") { await Library.torch.isInstalled })
  func torchAverages() throws {
    try expectAverage("agreement_torch:Averaged kind=ema", ExponentialAverage(decay: 0.9))
    try expectAverage("agreement_torch:Averaged kind=swa", StochasticWeightAverage())
  }

  @Test(
    "our average of parameters is optax's incremental update, and from 0 its ema",
    .enabled("needs python3 with optax 0.2.8") { await Library.optax.isInstalled })
  func optaxAverages() throws {
    try expectAverage("agreement:Averaged kind=incremental", ExponentialAverage(decay: 0.9))
    try expectAverage("agreement:Averaged kind=ema", ExponentialAverage(decay: 0.9), fromZero: true)
  }

  @Test(
    "our clips of values are torch's; its clip of the norm, a variant, divides by ‖g‖ + 10⁻⁶",
    .enabled("needs python3 with torch 2.13.0") { await Library.torch.isInstalled })
  func torchClip() throws {
    try expectAgreement(
      Pairing("agreement_torch:Clipped kind=value", "sgd valueClip=1"), isWhole: true)
    let pairing = Pairing("agreement_torch:Clipped kind=norm", "sgd clip=2")
    let scenario = Scenario.forAgreement(pairing, isWhole: true)
    let theirs = try pairing.process(in: agreementEnvironment)
    defer { theirs.process?.end() }
    let trajectory = try #require(theirs.executors.first).run(scenario)
    let (largest, place) = deviation(
      of: try pairing.executor().run(scenario), from: trajectory, in: scenario)
    // A clipped step is of the length 0.02 and off by less than 10⁻⁶/2 of that; there are 320 of them, and
    // no parameter comes nearer to 0 than the rate lets count.
    #expect(largest > 1e-9 && largest < 320 * 0.02 * 0.5e-6 / 0.0025, "\(largest), \(place)")
  }

  private func expectAgreement(_ pairing: Pairing, isWhole: Bool) throws {
    let scenario = Scenario.forAgreement(pairing, isWhole: isWhole)
    let theirs = try pairing.process(in: agreementEnvironment)
    defer { theirs.process?.end() }
    let trajectory = try #require(theirs.executors.first).run(scenario)
    let (largest, place) = deviation(
      of: try pairing.executor().run(scenario), from: trajectory, in: scenario)
    #expect(largest <= pairing.tolerance, "\(place)")
  }
}
