internal import Numbers
internal import Testing

@Suite("Intervals as sets")
struct IntervalSetTests {
  @Test("intersections, hulls and inclusions are those of sets")
  func setOperations() {
    var draws = Draws("setOperations")
    for _ in 0..<2_000 {
      let (x, y) = (draws.interval(), draws.interval())
      let member = draws.member(of: x)
      let common = x.intersection(y)
      #expect(x.contains(member))
      #expect((common?.contains(member) ?? false) == y.contains(member))
      #expect(common.map { $0.isSubset(of: x) && $0.isSubset(of: y) } ?? true)
      let hull = x.hull(y)
      #expect(x.isSubset(of: hull) && y.isSubset(of: hull))
      #expect(hull.lower == min(x.lower, y.lower) && hull.upper == max(x.upper, y.upper))
      #expect(x.isSubset(of: y) == (common == x))
      #expect(!x.isInterior(of: y) || x.isSubset(of: y))
      #expect(x.containsZero == x.contains(0 as Double))
      #expect(x.leastMagnitude <= x.largestMagnitude)
    }
    #expect(Interval(0, 1).intersection(Interval(2, 3)) == nil)
    #expect(Interval(0, 1).intersection(Interval(1, 3)) == Interval(1))
    #expect(Interval(0, 1).isInterior(of: Interval(-1, 2)))
    #expect(!Interval(0, 1).isInterior(of: Interval(0, 2)))
    #expect(Interval.entire.isInterior(of: .entire))
    let undefined = Interval(0, 1, isDefined: false)
    #expect(undefined.intersection(.entire)?.isDefined == false)
    #expect(!undefined.hull(2).isDefined)
  }

  @Test("the midpoint lies inside, and halves cover the whole")
  func bisection() {
    var draws = Draws("bisection")
    for _ in 0..<2_000 {
      let x = draws.interval()
      let middle = x.midpoint
      #expect(x.contains(middle), "\(x)")
      let (low, high) = x.bisected()
      #expect(low.lower == x.lower && low.upper == middle && high.lower == middle)
      #expect(high.upper == x.upper)
      guard x.isBounded else { continue }
      let width = Rational(exactly: x.upper)! - Rational(exactly: x.lower)!
      #expect(x.width == width.doubleAbove)
      #expect(x.width == .infinity || Rational(exactly: x.radius)! * 2 >= width)
    }
    #expect(Interval.entire.midpoint == 0 && Interval.entire.width == .infinity)
    #expect(Interval(-1, 3).midpoint == 1 && Interval(-1, 3).radius == 2)
    let vast = Interval(-.greatestFiniteMagnitude, .greatestFiniteMagnitude)
    #expect(vast.midpoint == 0 && vast.width == .infinity)
    #expect(Interval(3, .infinity).midpoint > 3 && Interval(-.infinity, -3).midpoint < -3)
  }

  @Test("an exact number is enclosed by its neighbours")
  func exactBounds() {
    var draws = Draws("exactBounds")
    for _ in 0..<500 {
      let x = draws.rational(limbs: 6)
      let enclosure = Interval(x)
      #expect(enclosure.contains(x))
      #expect(enclosure.isPoint || enclosure.lower.nextUp == enclosure.upper)
    }
    let vast = Interval(Rational(BigInteger(10).power(400)))
    #expect(vast.lower == .greatestFiniteMagnitude && vast.upper == .infinity)
    #expect(!vast.contains(Double.infinity) && vast.contains(Rational(BigInteger(10).power(500))))
  }

  @Test func `reversed bounds trap`() async {
    await #expect(processExitsWith: .failure) { _ = Interval(1, 0) }
  }
  @Test func `a bound that is NaN traps`() async {
    await #expect(processExitsWith: .failure) { _ = Interval(.nan, 0) }
  }
  @Test func `an infinity alone is no interval`() async {
    await #expect(processExitsWith: .failure) { _ = Interval(Double.infinity) }
  }
}
