/// A sum whose rounding errors are added up beside it.
///
/// The result is within `ε·|sum| + 2(n·ε)²·(sum of magnitudes)`: as if added in twice the precision.
/// Source: Neumaier 1974; Ogita, Rump, Oishi, *Accurate sum and dot product*, 2005.
public struct CompensatedSum<T: BinaryFloatingPoint & Sendable>: Sendable {
  @usableFromInline var total: T
  @usableFromInline var compensation: T

  @inlinable
  public init(_ start: T = 0) {
    total = start
    compensation = 0
  }

  /// The sum so far; an infinity or NaN where a plain sum has one.
  @inlinable public var value: T { total.isFinite ? total + compensation : total }

  @inlinable
  public mutating func add(_ term: T) {
    let next = total + term
    compensation +=
      total.magnitude >= term.magnitude ? (total - next) + term : (term - next) + total
    total = next
  }

  /// Adds `x·y` with the rounding error of the product.
  @inlinable
  public mutating func addProduct(_ x: T, _ y: T) {
    let product = x * y
    add(product)
    compensation += (-product).addingProduct(x, y)
  }
}

extension Sequence where Element: BinaryFloatingPoint & Sendable {
  /// The sum in order, as if added in twice the precision.
  @inlinable
  public func compensatedSum() -> Element {
    var sum = CompensatedSum<Element>()
    for term in self { sum.add(term) }
    return sum.value
  }
}

/// `Σ xᵢyᵢ` in order, as if added in twice the precision.
///
/// - Precondition: the lengths are equal.
@inlinable
public func compensatedDotProduct<T: BinaryFloatingPoint & Sendable>(_ x: [T], _ y: [T]) -> T {
  precondition(x.count == y.count, "lengths \(x.count) and \(y.count)")
  var sum = CompensatedSum<T>()
  for index in x.indices { sum.addProduct(x[index], y[index]) }
  return sum.value
}
