internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import PropertyTesting
internal import Properties

/// `rule.live`: every hyper-parameter changes something, and the first gradient matters.
///
/// Nothing is shown by one run in which a knob does nothing, so a knob is turned in several, until one
/// answers. A knob that answers in none is dead.
struct Liveness: AuditableProperty {
  let description = PropertyDescription(
    id: "rule.live",
    statement: "every hyper-parameter changes something, and the first gradient matters",
    source: "known bugs 7, 51, 53, 55, 71 of the audit's corpus",
    domain: "runs of up to 12 steps, other hyper-parameters drawn", arithmetic: .float64,
    evidence: [.generated])

  /// How many runs a knob is turned in before it is called dead.
  static let runs = 24

  func check(_ context: AuditContext) async throws -> Finding {
    var finding = Finding()
    guard let executor = context.subject.executors.first else { return finding }
    var evidence = Evidence(
      .generated, tool: "assay", verdict: .tested,
      domain:
        "\(executor.arithmetic.rawValue), up to \(Self.runs) runs a knob, seed \(context.seed)")
    let knobs = Self.knobs(of: context.subject)
    let probes = Self.probes(context)
    do {
      for knob in knobs {
        var (differs, tried) = (false, [Scenario]())
        for probe in probes {
          finding.cases += 1
          let outcome = try Self.turn(knob, in: probe, executor, context.subject)
          if outcome == nil { continue }
          tried.append(probe)
          if outcome == true {
            differs = true
            break
          }
        }
        if !differs, tried.count >= Self.runs / 4 {
          evidence.verdict = .refuted
          evidence.detail = "\(knob) changed nothing in \(tried.count) runs"
          finding.candidate = Candidate(
            scalars: tried[0].scalarCount, steps: tried.map(\.stepCount).max() ?? 0,
            case: ["knob": .string(knob), "runs": .array(tried.map(\.json))])
          break
        }
      }
    } catch let fault as SubjectProtocolFault {
      evidence.verdict = .untested
      evidence.detail = "the process did not keep to the protocol: \(fault.reason)"
    }
    finding.evidence = [evidence]
    finding.detail =
      evidence.verdict == .untested
      ? evidence.detail : "turned: " + knobs.joined(separator: ", ")
    return finding
  }

  func examine(_ json: JSONValue, _ context: AuditContext) async throws -> Examination {
    guard let executor = context.subject.executors.first, let knob = json["knob"]?.string,
      let runs = json["runs"]?.array, !runs.isEmpty
    else { throw CaseError(message: "a case of rule.live has a knob and runs") }
    for run in runs {
      if try Self.turn(knob, in: try Scenario(json: run), executor, context.subject) == true {
        return Examination(holds: true, summary: "\(knob) changes a run")
      }
    }
    return Examination(
      holds: false, summary: "\(knob) changed nothing in \(runs.count) runs",
      lines: runs.map { $0.text(isIndented: false) })
  }

  private static let firstGradient = "the first gradient"

  /// What is turned: the hyper-parameters whose domain is known, and the first gradient.
  private static func knobs(of subject: AuditSubject) -> [String] {
    var names = Set(subject.turnableHyperparameters)
    if let optimizer = subject.optimizer {
      // Stages' and wrappers' settings belong to all groups; a run does not set them.
      names.formIntersection(optimizer.rule.hyperparameters.map(\.key.name))
    }
    // By declaration without effect.
    if subject.conventions["variancePenalty"] == "trackedOnly" { names.remove("beta3") }
    return names.sorted() + [firstGradient]
  }

  /// Runs with everything drawn, the same for every knob; up to 12 steps, that rules with a warm-up end it.
  private static func probes(_ context: AuditContext) -> [Scenario] {
    var shape = ScenarioShape.scalar
    shape.steps = 2...12
    shape.drawsHyperparameters = true
    let scenarios = context.subject.scenarios(shape)
    // Alternating gradients of like size first, then ever smaller ones against an average: a step that is a
    // sign answers to little else.
    let loss = context.subject.requiresLoss ? 0.5 : nil
    var probes = [
      [1, -2, 4, -3, 5, -2, 1, 0.5], [1, 1, -1.5, 2, -4, -4, 8, 1], [3, -0.75, -0.5, 1],
      [1, 1, 1, 1, -0.25, -0.0625, -0.015625, -0.00390625],
    ]
    .map { gradients in
      Scenario(
        start: [1], gradients: gradients.map { [$0] },
        losses: loss.map { [Double](repeating: $0, count: gradients.count) })
    }
    var settings = Settings(cases: runs, seed: context.seed)
    settings.isShrinking = false
    settings.isExplaining = false
    _ = PropertyTesting.check(
      "rule.live", subject: context.subject.specification, scenarios, settings
    ) { (scenario: Scenario, _: TestCase) in
      probes.append(scenario)
    }
    return probes
  }

  /// Whether turning a knob changes a run; nil where the subject refuses one of the two.
  private static func turn(
    _ knob: String, in scenario: Scenario, _ executor: any SubjectExecutor, _ subject: AuditSubject
  ) throws -> Bool? {
    var base = scenario
    var turned = scenario
    if knob == firstGradient {
      turned.steps[0].gradients = turned.steps[0].gradients.map { list in
        list.map { tensor in tensor.map { $0.map { -$0 + 0.75 } } }
      }
    } else {
      let values = subject.turns(of: knob)
      guard values.count == 2 else { return nil }
      base.groups[0].hyperparameters[knob] = values[0]
      turned.groups[0].hyperparameters[knob] = values[1]
    }
    do {
      let run = try executor.run(base)
      return try !executor.run(turned).isIdentical(to: run)
    } catch is SubjectFault {
      return nil
    }
  }
}

extension AuditSubject {
  /// The hyper-parameters that may be set, and to which values is known.
  var turnableHyperparameters: [String] {
    domains.keys.filter { turns(of: $0).count == 2 }.sorted()
  }

  /// Two values of a hyper-parameter, both of its domain, between which a live one makes a difference.
  func turns(of name: String) -> [Rational] {
    guard let domain = domains[name] else { return [] }
    let values: [Rational]
    switch name {
    case "learningRate": values = [0.125, 0.5]
    case "epsilon": values = [0.125, 0.5]
    case "weightDecay": values = [0.125, 0.5]
    case "momentum", "beta1", "beta2", "beta3": values = [0.5, 0.875]
    case "dampening": values = [0.25, 0.75]
    case "rateDecay", "finalRate", "boundSpeed": values = [0.125, 0.5]
    case "initialAccumulator" where kind != .process: values = [0.125, 0.5]
    default: return []
    }
    return values.filter(domain.contains)
  }
}
