internal import Formulas
internal import Numbers
internal import Optimizers

/// The critical points of a function that need not be a polynomial in one variable, by interval branch and
/// prune on its gradient.
struct IntervalSearch {
  let function: Formula
  let box: SearchBox
  let transform: PowerTransform?
  let limits: BranchAndPrune.Limits
  let variables: [String]
  let gradient: [Formula]
  let system: SquareSystem
  let parts: PartsSystem?
  /// The function as a polynomial, if it is one.
  let polynomial: Polynomial?
  let factored: FactoredGradient?
  private let valueProgram: FormulaProgram
  private let gradientProgram: FormulaProgram

  /// The most clusters of undecided boxes that are looked at once more.
  static let clusterLimit = 48

  /// A critical point with what is known of it.
  struct Located {
    var enclosure: [Interval]
    /// Where it is the only critical point, if that is proved.
    var region: [Interval]?
    var exact: [Rational]?
    var isProved: Bool
    /// The order of the first derivative that is not 0, in one variable, where that was needed.
    var order: Int?
    var notes: [String] = []
  }

  init(
    function: Formula, box: SearchBox, transform: PowerTransform?, limits: BranchAndPrune.Limits
  ) {
    self.function = function
    self.box = box
    self.transform = transform
    var limits = limits
    let variables = box.variables
    self.variables = variables
    gradient = variables.map { partial(function, $0) }
    system = SquareSystem(equations: gradient, variables: variables, domain: function)
    parts = SumOfSquares(function).map {
      PartsSystem($0, variables: variables, domain: function)
    }
    polynomial = Polynomial(function, variables: variables)
    factored =
      parts == nil ? polynomial.flatMap { FactoredGradient($0, variables: variables) } : nil
    valueProgram = FormulaProgram(outputs: [function], inputs: variables)
    gradientProgram = FormulaProgram(outputs: gradient, inputs: variables)
    // A large formula has fewer boxes, so that the work stays bounded.
    limits.boxes = min(limits.boxes, max(200, 200_000_000 / (system.instructionCount + 1)))
    self.limits = limits
  }

  func run() -> SearchFindings {
    var findings = SearchFindings()
    let search = BranchAndPrune(
      system: system, box: box.sides.map(\.enclosure), limits: limits,
      special: { [parts, factored] in parts?.decide($0) ?? factored?.decide($0) })
    let outcome = search.run()
    findings.boxCount = outcome.boxCount
    let located = outcome.zeros.compactMap { locate($0) }
    var points = located
    var undecided: [[Interval]] = []
    var settled: [[Interval]] = []
    var open: [(hull: [Interval], point: Located?)] = []
    // Many clusters are no isolated points; a few are worth a closer look.
    for cluster in outcome.undecided.dropFirst(Self.clusterLimit) {
      open.append((cluster.hull, nil))
    }
    for cluster in outcome.undecided.prefix(Self.clusterLimit) {
      if settled.contains(where: { isSubset(cluster.hull, $0) }) { continue }
      switch DegenerateCluster(search: self, hull: cluster.hull).resolved() {
      case .outside(let region): settled.append(region)
      case .point(let point):
        if let region = point.region { settled.append(region) }
        if !points.contains(where: { overlaps($0.enclosure, point.enclosure) }) {
          points.append(point)
        }
      case .suspected(let point): open.append((cluster.hull, point))
      case .continuum(let set):
        undecided.append(cluster.hull)
        findings.sets.append(set)
      }
    }
    for (hull, point) in open where !settled.contains(where: { isSubset(hull, $0) }) {
      undecided.append(hull)
      if let point, !points.contains(where: { overlaps($0.enclosure, point.enclosure) }) {
        points.append(point)
      }
    }
    for point in points where !point.isProved {
      let hull = point.enclosure
      if !undecided.contains(where: { overlaps($0, hull) }) { undecided.append(hull) }
    }
    findings.sets += continua(outcome.continuum)
    findings.points = points.map { classified($0) }
    findings.isComplete = undecided.isEmpty
    if let transform {
      ZeroSearch(search: self, transform: transform, critical: points).run(&findings, &undecided)
    }
    if undecided.contains(where: { system.domain($0) != .inside }) {
      findings.notes.append(
        "In an undecided box the function has a kink or a pole, or leaves its domain: no test by derivatives "
          + "applies there.")
    }
    findings.undecidedBoxes = undecided.map { hull in
      hull.map { $0.lower...$0.upper }
    }
    findings.isComplete = undecided.isEmpty
    findings.notes.insert(
      "Found by interval branch and prune on the gradient (\(findings.boxCount) boxes).", at: 0)
    return findings
  }

