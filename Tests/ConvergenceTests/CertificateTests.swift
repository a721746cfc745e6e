import Diagnostics
import Foundation
import Numbers
import Processes
import Testing

@testable import Convergence

@Suite("Certificates, checked without a solver")
struct CertificateTests {
  /// Gradient descent's own certificate, which needs no solver.
  static func certificate(
    steps: Int, learningRate: String = "1", smoothness: Rational = 1
  ) throws -> WorstCaseCertificate {
    let question = try WorstCaseQuestion(
      .smoothConvex(smoothness: smoothness), steps: steps, metric: .functionGap,
      initial: .distance)
    let method = try WorstCaseMethod(
      named: "sgd", settings: [("learningRate", learningRate)])
    let traced = try method.traced(for: question)
    let problem = PerformanceProblem(question, traced)
    return WorstCaseCertificate(
      method: "sgd", settings: method.settings, question: question, coefficients: traced,
      dual: ChainCertificate.certificate(for: traced, in: problem)?.0,
      instance: OneDimensionalSearch(problem)?.search()?.0)
  }

  @Test(
    "gradient descent's worst case is 1/(4N + 2), proved both ways", arguments: [1, 2, 5, 10, 30])
  func gradientDescent(steps: Int) throws {
    let value = Rational(1, 4 * steps + 2)
    #expect(
      try Self.certificate(steps: steps).check() == .proved(upper: value, lower: value))
  }

  @Test("shorter steps and other scales have L/(4NγL + 2)")
  func scales() throws {
    let certificate = try Self.certificate(steps: 4, learningRate: "0.003", smoothness: 100)
    let value = Rational(100) * Rational(1, 4 * 4 * 3 + 20) * 10
    #expect(certificate.check() == .proved(upper: value, lower: value))
  }

  @Test("a certificate is the same after it was written and read")
  func roundTrip() throws {
    let certificate = try Self.certificate(steps: 3)
    let text = certificate.json.text()
    let read = try WorstCaseCertificate(JSONValue(parsing: Data(text.utf8)))
    #expect(read.json.text() == text)
    #expect(read.check() == certificate.check())
    #expect(read.programText == certificate.programText)
  }

  /// A change to a saved certificate, and what the check then names.
  struct Tampering: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let condition: String
    let change: @Sendable (inout [String: JSONValue]) -> Void
  }

  static func times(_ factor: Rational, _ value: JSONValue?) -> JSONValue {
    .string("\(factor * Rational(value?.string ?? "")!)")
  }

  static let tamperings: [Tampering] = [
    Tampering(testDescription: "tau lowered by 1e-6", condition: "semidefinite") {
      $0["tau"] = times(Rational(999_999, 1_000_000), $0["tau"])
    },
    Tampering(testDescription: "one multiplier changed", condition: "cancel") {
      var lambda = $0["lambda"]!.array!
      let entry = lambda[1].array!
      lambda[1] = .array([entry[0], entry[1], times(1.000001, entry[2])])
      $0["lambda"] = .array(lambda)
    },
    Tampering(testDescription: "a negative multiplier", condition: "negative") {
      var lambda = $0["lambda"]!.array!
      let entry = lambda[0].array!
      lambda[0] = .array([entry[0], entry[1], times(-1, entry[2])])
      $0["lambda"] = .array(lambda)
    },
    Tampering(testDescription: "a lower claim than is proved", condition: "not the upper bound") {
      $0["upper"] = times(Rational(999_999, 1_000_000), $0["upper"])
    },
    Tampering(testDescription: "a higher claim than is attained", condition: "not the lower bound")
    {
      $0["lower"] = times(Rational(1_000_001, 1_000_000), $0["lower"])
    },
    Tampering(testDescription: "another smoothness", condition: "semidefinite") {
      $0["constants"] = ["smoothness": "2"]
    },
    Tampering(testDescription: "another method", condition: "coefficients") {
      $0["settings"] = ["learningRate": "1/2"]
    },
    Tampering(testDescription: "a method that there is none of", condition: "no method") {
      $0["method"] = "sgdd"
    },
    Tampering(testDescription: "a pair that there is none of", condition: "no interpolation") {
      $0["lambda"] = .array($0["lambda"]!.array! + [[0, 0, "1"]])
    },
    Tampering(testDescription: "weights that do not sum to 1", condition: "sum to") {
      $0["metricWeights"] = ["2"]
    },
    Tampering(testDescription: "an instance that starts further away", condition: "initial") {
      var instance = $0["instance"]!.object!
      instance["weights"] = ["1.000001"]
      $0["instance"] = .object(instance)
    },
    Tampering(testDescription: "an instance of another function", condition: "interpolation") {
      var instance = $0["instance"]!.object!
      var values = instance["values"]!.array!
      values[2] = times(1.1, values[2])
      instance["values"] = .array(values)
      $0["instance"] = .object(instance)
    },
    Tampering(testDescription: "an instance with an imaginary coordinate", condition: "weight") {
      var instance = $0["instance"]!.object!
      instance["weights"] = ["-1"]
      $0["instance"] = .object(instance)
    },
    Tampering(testDescription: "nothing to check", condition: "neither") {
      $0["lambda"] = nil
      $0["tau"] = nil
      $0["instance"] = nil
    },
  ]

  @Test("a tampered certificate is rejected, and the condition named", arguments: tamperings)
  func tampered(tampering: Tampering) throws {
    var members = try Self.certificate(steps: 3).json.object!
    tampering.change(&members)
    let verdict = try WorstCaseCertificate(.object(members)).check()
    guard case .rejected(let condition) = verdict else {
      Issue.record("accepted: \(verdict)")
      return
    }
    #expect(condition.contains(tampering.condition), "\(condition)")
  }

  @Test(
    "what is no certificate is an error of its own",
    arguments: [
      "{}", "[]", "{\"format\": \"assay worst-case certificate 1\"}",
      "{\"format\": \"assay worst-case certificate 2\", \"method\": \"sgd\"}",
    ])
  func nonsense(text: String) throws {
    let json = try JSONValue(parsing: Data(text.utf8))
    let error = #expect(throws: CertificateFormatError.self) { try WorstCaseCertificate(json) }
    #expect(error?.exitCode == .data)
  }

  @Test(
    "members of the wrong kind, and counts beyond any question, are refused before they cost anything"
  )
  func hostile() throws {
    let members = try Self.certificate(steps: 2).json.object!
    let long = JSONValue.array([JSONValue](repeating: "1", count: 100_000))
    for (name, value) in [
      ("steps", .integer(1 << 40)), ("steps", -1), ("steps", "3"), ("tau", .number(0.5)),
      ("tau", "1/0"), ("tau", .string(String(repeating: "9", count: 1_000_000))),
      ("lambda", [["*", 1]]), ("lambda", [["*", .integer(1 << 40), "1"]]), ("lambda", "none"),
      ("metricWeights", long), ("coefficients", .null), ("class", "smooth"), ("constants", [:]),
      ("constants", ["smoothness": "-1"]), ("metric", "gap"), ("settings", .null),
      ("instance", ["weights": ["1"]]),
      ("instance", ["weights": long, "vectors": [], "values": []]),
    ] as [(String, JSONValue)] {
      var changed = members
      changed[name] = value
      #expect(throws: CertificateFormatError.self, "\(name): \(value)") {
        try WorstCaseCertificate(.object(changed))
      }
    }
  }

  @Test("multipliers without a common denominator of any sense are refused unread")
  func denominators() throws {
    var members = try Self.certificate(steps: 2).json.object!
    // Different primes' powers would make one of a million bits.
    var lambda = members["lambda"]!.array!
    for place in 0..<400 {
      let digits = "1" + String(repeating: "0", count: 3_000) + "\(2 * place + 1)"
      lambda.append([0, 1, .string("1/\(digits)")])
    }
    members["lambda"] = .array(lambda)
    let verdict = try WorstCaseCertificate(.object(members)).check()
    guard case .rejected(let condition) = verdict else {
      Issue.record("accepted")
      return
    }
    #expect(condition.contains("denominator"))
  }
}
