import Formulas
import Numbers

/// Interval branch and prune: a box is enclosed, and cut in two where the enclosure decides nothing.
///
/// Each difference of two sides is enclosed by interval evaluation, and where that does not decide, from its
/// slopes: by the mean value theorem, and at the corners where it is monotone. The cut is through the side
/// along which the difference changes most.
///
/// It proves strict inequalities with room to spare, over any function that intervals have, powers with
/// symbolic exponents, exponentials and logarithms included. It proves no equality, and no bound that is
/// attained in the box: near such a point every box stays undecided.
public struct BoxSearch: Sendable {
  /// The most boxes that are looked at.
  public let boxLimit: Int

  /// - Precondition: `boxLimit` is at least 1.
  public init(boxLimit: Int) {
    precondition(boxLimit >= 1, "a search looks at 1 box or more, got \(boxLimit)")
    self.boxLimit = boxLimit
  }

  /// Tries to prove a claim on a box. The boxes are looked at in a fixed order, breadth first.
  ///
  /// Step symbols take the whole numbers of their range only.
  ///
  /// - Precondition: the box has a range for every symbol of the claim.
  public func prove(_ claim: Claim, on box: RealBox) -> BoxProof {
    let start = ContinuousClock.now
    var run = BoxRun(claim, box: box, boxLimit: boxLimit)
    let conclusion = run.conclusion()
    return BoxProof(
      claim: claim, box: box, conclusion: conclusion, boxes: run.count,
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }
}

/// One search.
private struct BoxRun {
  private struct Part {
    var sides: [Interval]
    /// The share of the volume that it began with.
    var share: Double
  }
  private enum Finding {
    case holds, outside, undecided, refuted(Refutation)
  }

  private let check: CandidateCheck
  private let box: RealBox
  private let boxLimit: Int
  private let symbols: [String]
  private let isStep: [Bool]
  private let widths: [Double]
  private let assumptions: [Relation.Comparison]
  private let goals: [Relation.Comparison]
  /// The differences of the sides of the assumptions, then of the goals.
  private let program: FormulaProgram
  private var workspace: FormulaProgram.Workspace<Interval>
  private var values: [Interval] = []
  private var slopes: BoxSlopes
  private(set) var count = 0

  init(_ claim: Claim, box: RealBox, boxLimit: Int) {
    check = CandidateCheck(claim)
    self.box = box
    self.boxLimit = boxLimit
    symbols = claim.symbols
    for name in symbols {
      precondition(box.ranges[name] != nil, "the box has no range for the symbol '\(name)'")
    }
    isStep = symbols.map(claim.stepSymbols.contains)
    assumptions = claim.assumptions.map(\.comparison)
    goals = claim.goals.map(\.comparison)
    let relations = claim.assumptions + claim.goals
    program = FormulaProgram(
      outputs: relations.map { $0.left - $0.right }, inputs: symbols)
    workspace = FormulaProgram.Workspace<Interval>(program)
    slopes = BoxSlopes(relations.map { $0.left - $0.right }, symbols: symbols)
    widths = symbols.map { name in
      box.ranges[name].map { Interval($0.lowerBound, $0.upperBound).width } ?? 0
    }
  }

  mutating func conclusion() -> BoxProof.Conclusion {
    if goals.contains(.equal) {
      return .inconclusive(reason: "intervals prove no equality", remaining: 1)
    }
    let sides = symbols.map { name in
      box.ranges[name].map { Interval($0.lowerBound, $0.upperBound) } ?? .entire
    }
    var queue = [Part(sides: sides, share: 1)]
    var head = 0
    var undecided = 0.0
    var isVacuous = true
    while head < queue.count {
      let part = queue[head]
      head += 1
      guard let sides = contracted(part.sides) else { continue }
      if count == boxLimit {
        let rest = queue[(head - 1)...].reduce(0) { $0 + $1.share }
        return .inconclusive(reason: "the box limit was reached", remaining: undecided + rest)
      }
      count += 1
      switch finding(sides) {
      case .outside: continue
      case .holds: isVacuous = false
      case .refuted(let refutation): return .refuted(refutation)
      case .undecided:
        isVacuous = false
        guard let halves = halves(of: sides, slopes: slopes.latest) else {
          undecided += part.share
          continue
        }
        queue.append(Part(sides: halves.0, share: part.share / 2))
        queue.append(Part(sides: halves.1, share: part.share / 2))
      }
      // What has been looked at is let go from time to time.
      if head > 4096, head > queue.count / 2 {
        queue.removeFirst(head)
        head = 0
      }
    }
    if undecided > 0 {
      return .inconclusive(reason: "boxes became too small to cut", remaining: undecided)
    }
    return isVacuous ? .vacuous : .proved
  }

