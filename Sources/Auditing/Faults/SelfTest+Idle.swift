internal import Properties
internal import Proving

extension SelfTest {
  /// The properties of the catalogue that were the first to find no fault: each is asked of others' finds, until
  /// it finds one.
  func idle(after report: SelfTestReport, _ work: [Work]) async -> SelfTestReport.Idle {
    var finders = Set(report.faults.flatMap(\.properties))
    if report.wire.contains(where: \.isFound) { finders.insert(SubjectProtocol.id) }
    var idle = SelfTestReport.Idle()
    var open: [any AuditableProperty] = []
    for property in Catalogue.all where !finders.contains(property.id) {
      if let test = Self.plantedOutside[property.id] {
        idle.plantedInTests.append(.init(property: property.id, fault: test))
      } else {
        open.append(property)
      }
    }
    let witnesses = await Self.inPairs(
      open.map { property in (0, { @Sendable in await self.witness(of: property, work) }) })
    for (property, witness) in zip(open, witnesses) {
      if let witness {
        idle.witnesses.append(.init(property: property.id, fault: witness))
      } else if let test = Self.plantedInTests[property.id] {
        idle.plantedInTests.append(.init(property: property.id, fault: test))
      } else {
        idle.properties.append(property.id)
      }
    }
    return idle
  }

  /// A fault that a property finds; nil for none.
  private func witness(of property: any AuditableProperty, _ work: [Work]) async -> String? {
    if FaultBench.ofTheDriver.contains(property.id) {
      return await driverWitness(of: property, work)
    }
    for isProof in [false, true] {
      if isProof, !property.description.evidence.contains(.smt) { continue }
      for work in work where !Task.isCancelled {
        if let found = await witness(of: property, work, isProof: isProof) { return found }
      }
    }
    return nil
  }

  /// The first of one rule's faults, spread over all of them, that a property finds.
  private func witness(
    of property: any AuditableProperty, _ work: Work, isProof: Bool
  ) async -> String? {
    let (traits, description) = (work.base.subject.traits, property.description)
    guard description.requires.isSubset(of: traits), description.excludes.isDisjoint(with: traits)
    else { return nil }
    let right = work.base.declared(work.base.text, id: work.base.name)
    let verdict = await row(of: property, for: right, .withoutSolvers).verdict
    guard verdict != .notApplicable, verdict != .refuted else { return nil }
    var bench = bench(of: work.base)
    let step = max(1, work.faults.count / 48)
    for index in Swift.stride(from: 0, to: work.faults.count, by: step) where !Task.isCancelled {
      let fault = work.faults[index]
      let claiming = work.base.declared(fault.text, id: fault.id)
      if await bench.isFound(claiming, by: property, isProof: isProof) { return fault.id }
    }
    return nil
  }

  /// The first fault of the code around a rule that a property finds.
  private func driverWitness(
    of property: any AuditableProperty, _ work: [Work]
  ) async -> String? {
    for work in work where work.base.isPlain {
      for driver in work.drivers where !Task.isCancelled {
        let id = "\(work.base.name)/\(driver.rawValue)"
        let faults = WireServer.Faults(driver: driver)
        guard
          let planted = try? work.base.wired(work.base.text, faults, id: id, isDeclared: true)
        else { continue }
        let verdict = await row(of: property, for: planted).verdict
        if verdict == .notApplicable { break }
        if verdict == .refuted { return id }
      }
    }
    return nil
  }

  /// Properties of compiled code, or of no rule's, which no text has a fault for, and the tests that plant one.
  static let plantedOutside: [String: String] = [
    "moment.decay-notation":
      "\"Notations that differ at w = 1, or agree elsewhere, are refuted\"",
    "rate.claimed": "\"a bound that is too small is refuted with its step\"",
    "rate.cycle": "\"the heavy ball's cycle and Adam's wrong end are found, and run again\"",
    "rate.fitted": "\"a slope beside the prediction's is refuted\"",
    "rate.never-crossed":
      "\"code that steps too short crosses the bound and leaves the spectral radius\"",
    "rate.non-convergence":
      "\"the heavy ball's cycle and Adam's wrong end are found, and run again\"",
    "rate.problem-valid": "\"a problem outside the class that it claims is refuted\"",
    "rate.regret": "\"the heavy ball's cycle and Adam's wrong end are found, and run again\"",
    "rate.sgd-floor": "\"the mean gap over seeds is the recursion's\"",
    "rate.spectral":
      "\"code that steps too short crosses the bound and leaves the spectral radius\"",
    "rate.worst-case": "\"a value of the literature beside the bracket is refuted\"",
    "rule.fused": "\"A rule whose loop does otherwise than its text is refuted\"",
    "rule.non-finite": "\"A rule that loses a NaN breaks the policy that lets it through\"",
    "rule.precision": "\"State in 16 bits of another rule leaves its rounding\"",
  ]

  /// Properties of moments that have a name, and the tests that plant a fault in them: for those that every
  /// fault takes the name from.
  static let plantedInTests: [String: String] = [
    "moment.expectation": "\"Wrong corrections and weights are refuted\"",
    "moment.varying-decay":
      "\"Moving decays are biased in every reading but the one with the product\"",
    "moment.ratio-bound": "\"A ratio beyond the sharp bound is refuted by an exact run\"",
    "moment.ratio-bound-amvt":
      "\"A step without its penalty passes AMVT's bound, and is refuted\"",
    "moment.variance-penalty": "\"Wrong penalties are refuted by an exact run\"",
    "moment.variance-identity":
      "\"A penalty of the wrong power is in (0, 1], and refuted as an identity\"",
    "moment.radam": "\"A wrong length or factor of the rectification is refuted\"",
    "moment.adabound": "\"A rate that is not clamped, or clamped elsewhere, is refuted\"",
    "moment.unit-ema": "\"Signs leave an average of signs\"",
  ]
}
