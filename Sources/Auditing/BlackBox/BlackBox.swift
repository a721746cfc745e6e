internal import Diagnostics
internal import Numbers
internal import Properties

/// Properties of behaviour that need no text: what a run shows, of whatever the subject is written in.
enum BlackBox {
  static let all: [any AuditableProperty] = [
    deterministic, causal, pure, Liveness(), resume, translation, split, groups, lateParameter,
    rateCovariance, descent, decayAdditive, decayGeometric, finite, downhill,
  ]

  /// The reason why a law of families says nothing of a subject that declares none.
  static func demandFamily(_ subject: AuditSubject) throws(Exclusion) {
    if subject.kind != .builtIn, subject.family == nil {
      throw Exclusion("no family is declared, so none of its laws is")
    }
  }

  /// How many unit roundoffs two runs of the same formula may differ by that order or group their
  /// coordinates differently: none for code of ours, which has one loop; others' has vector loops with
  /// fused operations and scalar ends without.
  static func regrouping(_ subject: AuditSubject) -> Double {
    let couples = subject.takesNorms || subject.text?.reductions.isEmpty == false
    return subject.kind == .process || couples ? 4_096 : 0
  }

  static func unitRoundoff(_ executor: any SubjectExecutor) -> Double {
    executor.arithmetic.unitRoundoff
  }

  /// Compares a run with what it should be.
  ///
  /// - Parameters:
  ///   - roundoffs: how many unit roundoffs of the largest magnitude that the coordinate has had so far a
  ///     value may be off by, for every step made; 0 demands equality to the bit.
  ///   - least: the least magnitude that roundings are counted at.
  ///   - start: the run's beginning, for the magnitudes that it starts from.
  ///   - what: what the expected run is, for the message.
  static func hold(
    _ run: Trajectory<Double>, to expected: Trajectory<Double>, roundoffs: Double = 0,
    size least: Double = 0, from start: Scenario? = nil,
    _ executor: any SubjectExecutor, _ what: String
  ) -> Examination {
    let unit = unitRoundoff(executor)
    var sizes: [Place: Double] = [:]
    // A step away from a parameter rounds as that parameter does, however small the next one is.
    for (group, values) in (start?.groups ?? []).enumerated() {
      for (tensor, parameters) in values.parameters.enumerated() {
        for (coordinate, value) in parameters.enumerated() {
          let place = Place(step: 0, group: group, tensor: tensor, coordinate: coordinate)
          sizes[place] = max(least, value.magnitude)
        }
      }
    }
    func failure(_ place: Place) -> Examination {
      Examination(
        holds: false, summary: "\(place): \(run[place]), where \(what) gives \(expected[place])",
        lines: RuleProperties.comparisonLines(run, expected),
        trajectories: ["subject": run.json, "expected": expected.json])
    }
    if roundoffs == 0 {
      if let place = run.firstDifference(from: expected) { return failure(place) }
      return Examination(holds: true, summary: "the runs agree to the bit")
    }
    for (step, groups) in run.parameters.enumerated() where step < expected.parameters.count {
      for (group, tensors) in groups.enumerated() {
        for (tensor, values) in tensors.enumerated() {
          for (coordinate, value) in values.enumerated() {
            var place = Place(step: 0, group: group, tensor: tensor, coordinate: coordinate)
            let wanted = expected.parameters[step][group][tensor][coordinate]
            let size = max(sizes[place] ?? least, value.magnitude, wanted.magnitude)
            sizes[place] = size
            place.step = step
            if value == wanted || value.isNaN && wanted.isNaN || !size.isFinite { continue }
            let allowance = roundoffs * unit * Double(step + 1) * size
            if !(abs(value - wanted) <= allowance) { return failure(place) }
          }
        }
      }
    }
    return Examination(holds: true, summary: "the runs agree")
  }

  /// Runs what `body` runs; a step that the subject refuses takes the case out of the premise.
  static func examining(_ body: () throws -> Examination) throws -> Examination {
    do {
      return try body()
    } catch let fault as SubjectFault {
      return .outsidePremise(fault.reason)
    }
  }
}

/// A scenario, and a number that says where in it something happens.
struct MarkedScenario: AuditCase {
  var scenario: Scenario
  var mark: Int

  init(scenario: Scenario, mark: Int) {
    self.scenario = scenario
    self.mark = mark
  }

  var json: JSONValue { ["scenario": scenario.json, "mark": .integer(mark)] }

  init(json: JSONValue) throws(CaseError) {
    scenario = try Scenario(json: json["scenario"] ?? .null)
    guard let mark = json["mark"]?.int, mark >= 0, mark < 1 << 20 else {
      throw CaseError(message: "`mark` is a number from 0 on")
    }
    self.mark = mark
  }

  var scalarCount: Int { scenario.scalarCount }
  var stepCount: Int { scenario.stepCount }
}
