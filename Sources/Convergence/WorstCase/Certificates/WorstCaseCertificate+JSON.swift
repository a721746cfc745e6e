public import Diagnostics
internal import Numbers

extension WorstCaseCertificate {
  static let format = "assay worst-case certificate 1"

  /// The certificate as it is saved; every number a `"p/q"`.
  public var json: JSONValue {
    var members: [String: JSONValue] = [
      "format": .string(Self.format), "method": .string(method),
      "settings": .object(
        Dictionary(settings.map { ($0.key, .string($0.value)) }, uniquingKeysWith: { $1 })),
      "class": .string(question.functionClass.name), "constants": constants,
      "steps": .integer(question.steps), "metric": .string(question.metric.rawValue),
      "iterate": .string(question.iterate.rawValue),
      "initial": .string(question.initial.rawValue),
      "coefficients": [
        "evaluations": .array(coefficients.evaluations.map { Self.json($0) }),
        "iterates": .array(coefficients.iterates.map { Self.json($0) }),
        "average": coefficients.average.map { Self.json($0) } ?? .null,
        "rounded": .bool(coefficients.isRounded),
      ],
    ]
    if let dual {
      let problem = PerformanceProblem(question, coefficients)
      members["upper"] = .string("\(claimed.upper ?? dual.bound(in: problem))")
      members["tau"] = .string("\(dual.initial)")
      members["metricWeights"] = Self.json(dual.metricWeights)
      members["lambda"] = .array(dual.multipliers.map { Self.json($0) })
    }
    if let instance {
      let problem = PerformanceProblem(question, coefficients)
      let value = problem.metrics.map { instance.value(of: $0) }.min() ?? 0
      members["lower"] = .string("\(claimed.lower ?? value)")
      members["instance"] = [
        "weights": Self.json(instance.weights),
        "vectors": .array(instance.vectors.map { Self.json($0) }),
        "values": Self.json(instance.values),
      ]
    }
    return .object(members)
  }

  private var constants: JSONValue {
    func text(_ value: Rational) -> JSONValue { .string("\(value)") }
    return switch question.functionClass {
    case .smoothConvex(let smoothness), .smoothNonconvex(let smoothness):
      ["smoothness": text(smoothness)]
    case .smoothStronglyConvex(let convexity, let smoothness):
      ["convexity": text(convexity), "smoothness": text(smoothness)]
    case .lipschitzConvex(let bound): ["lipschitz": text(bound)]
    case .proximal: .object([:])
    case .finiteSum(let components, let convexity, let smoothness, let noise):
      [
        "components": .integer(components), "convexity": text(convexity),
        "smoothness": text(smoothness), "noise": text(noise),
      ]
    }
  }

  private static func json(_ numbers: [Rational]) -> JSONValue {
    .array(numbers.map { .string("\($0)") })
  }

  /// `["pair", i, j, "p/q"]`, points counted from 0, the minimiser `"*"`.
  private static func json(_ multiplier: DualCertificate.Multiplier) -> JSONValue {
    func point(_ index: Int) -> JSONValue { index == 0 ? "*" : .integer(index - 1) }
    let value = JSONValue.string("\(multiplier.value)")
    return switch multiplier.constraint {
    case .pair(let i, let j): [point(i), point(j), value]
    case .minimality(let i): ["minimality", point(i), value]
    case .bound(let i): ["bound", point(i), value]
    case .noise: ["noise", 0, value]
    }
  }
}

extension WorstCaseCertificate {
  /// Reads a certificate. Counts are checked before anything is made of them.
  public init(_ json: JSONValue) throws(CertificateFormatError) {
    let reader = CertificateReader(json)
    guard json["format"]?.string == Self.format else {
      throw CertificateFormatError("its format is not '\(Self.format)'")
    }
    let question = try reader.question()
    let coefficients = try reader.coefficients(steps: question.steps)
    var dual: DualCertificate?
    if json["tau"] != nil || json["lambda"] != nil {
      dual = DualCertificate(
        multipliers: try reader.multipliers(points: coefficients.evaluations.count + 4),
        initial: try reader.number("tau"), metricWeights: try reader.numbers("metricWeights"))
    }
    var instance: RunInstance?
    if let member = json["instance"] {
      let inner = CertificateReader(member)
      instance = RunInstance(
        weights: try inner.numbers("weights"), vectors: try inner.rows("vectors"),
        values: try inner.numbers("values"))
    }
    guard let method = json["method"]?.string, let settings = json["settings"]?.object else {
      throw CertificateFormatError("it names no method with its settings")
    }
    self.init(
      method: method,
      settings: settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value.string ?? "") },
      question: question, coefficients: coefficients, dual: dual, instance: instance,
      claimed: (
        json["upper"] == nil ? nil : try reader.number("upper"),
        json["lower"] == nil ? nil : try reader.number("lower")
      ))
  }
}

/// Reads the members of a certificate.
private struct CertificateReader {
  /// The most numbers in a list of a certificate.
  static let countLimit = 1_000

  private let json: JSONValue

  init(_ json: JSONValue) { self.json = json }

  private func member(_ name: String) throws(CertificateFormatError) -> JSONValue {
    guard let value = json[name] else { throw CertificateFormatError("it has no \"\(name)\"") }
    return value
  }

