internal import CVectorMath
internal import Foundation

/// The loops that the generic ones are timed against: one rule, one number type, nothing else, and the
/// hyper-parameters constants. Nothing is tested against them.
enum HandWritten {
  static let learningRate = 1e-3
  static let (beta1, beta2, beta3, epsilon) = (0.9, 0.999, 0.99, 1e-8)

  static func oneMinusPower(_ beta: Double, _ t: Int) -> Double { -expm1(Double(t) * log(beta)) }

  static func adam(
    _ theta: inout [Float], _ gradient: [Float], _ m: inout [Float], _ v: inout [Float], t: Int
  ) {
    let (b1, b2, e) = (Float(beta1), Float(beta2), Float(epsilon))
    let (w1, w2) = (Float(1 - beta1), Float(1 - beta2))
    let rate = Float(learningRate / oneMinusPower(beta1, t))
    let c2 = Float(1 / oneMinusPower(beta2, t))
    let gradient = gradient.span
    var theta = theta.mutableSpan
    var m = m.mutableSpan
    var v = v.mutableSpan
    let n = theta.count
    precondition(gradient.count == n && m.count == n && v.count == n)
    for i in 0..<n {
      let g = gradient[i]
      let mean = b1 * m[i] + w1 * g
      let square = b2 * v[i] + w2 * (g * g)
      theta[i] -= rate * mean / (v_sqrtf(c2 * square) + e)
      m[i] = mean
      v[i] = square
    }
  }

  static func amvt(
    _ theta: inout [Float], _ gradient: [Float], _ m: inout [Float], _ v: inout [Float],
    _ s: inout [Float], t: Int
  ) {
    let (b1, b2, b3, e) = (Float(beta1), Float(beta2), Float(beta3), Float(epsilon))
    let (w1, w2, w3) = (Float(1 - beta1), Float(1 - beta2), Float(1 - beta3))
    let rate = Float(learningRate / oneMinusPower(beta1, t))
    let c2 = Float(1 / oneMinusPower(beta2, t))
    let c3 = Float(1 / oneMinusPower(beta3, t))
    let gradient = gradient.span
    var theta = theta.mutableSpan
    var m = m.mutableSpan
    var v = v.mutableSpan
    var s = s.mutableSpan
    let n = theta.count
    precondition(gradient.count == n && m.count == n && v.count == n && s.count == n)
    for i in 0..<n {
      let g = gradient[i]
      let mean = b1 * m[i] + w1 * g
      let square = b2 * v[i] + w2 * (g * g)
      let variance = b3 * s[i] + w3 * ((g - mean) * (g - mean))
      let corrected = c2 * square + e
      let penalty = 1 / v_sqrtf(1 + c3 * variance / corrected)
      theta[i] -= rate * penalty / v_sqrtf(corrected) * mean
      m[i] = mean
      v[i] = square
      s[i] = variance
    }
  }
}