  /// The box with the ranges of step symbols cut to whole numbers from 1; nil where there are none.
  private func contracted(_ sides: [Interval]) -> [Interval]? {
    var result = sides
    for place in sides.indices where isStep[place] {
      let (low, high) = (
        max(1, sides[place].lower.rounded(.up)), sides[place].upper.rounded(.down)
      )
      guard low <= high else { return nil }
      result[place] = Interval(low, high)
    }
    return result
  }

  private static func decide(_ difference: Interval, _ comparison: Relation.Comparison) -> Bool? {
    let (low, high) = (difference.lower, difference.upper)
    let (yes, no): (Bool, Bool) =
      switch comparison {
      case .less: (high < 0, low >= 0)
      case .lessOrEqual: (high <= 0, low > 0)
      case .greater: (low > 0, high <= 0)
      case .greaterOrEqual: (low >= 0, high < 0)
      case .notEqual: (low > 0 || high < 0, low == 0 && high == 0)
      case .equal: (low == 0 && high == 0, low > 0 || high < 0)
      }
    return yes ? true : no ? false : nil
  }

  private mutating func finding(_ sides: [Interval]) -> Finding {
    program.run(sides, into: &values, workspace: &workspace)
    slopes.latest = nil
    if let settled = settled() { return settled }
    if let refutation = refutation(in: sides) { return .refuted(refutation) }
    program.run(sides, into: &values, workspace: &workspace)
    slopes.sharpen(&values, on: sides, program: program, workspace: &workspace)
    return settled() ?? .undecided
  }

  /// What the enclosures in `values` decide.
  private func settled() -> Finding? {
    for (value, comparison) in zip(values, assumptions)
    where value.isDefined && Self.decide(value, comparison) == false {
      return .outside
    }
    let holds = zip(values.dropFirst(assumptions.count), goals).allSatisfy {
      $0.isDefined && Self.decide($0, $1) == true
    }
    // An assumption that may lack a value is not one to build on.
    let areDefined = values.prefix(assumptions.count).allSatisfy(\.isDefined)
    return holds && areDefined ? .holds : nil
  }

  /// A point of the box at which the claim fails, where its middle is one.
  private mutating func refutation(in sides: [Interval]) -> Refutation? {
    let middle = zip(sides, isStep).map { side, isStep in
      Interval(isStep ? side.midpoint.rounded(.down) : side.midpoint)
    }
    program.run(middle, into: &values, workspace: &workspace)
    // The exact check costs much more, so it is made only where the quick one leaves a hope.
    let isHopeful =
      zip(values, assumptions).allSatisfy { Self.decide($0, $1) != false }
      && zip(values.dropFirst(assumptions.count), goals).contains {
        !$0.isDefined || Self.decide($0, $1) == false
      }
    guard isHopeful else { return nil }
    var point: [String: Rational] = [:]
    for (name, value) in zip(symbols, middle) { point[name] = Rational(exactly: value.lower) }
    guard point.count == symbols.count, box.contains(point) else { return nil }
    return check.refutation(at: point)
  }

  /// The two halves by the side along which the differences change most, or that is widest compared with where
  /// it began; nil where no `Double` lies between the ends of any.
  private func halves(of sides: [Interval], slopes: [Double]?) -> ([Interval], [Interval])? {
    var best = -1
    var most = 0.0
    for place in sides.indices {
      let side = sides[place]
      guard side.lower.nextUp < side.upper, widths[place] > 0 else { continue }
      let share = side.width / widths[place]
      // A side that is left long while others are cut small would never be looked at again.
      let change = slopes.map { $0[place] * side.width + share * 0x1p-20 } ?? share
      if change > most { (best, most) = (place, change) }
    }
    guard best >= 0 else { return nil }
    let (low, high) = sides[best].bisected()
    var (first, second) = (sides, sides)
    first[best] = low
    second[best] = high
    return (first, second)
  }
}