  private func rational(
    _ value: JSONValue, _ name: String
  ) throws(CertificateFormatError) -> Rational {
    guard let text = value.string, let number = Rational(text) else {
      throw CertificateFormatError(
        "\"\(name)\" holds \(value.text(isIndented: false).prefix(40)), which is no \"p/q\"")
    }
    return number
  }

  func number(_ name: String) throws(CertificateFormatError) -> Rational {
    try rational(try member(name), name)
  }

  private func list(
    _ value: JSONValue, _ name: String, limit: Int = countLimit
  ) throws(CertificateFormatError) -> [JSONValue] {
    guard let list = value.array, list.count <= limit else {
      throw CertificateFormatError("\"\(name)\" is no list of up to \(limit)")
    }
    return list
  }

  func numbers(_ name: String) throws(CertificateFormatError) -> [Rational] {
    try numbers(try member(name), name)
  }

  private func numbers(
    _ value: JSONValue, _ name: String
  ) throws(CertificateFormatError) -> [Rational] {
    var numbers: [Rational] = []
    for entry in try list(value, name) { numbers.append(try rational(entry, name)) }
    return numbers
  }

  func rows(_ name: String) throws(CertificateFormatError) -> [[Rational]] {
    var rows: [[Rational]] = []
    for entry in try list(try member(name), name) { rows.append(try numbers(entry, name)) }
    return rows
  }

  func question() throws(CertificateFormatError) -> WorstCaseQuestion {
    let constants = CertificateReader(try member("constants"))
    guard let name = json["class"]?.string else {
      throw CertificateFormatError("it names no class")
    }
    let functionClass: FunctionClass
    switch name {
    case "smooth-convex":
      functionClass = .smoothConvex(smoothness: try constants.number("smoothness"))
    case "smooth-strongly-convex":
      functionClass = .smoothStronglyConvex(
        convexity: try constants.number("convexity"),
        smoothness: try constants.number("smoothness"))
    case "smooth-nonconvex":
      functionClass = .smoothNonconvex(smoothness: try constants.number("smoothness"))
    case "lipschitz-convex":
      functionClass = .lipschitzConvex(bound: try constants.number("lipschitz"))
    case "proximal": functionClass = .proximal
    case "finite-sum":
      functionClass = .finiteSum(
        components: try constants.member("components").int ?? 0,
        convexity: try constants.number("convexity"),
        smoothness: try constants.number("smoothness"), noise: try constants.number("noise"))
    default: throw CertificateFormatError("there is no class \(name.prefix(64))")
    }
    guard let steps = json["steps"]?.int,
      let metric = json["metric"]?.string.flatMap(WorstCaseQuestion.Metric.init(rawValue:)),
      let iterate = json["iterate"]?.string.flatMap(WorstCaseQuestion.Iterate.init(rawValue:)),
      let initial = json["initial"]?.string.flatMap(WorstCaseQuestion.Metric.init(rawValue:))
    else { throw CertificateFormatError("it asks no question: steps, metric, iterate, initial") }
    do throws(WorstCaseError) {
      return try WorstCaseQuestion(
        functionClass, steps: steps, metric: metric, iterate: iterate, initial: initial)
    } catch {
      throw CertificateFormatError(error.message)
    }
  }

  func coefficients(steps: Int) throws(CertificateFormatError) -> FixedCoefficientMethod {
    let inner = CertificateReader(try member("coefficients"))
    let evaluations = try inner.rows("evaluations")
    let iterates = try inner.rows("iterates")
    guard iterates.count == steps + 1, evaluations.count <= 2 * WorstCaseQuestion.stepLimit,
      let isRounded = try inner.member("rounded").bool
    else {
      throw CertificateFormatError("its coefficients are not those of \(steps) steps")
    }
    let average = try inner.member("average")
    return FixedCoefficientMethod(
      evaluations: evaluations, iterates: iterates,
      average: average == .null ? nil : try inner.numbers(average, "average"),
      isRounded: isRounded)
  }

  func multipliers(
    points: Int
  ) throws(CertificateFormatError) -> [DualCertificate.Multiplier] {
    // Twice the pairs: a multiplier may be given in parts.
    let limit = 2 * (points + WorstCaseQuestion.stepLimit) * (points + WorstCaseQuestion.stepLimit)
    var multipliers: [DualCertificate.Multiplier] = []
    for entry in try list(try member("lambda"), "lambda", limit: limit) {
      guard let fields = entry.array, fields.count == 3 else {
        throw CertificateFormatError(
          "\"lambda\" holds \(entry.text(isIndented: false).prefix(40)), which is no [i, j, \"p/q\"]"
        )
      }
      func point(_ value: JSONValue) throws(CertificateFormatError) -> Int {
        if value == "*" { return 0 }
        guard let index = value.int, (0...2 * WorstCaseQuestion.stepLimit).contains(index) else {
          throw CertificateFormatError(
            "\"lambda\" holds \(value.text(isIndented: false).prefix(40)), which is no point")
        }
        return index + 1
      }
      let constraint: RunConstraint =
        switch fields[0] {
        case "minimality": .minimality(try point(fields[1]))
        case "bound": .bound(try point(fields[1]))
        case "noise": .noise
        default: .pair(try point(fields[0]), try point(fields[1]))
        }
      multipliers.append(
        .init(constraint: constraint, value: try rational(fields[2], "lambda")))
    }
    return multipliers
  }
}
