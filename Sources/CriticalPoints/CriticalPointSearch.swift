public import Formulas
internal import Numbers
public import Optimizers

/// Finds the critical points of a function in a box, says what they are, and what a transform makes of them.
///
/// A polynomial in one variable is searched exactly. Everything else is enclosed: interval branch and prune on
/// the symbolic gradient, Krawczyk's test for existence and uniqueness, Hessians by their interval inertia.
/// Each run of the same search gives the same report.
public struct CriticalPointSearch: Sendable {
  public let function: Formula
  public let box: SearchBox
  public let transform: PowerTransform?
  /// The most boxes that an interval search looks at.
  public let boxLimit: Int

  /// - Throws: ``CriticalPointError`` where the function has a variable that the box does not bound.
  public init(
    _ function: Formula, in box: SearchBox, under transform: PowerTransform? = nil,
    boxLimit: Int = 60_000
  ) throws(CriticalPointError) {
    precondition(boxLimit > 0, "a search looks at one box at least, got \(boxLimit)")
    for symbol in function.symbols where !box.variables.contains(symbol) {
      throw .unboundedVariable(symbol, box: box.variables)
    }
    self.function = function
    self.box = box
    self.transform = transform
    self.boxLimit = boxLimit
  }

  public func run() -> CriticalPointReport {
    let used = box.sides.filter { function.symbols.contains($0.variable) }
    let unused = box.sides.filter { !function.symbols.contains($0.variable) }
    var findings: SearchFindings
    if let part = try? SearchBox(used) {
      findings = search(part)
      if !unused.isEmpty { spread(&findings, over: unused) }
    } else {
      findings = constant()
    }
    findings.points.sort { ordering($0).lexicographicallyPrecedes(ordering($1)) }
    let witnesses = findings.points.compactMap(\.isConfirmedByDifferences)
    if !witnesses.isEmpty {
      findings.notes.append(
        "Witness: GSL's differences confirm gradient and Hessian at \(witnesses.count { $0 }) of "
          + "\(witnesses.count) critical points, within three times their estimated errors.")
    }
    return CriticalPointReport(
      function: "\(function)", transform: transform.map { "\($0)" }, box: box,
      isComplete: findings.isComplete, points: findings.points, sets: findings.sets,
      undecidedBoxes: findings.undecidedBoxes, notes: findings.notes, boxCount: findings.boxCount)
  }

  /// Coordinates first to a billionth of the box, so that rounding does not shuffle points, then exactly.
  private func ordering(_ point: CriticalPoint) -> [Double] {
    let scaled = zip(point.at, box.sides).map { coordinate, side in
      (coordinate.value / Double(side.upper - side.lower) * 1e9).rounded()
    }
    return scaled + point.at.map(\.value)
  }

  private func search(_ part: SearchBox) -> SearchFindings {
    if part.sides.count == 1, let polynomial = Polynomial(function, variables: part.variables) {
      return PolynomialSearch(
        function: polynomial.univariate, side: part.sides[0], transform: transform
      ).run()
    }
    var limits = BranchAndPrune.Limits()
    limits.boxes = boxLimit
    // Folded first: the rule for powers would make 0·x⁻¹ of the slope of x⁰.
    return IntervalSearch(
      function: function.folded(), box: part, transform: transform, limits: limits
    ).run()
  }

  /// A function without variables.
  private func constant() -> SearchFindings {
    var findings = SearchFindings()
    findings.isComplete = true
    findings.sets.append(
      CriticalSet(
        equation: "0 = 0", dimension: box.sides.count, status: transform.map { _ in .preserved },
        statusProvedBy: transform.map { _ in .exact },
        samples: [box.sides.map { $0.enclosure.midpoint }], variables: box.variables,
        notes: ["The function is constant."]))
    return findings
  }

  /// Points and sets of a function that does not depend on some variables: they extend along those.
  private func spread(_ findings: inout SearchFindings, over unused: [SearchBox.Side]) {
    let places = box.sides.map { $0.enclosure.midpoint }
    func extended(_ values: [String: Double]) -> [Double] {
      box.sides.indices.map { values[box.sides[$0].variable] ?? places[$0] }
    }
    let sets = findings.sets.map { set in
      CriticalSet(
        equation: set.equation, dimension: set.dimension + unused.count, status: set.status,
        statusProvedBy: set.statusProvedBy,
        samples: set.samples.map { sample in
          extended(Dictionary(uniqueKeysWithValues: zip(set.variables, sample)))
        }, variables: box.variables, notes: set.notes)
    }
    let lines = findings.points.map { point in
      CriticalSet(
        equation: point.at.map { "\($0.variable) = \($0.exact ?? "\($0.value)")" }
          .joined(separator: ", "),
        dimension: unused.count, status: point.status, statusProvedBy: point.statusProvedBy,
        samples: [
          extended(Dictionary(uniqueKeysWithValues: point.at.map { ($0.variable, $0.value) }))
        ], variables: box.variables,
        notes: [point.kind.map { "\($0.rawValue) across" }].compactMap(\.self) + point.notes)
    }
    findings.sets = lines + sets
    findings.points = []
    findings.undecidedBoxes = findings.undecidedBoxes.map { _ in
      box.sides.map { $0.enclosure.lower...$0.enclosure.upper }
    }
    let names = unused.map(\.variable).joined(separator: ", ")
    findings.notes.append("The function does not depend on \(names), so no point is isolated.")
  }
}
