/// A small dense matrix, `[rows, columns]`, row-major.
public struct Matrix: Hashable, Sendable {
  public let rows: Int
  public let columns: Int
  public private(set) var elements: [Double]

  /// A matrix of one value.
  public init(repeating value: Double = 0, rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0, "no matrix is \(rows) × \(columns)")
    self.rows = rows
    self.columns = columns
    elements = Array(repeating: value, count: rows * columns)
  }

  /// A matrix from its elements, row after row.
  ///
  /// - Precondition: there are `rows · columns` of them.
  public init(elements: [Double], rows: Int, columns: Int) {
    precondition(
      rows >= 0 && columns >= 0 && elements.count == rows * columns,
      "\(elements.count) elements for a matrix of \(rows) × \(columns)")
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// A matrix from its rows.
  ///
  /// - Precondition: the rows have one length.
  public init(_ rows: [[Double]]) {
    let columns = rows.first?.count ?? 0
    precondition(rows.allSatisfy { $0.count == columns }, "rows of unequal length in \(rows)")
    self.init(elements: rows.flatMap(\.self), rows: rows.count, columns: columns)
  }

  @inlinable
  public subscript(row: Int, column: Int) -> Double {
    get {
      precondition(
        0 <= row && row < rows && 0 <= column && column < columns,
        "no element (\(row), \(column)) in a matrix of \(rows) × \(columns)")
      return elements[row * columns + column]
    }
    set { replace(row, column, newValue) }
  }

  @usableFromInline
  mutating func replace(_ row: Int, _ column: Int, _ value: Double) {
    precondition(
      0 <= row && row < rows && 0 <= column && column < columns,
      "no element (\(row), \(column)) in a matrix of \(rows) × \(columns)")
    elements[row * columns + column] = value
  }

  /// The greatest magnitude of an element, 0 of none.
  var largestMagnitude: Double { elements.reduce(0) { max($0, $1.magnitude) } }

  /// One column.
  public func column(_ index: Int) -> [Double] { (0..<rows).map { self[$0, index] } }

  func divided(by divisor: Double) -> Matrix {
    Matrix(elements: elements.map { $0 / divisor }, rows: rows, columns: columns)
  }

  /// The power of two that brings the greatest magnitude into `1 ..< 2`; 1 for a matrix of zeros.
  ///
  /// Scaling by it is exact but for elements that become subnormal, so routines neither overflow nor lose
  /// the small.
  var normalisingPower: Double {
    let largest = largestMagnitude
    return largest == 0 ? 1 : Double(sign: .plus, exponent: largest.exponent, significand: 1)
  }
}

/// A complex number, as roots and eigenvalues come.
public struct Complex: Hashable, Sendable {
  public let real: Double
  public let imaginary: Double

  public init(real: Double, imaginary: Double) {
    self.real = real
    self.imaginary = imaginary
  }

  /// `√(re² + im²)`, without overflow on the way.
  public var magnitude: Double {
    let (larger, smaller) = (
      max(real.magnitude, imaginary.magnitude), min(real.magnitude, imaginary.magnitude)
    )
    guard larger > 0, larger.isFinite else { return larger }
    let ratio = smaller / larger
    return larger * (1 + ratio * ratio).squareRoot()
  }

  static func + (x: Complex, y: Complex) -> Complex {
    Complex(real: x.real + y.real, imaginary: x.imaginary + y.imaginary)
  }

  static func - (x: Complex, y: Complex) -> Complex {
    Complex(real: x.real - y.real, imaginary: x.imaginary - y.imaginary)
  }

  static func * (x: Complex, y: Complex) -> Complex {
    Complex(
      real: x.real * y.real - x.imaginary * y.imaginary,
      imaginary: x.real * y.imaginary + x.imaginary * y.real)
  }
}
