internal import Foundation

/// `sin(πp/q)`.
func sine(_ p: Int, _ q: Int) -> Double { sin(.pi * Double(p % (2 * q)) / Double(q)) }