  func isSubset(_ first: [Interval], _ second: [Interval]) -> Bool {
    zip(first, second).allSatisfy { $0.isSubset(of: $1) }
  }

  func overlaps(_ first: [Interval], _ second: [Interval]) -> Bool {
    zip(first, second).allSatisfy { $0.intersection($1) != nil }
  }

  /// A proved zero of the gradient as a point of the closed box, or nil where it lies outside.
  func locate(_ zero: SquareSystem.Zero) -> Located? {
    var point = Located(
      enclosure: zero.enclosure, region: zero.region, exact: nil, isProved: true)
    if let exact = exactPoint(in: zero.enclosure) {
      point.exact = exact
      let isInside = zip(exact, box.sides).allSatisfy { $1.lower <= $0 && $0 <= $1.upper }
      return isInside ? point : nil
    }
    for (interval, side) in zip(zero.enclosure, box.sides) {
      let (lower, upper) = (Interval(side.lower), Interval(side.upper))
      if interval.upper < lower.lower || interval.lower > upper.upper { return nil }
      if interval.lower < lower.upper || interval.upper > upper.lower {
        point.isProved = false
        point.notes.append("too close to the box's edge to tell on which side it lies")
      }
    }
    return point
  }

  /// A simple fraction in each side at which the gradient is exactly 0.
  func exactPoint(in enclosure: [Interval]) -> [Rational]? {
    var point: [Rational] = []
    for (interval, side) in zip(enclosure, box.sides) {
      guard let lower = Rational(exactly: interval.lower),
        let upper = Rational(exactly: interval.upper)
      else { return nil }
      // A bound of the box first: it is what the edge would otherwise leave open.
      if let bound = [side.lower, side.upper].first(where: { lower <= $0 && $0 <= upper }),
        interval.width < 1e-6
      {
        point.append(bound)
        continue
      }
      let simple = simplestRational(between: lower, and: upper)
      guard simple.denominator.bitWidth <= 24 else { return nil }
      point.append(simple)
    }
    guard let values = system.exactValues(point), values.allSatisfy(\.isZero) else { return nil }
    return point
  }

  /// The function at a point: exactly, where that can be.
  func exactValue(_ point: Located) -> Rational? {
    if let exact = point.exact, let value = try? valueProgram.run(exact) { return value[0] }
    return isCommonZero(point) ? parts?.form.constant : nil
  }

  /// Whether all squares of a sum are 0 at the point.
  func isCommonZero(_ point: Located) -> Bool {
    guard let parts else { return false }
    if let exact = point.exact, parts.isExactZero(exact) { return true }
    // The parts' zero is critical: being in the region of this point, it is this point.
    guard let region = point.region, let zero = parts.commonZero(near: point.enclosure) else {
      return false
    }
    return zip(zero.enclosure, region).allSatisfy { $0.isSubset(of: $1) }
  }

  /// The function over a box on which it is smooth, by the mean value form: tighter on small boxes.
  func centred(_ box: [Interval]) -> Interval {
    let middle = box.map { Interval($0.midpoint) }
    var sum = value(middle)
    for (place, slope) in system.values(box).enumerated() {
      sum = sum + slope * (box[place] - middle[place])
    }
    return sum
  }

  func value(_ box: [Interval]) -> Interval { valueProgram.run(box)[0] }
  func value(_ point: [Double]) -> Double { valueProgram.run(point)[0] }
  func gradient(at point: [Double]) -> [Double] { gradientProgram.run(point) }

  func coordinates(_ point: Located) -> [CriticalPoint.Coordinate] {
    variables.indices.map { place in
      let exact = point.exact?[place]
      return CriticalPoint.Coordinate(
        variable: variables[place],
        value: exact.map { Double($0) } ?? point.enclosure[place].midpoint,
        exact: exact.map { "\($0)" })
    }
  }

  /// Points within the box, those that lie together once.
  func distinct(_ points: [[Double]]) -> [[Double]] {
    let scales = box.sides.map { Double($0.upper - $0.lower) * 1e-6 }
    var kept: [[Double]] = []
    for point in points {
      let isInside = zip(point, box.sides).allSatisfy { $1.enclosure.contains($0) }
      let isNew = !kept.contains { other in
        point.indices.allSatisfy { abs(point[$0] - other[$0]) <= scales[$0] }
      }
      // Without negative zeros, for the eye.
      if isInside, isNew { kept.append(point.map { $0 + 0 }) }
    }
    return kept
  }

  /// At most `count` of some values, evenly from their whole order.
  func spread<T>(_ values: [T], count: Int) -> [T] {
    if values.count <= count { return values }
    return (0..<count).map { values[$0 * values.count / count] }
  }
}
