internal import Diagnostics
internal import Numbers
internal import Properties

/// `subject.protocol`: a process subject answers every request in time, in order, in shape.
struct SubjectProtocol: AuditableProperty {
  static let id = "subject.protocol"

  let description = PropertyDescription(
    id: SubjectProtocol.id,
    statement: "the process answers every request in time, in order, in shape",
    source: "the wire protocol, version 1",
    domain:
      "several subjects at once, groups, absent gradients and state where it says it has them",
    arithmetic: .float64, evidence: [.generated])

  func check(_ context: AuditContext) async throws -> Finding {
    guard let process = context.subject.process,
      let executor = context.subject.executors.first as? ProcessExecutor
    else { return .notApplicable("asked of processes") }
    var finding = Finding()
    var evidence = Evidence(.generated, tool: "assay", verdict: .tested)
    var refusals: [String] = []
    for scenario in Self.scenarios(for: context.subject) {
      do {
        if let refusal = try Self.exchange(scenario, executor, isFresh: false) {
          refusals.append(refusal)
        }
        finding.cases += 1
      } catch let fault as SubjectProtocolFault {
        // One fault is not the only one: the next run goes to a new process, up to the second death.
        if fault.kind == .retired { break }
      }
    }
    if let (fault, scenario) = process.firstFault {
      evidence.verdict = .refuted
      evidence.detail = process.faults.map { "\($0.fault.kind.rawValue): \($0.fault.reason)" }
        .joined(separator: "; ")
      finding.candidate = Candidate(
        scalars: scenario?.scalarCount ?? 0, steps: scenario?.stepCount ?? 0,
        case: ["scenario": scenario?.json ?? .null])
      finding.detail = fault.transcript.joined(separator: "\n")
    } else if let refusal = refusals.first {
      finding.detail = "refused in good order: \(refusal)"
    }
    evidence.domain = "\(finding.cases) runs, each in one request and step by step"
    finding.evidence = [evidence]
    return finding
  }

  func examine(_ json: JSONValue, _ context: AuditContext) async throws -> Examination {
    guard let process = context.subject.process,
      let executor = context.subject.executors.first as? ProcessExecutor
    else { throw CaseError(message: "the subject is no process") }
    do {
      if let text = json["scenario"], text != .null {
        _ = try Self.exchange(try Scenario(json: text), executor, isFresh: true)
      } else {
        try process.converse(about: nil, isFresh: true) { _ in }
      }
    } catch let fault as SubjectProtocolFault {
      return Examination(
        holds: false, summary: "\(fault.kind.rawValue): \(fault.reason)", lines: fault.transcript,
        trajectories: ["subject": JSONValue(fault.transcript), "expected": nil])
    }
    return Examination(holds: true, summary: "every request was answered")
  }

  /// One run, in every way in which it can be asked for.
  ///
  /// - Returns: why the subject refused it, if it did so in good order.
  private static func exchange(
    _ scenario: Scenario, _ executor: ProcessExecutor, isFresh: Bool
  ) throws -> String? {
    try executor.process.converse(about: scenario, isFresh: isFresh) { conversation in
      do {
        let run = try executor.run(scenario, in: conversation)
        let stepwise = try executor.runStepwise(scenario, in: conversation).trajectory
        if let place = stepwise.firstDifference(from: run) {
          throw conversation.fault(
            .inconsistent,
            "\(place): \(stepwise[place]) by `step`, where `run` gave \(run[place])")
        }
        // Another subject of the same process must not disturb it.
        let other = try conversation.open(
          scenario.groups, hyperparameters: scenario.groups.map { _ in [:] })
        let again = try executor.run(scenario, in: conversation)
        try conversation.close(other)
        if let place = again.firstDifference(from: run) {
          throw conversation.fault(
            .inconsistent,
            "\(place): \(again[place]) beside another subject, \(run[place]) alone")
        }
        if executor.process.capabilities.contains(.state), scenario.steps.count > 1 {
          var reloaded = scenario
          reloaded.steps[1].reloads = true
          _ = try executor.run(reloaded, in: conversation)
        }
        return nil
      } catch let refusal as SubjectFault {
        return refusal.reason
      }
    }
  }

  /// From the smallest on, so that the first that fails is the smallest.
  private static func scenarios(for subject: AuditSubject) -> [Scenario] {
    let capabilities = subject.process?.capabilities ?? []
    let loss = subject.requiresLoss || capabilities.contains(.loss) ? 0.5 : nil
    var scenarios = [
      Scenario(start: [1], gradients: [[0.5]]),
      Scenario(start: [1, -2, 0.25], gradients: [[0.5, 0, -4], [1, 1e-6, 1e6], [0, 0, 0]]),
      Scenario(
        groups: [Scenario.Group(parameters: [[1, -2], [0.25, 3, 0.5]])],
        steps: [
          Scenario.Step(gradients: [[[1, 2], [0.5, -0.5, 0]]]),
          Scenario.Step(gradients: [[[-1, 0.25], [4, -0.5, 1]]]),
        ]),
    ]
    if capabilities.contains(.missingGradients) {
      var absent = scenarios[2]
      absent.steps[0].gradients[0][1] = nil
      scenarios.append(absent)
    }
    if capabilities.contains(.groups) {
      var steps = [
        Scenario.Step(gradients: [[[1]], [[2, -3]]]),
        Scenario.Step(gradients: [[[0.5]], [[1, 1]]]),
      ]
      if let rate = subject.value(of: "learningRate") {
        steps[1].changes = [1: ["learningRate": rate * Rational(2)]]
      }
      scenarios.append(
        Scenario(
          groups: [
            Scenario.Group(parameters: [[1]]), Scenario.Group(parameters: [[2, 3]]),
          ], steps: steps))
    }
    scenarios.append(
      Scenario(start: [1], gradients: (0..<300).map { [Double($0 % 7) / 4 - 0.5] }))
    if let loss {
      for index in scenarios.indices {
        for step in scenarios[index].steps.indices { scenarios[index].steps[step].loss = loss }
      }
    }
    return scenarios
  }
}
