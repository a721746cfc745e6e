internal import Convergence
internal import Diagnostics
internal import Numbers
internal import Objectives
internal import Optimizers
internal import Properties

/// Cycles on Lessard's function (`rate.cycle`).
struct CycleProperty: AuditableProperty {
  static let starts = 20

  var description: PropertyDescription { RateChecks.cycle }

  func check(_ context: AuditContext) async throws -> Finding {
    do throws(Exclusion) {
      let search = try Self.search(context.subject)
      guard let cycle = search.run(starts: Self.starts, seed: context.seed).first else {
        var finding = Finding(.search, .tested, detail: "none from \(Self.starts) starts")
        finding.cases = Self.starts
        return finding
      }
      return Finding(
        .exact, tool: "assay exact", .refuted, detail: Self.text(cycle),
        refutedBy: Candidate(
          scalars: 1, steps: cycle.period,
          case: [
            "points": .array(cycle.points.map { .string("\($0)") }),
            "slots": .array(cycle.slots.map { .array($0.map { .string("\($0)") }) }),
          ]))
    } catch { return .notApplicable(error.reason) }
  }

  private static func search(_ subject: AuditSubject) throws(Exclusion) -> CycleSearch {
    let optimizer = try subject.measured().optimizer
    guard optimizer.wrappers.isEmpty, optimizer.stages.isEmpty, optimizer.curvature == nil else {
      throw Exclusion("asked of a rule alone, without wrappers and stages")
    }
    var run = OptimizerRun<Rational>(optimizer, parameters: [1])
    // Two steps: a root of the first gradient's square alone would be rational.
    let gradients: [Rational] = [Rational(3, 7), Rational(5, 11)]
    for gradient in gradients {
      guard (try? run.advance(gradients: [gradient])) != nil else {
        throw Exclusion("its steps are irrational: no cycle closes exactly")
      }
    }
    return CycleSearch(optimizer, on: .lessard)
  }

  private static func text(_ cycle: Cycle) -> String {
    "a cycle of \(cycle.period) steps closes in rationals: "
      + (cycle.points + [cycle.points[0]]).map { "\($0)" }.joined(separator: " → ")
  }

  func examine(_ case: JSONValue, _ context: AuditContext) async throws -> Examination {
    func numbers(_ value: JSONValue?) -> [Rational] {
      (value?.array ?? []).compactMap { $0.string.flatMap { Rational($0) } }
    }
    let points = numbers(`case`["points"])
    let slots = (`case`["slots"]?.array ?? []).map(numbers)
    guard (2...100).contains(points.count), slots.count == points.count else {
      throw CaseError(message: "`points` and `slots` are no cycle")
    }
    let cycle = Cycle(points: points, slots: slots)
    do throws(Exclusion) {
      let search = try Self.search(context.subject)
      let width = search.optimizer.rule.slotNames.count
      guard cycle.slots.allSatisfy({ $0.count == width }) else {
        throw Exclusion("the rule has \(width) slots")
      }
      let closes = search.closes(cycle)
      return Examination(
        holds: !closes, summary: closes ? Self.text(cycle) : "the orbit does not close",
        lines: cycle.points.map { "\($0)" })
    } catch { return .outsidePremise(error.reason) }
  }
}

/// Long runs that do not converge (`rate.non-convergence`).
struct NonConvergenceProperty: AuditableProperty {
  var description: PropertyDescription { RateChecks.nonConvergence }

  /// Reddi's losses and `x²/2` at a constant rate, `|x|` at `α/√t` where there is a rate.
  static let problems = [OnlineSequence.reddiPeriodic.name, "x^2/2", "absolute"]

  static func steps(_ effort: Effort, of problem: String) -> Int {
    let isOnline = problem == OnlineSequence.reddiPeriodic.name
    return switch effort {
    case .quick: isOnline ? 200_000 : 20_000
    case .standard: isOnline ? 1_000_000 : 50_000
    case .thorough: isOnline ? 10_000_000 : 1_000_000
    }
  }

