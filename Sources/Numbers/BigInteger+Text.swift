extension BigInteger: CustomStringConvertible {
  /// In decimal digits, 19 of them from each division.
  public var description: String {
    guard var rest = limbs else { return "\(small)" }
    var pieces: [UInt] = []
    while !rest.isEmpty {
      let (quotient, remainder) = Limbs.dividing(rest.span, by: 10_000_000_000_000_000_000)
      pieces.append(remainder)
      rest = quotient
    }
    var text = isNegative ? "-" : ""
    for (index, piece) in pieces.reversed().enumerated() {
      let digits = "\(piece)"
      if index > 0 { text += String(repeating: "0", count: 19 - digits.utf8.count) }
      text += digits
    }
    return text
  }
}

extension BigInteger: LosslessStringConvertible {
  /// Reads decimal digits after an optional sign.
  ///
  /// The time is quadratic in the number of digits; whoever reads foreign text limits its length first.
  public init?(_ text: String) {
    self.init(text[...])
  }

  init?(_ text: Substring) {
    var digits = text.utf8
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
    guard !digits.isEmpty else { return nil }
    var limbs: [UInt] = []
    var (piece, scale): (UInt, UInt) = (0, 1)
    func flush() {
      var carry = piece
      for index in limbs.indices {
        let total = UInt128(limbs[index]) &* UInt128(scale) &+ UInt128(carry)
        limbs[index] = UInt(truncatingIfNeeded: total)
        carry = UInt(truncatingIfNeeded: total >> 64)
      }
      if carry != 0 { limbs.append(carry) }
    }
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      piece = piece * 10 + UInt(digit - UInt8(ascii: "0"))
      scale *= 10
      if scale == 10_000_000_000_000_000_000 {
        flush()
        (piece, scale) = (0, 1)
      }
    }
    if scale > 1 { flush() }
    self.init(isNegative: isNegative, magnitude: limbs)
  }
}
