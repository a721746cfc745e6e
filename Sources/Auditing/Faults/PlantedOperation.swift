internal import Numbers
internal import Optimizers
internal import Synchronization

/// One operation among those that a piece of arithmetic makes, and what is done in its place.
struct PlantedOperation: Hashable, Sendable {
  enum Kind: String, Sendable { case sum, difference, product, quotient, power, root, cosine }

  /// What is done instead.
  enum Change: String, Sendable, CaseIterable {
    case dropSecond = "drop-second"
    case dropFirst = "drop-first"
    case flipSign = "flip-sign"
    case swapOperands = "swap-operands"
    case invert = "invert-factor"
    case double = "double-term"
    case dropFunction = "drop-function"
  }

  struct Place: Hashable, Sendable {
    /// The operation's number, from 0.
    let index: Int
    let kind: Kind
  }

  let place: Place
  let change: Change

  static func all(at place: Place) -> [PlantedOperation] {
    let changes: [Change] =
      switch place.kind {
      case .sum: [.dropFirst, .dropSecond, .flipSign, .double]
      case .difference: [.dropFirst, .dropSecond, .flipSign, .swapOperands, .double]
      case .product: [.dropFirst, .dropSecond, .flipSign, .invert]
      case .quotient: [.dropSecond, .flipSign, .swapOperands, .invert]
      case .power: [.dropFunction, .invert]
      case .root: [.dropFunction, .flipSign]
      case .cosine: [.dropFunction, .flipSign]
      }
    return changes.map { PlantedOperation(place: place, change: $0) }
  }

  var text: String {
    let what =
      switch change {
      case .dropFirst: "its first operand dropped"
      case .dropSecond: "its second operand dropped"
      case .flipSign: "its sign turned"
      case .swapOperands: "its operands swapped"
      case .invert: "its second operand inverted"
      case .double: "its second operand taken twice"
      case .dropFunction: "its argument in its place"
      }
    return "operation \(place.index + 1), a \(place.kind.rawValue): \(what)"
  }

  /// Where the arithmetic under way is, and what is planted in it.
  fileprivate final class Site: Sendable {
    let operation: PlantedOperation?
    private let state = Mutex((count: 0, places: Set<Place>()))

    init(_ operation: PlantedOperation?) { self.operation = operation }

    var places: Set<Place> { state.withLock { $0.places } }

    /// Counts an operation; what is to be done instead of it, if anything.
    func change(_ kind: Kind) -> Change? {
      let index = state.withLock { state in
        state.places.insert(Place(index: state.count, kind: kind))
        state.count += 1
        return state.count - 1
      }
      guard let operation, operation.place == Place(index: index, kind: kind) else { return nil }
      return operation.change
    }
  }

  @TaskLocal fileprivate static var site: Site?

  /// Runs arithmetic on `Planted` numbers with the fault in it.
  func planted<Value, Failure: Error>(
    _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let result = Self.$site.withValue(Site(self)) { () -> Result<Value, Failure> in
      do throws(Failure) { return .success(try body()) } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// The operations that arithmetic on `Planted` numbers makes.
  static func places(_ body: () -> Void) -> Set<Place> {
    let site = Site(nil)
    $site.withValue(site, operation: body)
    return site.places
  }
}

/// A number that looks up, at each operation, whether another is planted there.
struct Planted<N: ScheduleNumber>: ScheduleNumber {
  typealias Failure = N.Failure
  let value: N

  private init(value: N) { self.value = value }
  init(_ exact: Rational) { value = N(exact) }
  init(integerLiteral: N.IntegerLiteralType) { value = N(integerLiteral: integerLiteral) }

  private static func change(_ kind: PlantedOperation.Kind) -> PlantedOperation.Change? {
    PlantedOperation.site?.change(kind)
  }

  static func + (x: Self, y: Self) -> Self {
    switch change(.sum) {
    case .dropFirst: y
    case .dropSecond: x
    case .flipSign: Self(value: x.value - y.value)
    case .double: Self(value: x.value + (y.value + y.value))
    default: Self(value: x.value + y.value)
    }
  }

  static func - (x: Self, y: Self) -> Self {
    switch change(.difference) {
    case .dropFirst: -y
    case .dropSecond: x
    case .flipSign: Self(value: x.value + y.value)
    case .swapOperands: Self(value: y.value - x.value)
    case .double: Self(value: x.value - (y.value + y.value))
    default: Self(value: x.value - y.value)
    }
  }

  static func * (x: Self, y: Self) -> Self {
    switch change(.product) {
    case .dropFirst: y
    case .dropSecond: x
    case .flipSign: Self(value: -(x.value * y.value))
    // A quotient that has no value is as wrong as one that has.
    case .invert: Self(value: (try? x.value / y.value) ?? x.value)
    default: Self(value: x.value * y.value)
    }
  }

  static func / (x: Self, y: Self) throws(Failure) -> Self {
    switch change(.quotient) {
    case .dropSecond: x
    case .flipSign: Self(value: try -(x.value / y.value))
    case .swapOperands: Self(value: try y.value / x.value)
    case .invert: Self(value: x.value * y.value)
    default: Self(value: try x.value / y.value)
    }
  }

  static prefix func - (x: Self) -> Self { Self(value: -x.value) }

  static func root(_ x: Self) throws(Failure) -> Self {
    switch change(.root) {
    case .dropFunction: x
    case .flipSign: Self(value: try -N.root(x.value))
    default: Self(value: try .root(x.value))
    }
  }

  static func power(_ base: Self, _ exponent: Self) throws(Failure) -> Self {
    switch change(.power) {
    case .dropFunction: base
    case .invert: Self(value: try .power(base.value, -exponent.value))
    default: Self(value: try .power(base.value, exponent.value))
    }
  }

  static func cosineOfHalfTurns(_ x: Self) throws(Failure) -> Self {
    switch change(.cosine) {
    case .dropFunction: x
    case .flipSign: Self(value: try -N.cosineOfHalfTurns(x.value))
    default: Self(value: try .cosineOfHalfTurns(x.value))
    }
  }

  static func exp(_ x: Self) throws(Failure) -> Self { Self(value: try .exp(x.value)) }
  static func log(_ x: Self) throws(Failure) -> Self { Self(value: try .log(x.value)) }
  static func oneMinusPower(_ base: Self, _ t: Self) throws(Failure) -> Self {
    Self(value: try .oneMinusPower(base.value, t.value))
  }
  static func select(
    _ x: Self, isLessThan y: Self, then consequent: Self, else alternative: Self
  ) -> Self {
    Self(
      value: .select(
        x.value, isLessThan: y.value, then: consequent.value, else: alternative.value))
  }
  static func lesser(_ x: Self, _ y: Self) -> Self { Self(value: .lesser(x.value, y.value)) }
  static func greater(_ x: Self, _ y: Self) -> Self { Self(value: .greater(x.value, y.value)) }
  static func sign(_ x: Self) -> Self { Self(value: .sign(x.value)) }
  var magnitude: Self { Self(value: value.magnitude) }
}
