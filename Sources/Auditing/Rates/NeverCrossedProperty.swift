internal import Convergence
internal import Diagnostics
internal import Numbers
internal import Optimizers
internal import Properties

/// Runs of the shipped code below the certified worst case of what it declares to be (`rate.never-crossed`).
struct NeverCrossedProperty: AuditableProperty {
  var description: PropertyDescription { RateChecks.crossed }

  func check(_ context: AuditContext) async throws -> Finding {
    do {
      let own = try context.subject.measured().optimizer
      let declared = context.subject.declaredOptimizer(else: own)
      guard let bound = try await Self.bound(of: declared) else {
        return Finding(
          .certificate, .inconclusive, detail: "no solver gave multipliers that prove a bound")
      }
      return try Self.finding(own, declared, bound, context)
    } catch let none as WorstCaseProperty.NoBracket {
      return none.finding
    } catch let exclusion as Exclusion {
      return .notApplicable(exclusion.reason)
    }
  }

  /// The certified bound of what the subject declares to be; nil where the solver proves none.
  static func bound(of declared: Optimizer) async throws -> Rational? {
    try await WorstCaseProperty.report(on: WorstCaseMethod(declared)).upper
  }

  private static func check(
    _ own: Optimizer, _ declared: Optimizer, _ bound: Rational
  ) -> BoundCheck {
    BoundCheck(
      own, of: declared, .smoothConvex(smoothness: 1), steps: WorstCaseProperty.steps, bound: bound)
  }

  private static func finding(
    _ own: Optimizer, _ declared: Optimizer, _ bound: Rational, _ context: AuditContext
  ) throws(Exclusion) -> Finding {
    let count = max(100, context.generatedCases / 4)
    let outcome: BoundCheck.Outcome
    do { outcome = try check(own, declared, bound).run(count: count, seed: context.seed) } catch {
      throw Exclusion("it refuses a step: \(error)")
    }
    let worst =
      outcome.worstRatio.map { "; the worst function of one variable at \($0) of it" } ?? ""
    guard let crossing = outcome.crossing else {
      var finding = Finding(
        .certificate, .tested,
        detail: "\(outcome.count) runs of \(WorstCaseProperty.steps) steps stay below"
          + " \(Double(bound))\(worst)")
      finding.cases = outcome.count
      return finding
    }
    var finding = Finding(
      .certificate, .refuted,
      detail: "a run ends above the certified \(Double(bound))·‖x₀ − x*‖²",
      refutedBy: Candidate(
        scalars: crossing.start.count, steps: WorstCaseProperty.steps, case: crossing.json))
    finding.cases = outcome.count
    return finding
  }

  func examine(_ case: JSONValue, _ context: AuditContext) async throws -> Examination {
    let instance = try BoundInstance(json: `case`)
    do {
      let own = try context.subject.measured().optimizer
      let declared = context.subject.declaredOptimizer(else: own)
      guard let bound = try await Self.bound(of: declared) else {
        return .outsidePremise("no solver gave multipliers that prove a bound")
      }
      let holds = try Self.check(own, declared, bound).holds(on: instance)
      return Examination(
        holds: holds,
        summary: holds
          ? "the run stays below the bound"
          : "after \(WorstCaseProperty.steps) steps from \(instance.start) the gap is above"
            + " \(Double(bound))·‖x₀ − x*‖², the worst case of \(declared.name)")
    } catch let none as WorstCaseProperty.NoBracket {
      return .outsidePremise(none.reason)
    } catch let exclusion as Exclusion {
      return .outsidePremise(exclusion.reason)
    }
  }
}

extension BoundInstance {
  var json: JSONValue {
    [
      "functions": .array(
        functions.map {
          [
            "inner": JSONValue($0.inner), "outer": JSONValue($0.outer),
            "left": $0.left.map { JSONValue($0) } ?? .null,
            "right": $0.right.map { JSONValue($0) } ?? .null,
          ]
        }), "minimiser": JSONValue(minimiser), "start": JSONValue(start),
    ]
  }

  /// - Throws: for what is no instance of smooth convex functions with `L` = 1.
  init(json: JSONValue) throws(CaseError) {
    func numbers(_ name: String) -> [Double] { (json[name]?.array ?? []).compactMap(\.double) }
    let functions = (json["functions"]?.array ?? []).compactMap {
      entry -> TwoSlopeFunction<Double>? in
      guard let inner = entry["inner"]?.double, let outer = entry["outer"]?.double,
        0 <= outer, outer <= inner, inner <= 1
      else { return nil }
      let (left, right) = (entry["left"]?.double, entry["right"]?.double)
      guard [left, right].allSatisfy({ $0.map { $0 >= 0 && $0.isFinite } ?? true }) else {
        return nil
      }
      return TwoSlopeFunction(inner: inner, outer: outer, left: left, right: right)
    }
    let (minimiser, start) = (numbers("minimiser"), numbers("start"))
    guard (1...100).contains(start.count), functions.count == start.count,
      minimiser.count == start.count, (minimiser + start).allSatisfy(\.isFinite)
    else {
      throw CaseError(message: "`functions`, `minimiser` and `start` are no instance with L = 1")
    }
    self.init(functions: functions, minimiser: minimiser, start: start)
  }
}