  func check(_ context: AuditContext) async throws -> Finding {
    do throws(Exclusion) {
      for problem in Self.problems {
        let steps = Self.steps(context.effort, of: problem)
        guard let found = try await Self.finding(context.subject, problem, steps) else { continue }
        return Finding(
          .search, .refuted, detail: "\(found.kind.rawValue) on \(problem): \(found.detail)",
          refutedBy: Candidate(
            scalars: 1, steps: steps,
            case: ["problem": .string(problem), "steps": .integer(steps)]))
      }
    } catch { return .notApplicable(error.reason) }
    var finding = Finding(
      .search, .tested,
      detail: "nothing found on "
        + Self.problems.map { "\($0) in \(Self.steps(context.effort, of: $0)) steps" }
        .joined(separator: ", "))
    finding.cases = Self.problems.count
    return finding
  }

  private static func finding(
    _ subject: AuditSubject, _ problem: String, _ steps: Int
  ) async throws(Exclusion) -> NonConvergence? {
    var method = try subject.measured()
    do {
      if problem == OnlineSequence.reddiPeriodic.name {
        return try NonConvergenceSearch.search(method, on: .reddiPeriodic, steps: steps).finding
      }
      if problem == "absolute", method.learningRate != nil {
        method = OptimizerMethod(method.optimizer, decay: .inverseRoot)
      }
      let objective = try await Objectives.Objective(
        parsing: problem, start: problem == "absolute" ? nil : [1])
      return NonConvergenceSearch.search(method, on: objective, steps: steps).finding
    } catch { throw Exclusion("\(error)") }
  }

  func examine(_ case: JSONValue, _ context: AuditContext) async throws -> Examination {
    guard let problem = `case`["problem"]?.string, Self.problems.contains(problem),
      let steps = `case`["steps"]?.int, (1...10_000_000).contains(steps)
    else { throw CaseError(message: "`problem` and `steps` are no long run") }
    do throws(Exclusion) {
      let found = try await Self.finding(context.subject, problem, steps)
      return Examination(
        holds: found == nil,
        summary: found.map { "\($0.kind.rawValue) on \(problem): \($0.detail)" }
          ?? "the run converges")
    } catch { return .outsidePremise(error.reason) }
  }
}

/// The growth of the regret on Reddi's losses with rate `1/√t`, the scale of their interval (`rate.regret`).
struct RegretProperty: AuditableProperty {
  var description: PropertyDescription { RateChecks.regret }

  func check(_ context: AuditContext) async throws -> Finding {
    let steps = NonConvergenceProperty.steps(
      context.effort, of: OnlineSequence.reddiPeriodic.name)
    do throws(Exclusion) {
      let row = try Self.row(context.subject, steps)
      return Finding(
        .generated, row.verdict, detail: row.detail ?? "",
        refutedBy: row.verdict == .refuted
          ? Candidate(scalars: 1, steps: steps, case: ["steps": .integer(steps)]) : nil)
    } catch { return .notApplicable(error.reason) }
  }

  private static func row(
    _ subject: AuditSubject, _ steps: Int
  ) throws(Exclusion) -> PropertyResult {
    let method = try subject.measured()
    guard method.learningRate != nil else { throw Exclusion("it has no learning rate to let fall") }
    do {
      return RateChecks.regret(
        try OnlineRun(
          of: OptimizerMethod(method.optimizer, decay: .inverseRoot, learningRate: 1),
          on: .reddiPeriodic,
          steps: steps))
    } catch { throw Exclusion("\(error)") }
  }

  func examine(_ case: JSONValue, _ context: AuditContext) async throws -> Examination {
    guard let steps = `case`["steps"]?.int, (1...10_000_000).contains(steps) else {
      throw CaseError(message: "`steps` is no number of steps")
    }
    do throws(Exclusion) {
      let row = try Self.row(context.subject, steps)
      return Examination(holds: row.verdict != .refuted, summary: row.detail ?? "")
    } catch { return .outsidePremise(error.reason) }
  }
}
