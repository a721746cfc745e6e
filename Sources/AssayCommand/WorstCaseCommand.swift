public import ArgumentParser
public import Convergence
internal import Diagnostics
internal import Foundation
internal import Numbers
internal import Optimizers

/// `assay worst-case`.
struct WorstCaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worst-case",
    abstract: "Proves how badly a first-order method can do on a class of functions.",
    discussion: """
      METHOD is a built-in optimizer or a wrapper over one, traced to the affine maps that it is, or ogm, \
      triple-momentum, nesterov, proximal, subgradient. The bound from above is proved by multipliers, \
      the one from below by an instance; both are checked in exact arithmetic, so no solver is trusted. \
      The initial quantity is at most 1; distances and gradient norms are squared.

      Examples:
        assay worst-case sgd --set learningRate=1 --class smooth-convex --smoothness 1 --steps 10
        assay worst-case sgd --set learningRate=0.1 --set momentum=0.9 --class smooth-convex \
      --smoothness 1 --steps 10 --save momentum.json
        assay worst-case nesterov --class smooth-strongly-convex --smoothness 1 --convexity 0.1 \
      --steps 5 --metric distance
        assay worst-case subgradient --class lipschitz-convex --lipschitz 1 --steps 9 --iterate best
        assay worst-case --check momentum.json
        assay worst-case sgd --set learningRate=1 --set momentum=0.5194 --set nesterov=true \
      --class smooth-strongly-convex --smoothness 1 --convexity 0.1 --linear-rate

      With --check, exit code 0 where the certificate proves its bounds, 1 where it does not.
      """)

  @Argument(
    help: ArgumentHelp(
      "A built-in optimizer, a wrapper over one, or a method of the literature.",
      valueName: "method"))
  var method: String?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("A hyper-parameter or option; may be repeated.", valueName: "key=value"))
  var settings: [String] = []

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp(
      "smooth-convex, smooth-strongly-convex, smooth-nonconvex, lipschitz-convex, proximal or"
        + " finite-sum.", valueName: "class"))
  var functionClass: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("L, the Lipschitz constant of the gradient.", valueName: "L"))
  var smoothness: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("mu, the constant of strong convexity.", valueName: "mu"))
  var convexity: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("M, the bound on subgradients.", valueName: "M"))
  var lipschitz: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How many functions a finite sum has.", valueName: "n"))
  var components: Int = 2

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "A finite sum's bound on the mean square of the gradients at the minimiser.",
      valueName: "number"))
  var noise: String = "0"

  @Option(parsing: .unconditional, help: ArgumentHelp("N, at most 200.", valueName: "N"))
  var steps: Int?

  @Option(help: "function-gap, distance or gradient-norm.")
  var metric: WorstCaseQuestion.Metric = .functionGap

  @Option(help: "last, best or average: which iterate the metric is of.")
  var iterate: WorstCaseQuestion.Iterate = .last

  @Option(help: "distance, function-gap or gradient-norm: what is at most 1 at the start.")
  var initial: WorstCaseQuestion.Metric = .distance

  @Flag(
    name: .customLong("linear-rate"),
    help: ArgumentHelp(
      "Prove a rate for all steps at once by a Lyapunov function, in place of a bound after N."))
  var isLinearRate = false

  @Option(
    name: .customLong("solver-seconds"),
    help: ArgumentHelp("How long a solver may take for one program.", valueName: "seconds"))
  var solverSeconds: Double = 300

  @Option(
    help: ArgumentHelp(
      "Write the certificate there, and the solver's program beside it as .dat-s.",
      valueName: "file"))
  var save: String?

  @Option(
    help: ArgumentHelp("Check a saved certificate, without any solver.", valueName: "file"))
  var check: String?

  @OptionGroup var output: OutputOptions

  func run() async throws {
    guard output.format == .text || output.format == .json else {
      throw UsageError(
        "a worst case comes as text or json, not as \(output.format.rawValue)", place: "--format")
    }
    if let check {
      guard method == nil, save == nil else {
        throw UsageError("--check stands alone: the certificate names its method", place: "--check")
      }
      try checkCertificate(at: check)
    } else if isLinearRate {
      try await findLinearRate()
    } else {
      try await findWorstCase()
    }
  }

  private func findLinearRate() async throws {
    guard let method else {
      throw UsageError("there is no method: name a METHOD, or a certificate by --check")
    }
    guard steps == nil, save == nil else {
      throw UsageError(
        "--linear-rate is of all steps and saves no certificate", place: "--linear-rate")
    }
    let functionClass = try makeClass()
    try functionClass.checkForLinearRates()
    let optimizer = try Optimizer(
      named: method,
      settings: try typedSettings(settings, option: "--set").map { ($0.key, $0.value) })
    try output.checkOutput()
    let found = try await Interruption.cancelling {
      () -> Result<LinearRate.Answer, any Error> in
      do {
        return .success(try await LinearRate.answer(optimizer, on: functionClass))
      } catch { return .failure(error) }
    }.get()
    try output.write(output.format == .json ? found.json.text() + "\n" : found.text)
  }

  private func findWorstCase() async throws {
    guard let method else {
      throw UsageError("there is no method: name a METHOD, or a certificate by --check")
    }
    guard let steps else { throw UsageError("how many steps? --steps N", place: "--steps") }
    guard solverSeconds > 0, solverSeconds <= 86_400 else {
      throw UsageError(
        "a time limit lies above 0 and up to 86400 seconds, not at \(solverSeconds)",
        place: "--solver-seconds")
    }
    let question = try WorstCaseQuestion(
      try makeClass(), steps: steps, metric: metric, iterate: iterate, initial: initial)
    let subject = try WorstCaseMethod(
      named: method,
      settings: try typedSettings(settings, option: "--set").map { ($0.key, $0.value) })
    try output.checkOutput()
    if let save { try OutputOptions.check(save) }
    var search = WorstCase(subject, question)
    search.solverSeconds = solverSeconds
    let bar = ProgressBar(label: "worst case of \(subject.name),")
    search.progress = { item in bar.show(item) }
    defer { bar.clear() }
    let running = search
    let report = try await Interruption.cancelling { () -> Result<WorstCaseReport, any Error> in
      do { return .success(try await running.run()) } catch { return .failure(error) }
    }.get()
    if let save, let certificate = report.certificate {
      try OutputOptions.write(certificate.json.text() + "\n", to: save)
      try OutputOptions.write(
        certificate.programText,
        to: URL(fileURLWithPath: save).deletingPathExtension().path + ".dat-s")
    }
    try output.write(output.format == .json ? report.json.text() + "\n" : report.text)
    if report.status == .failed {
      throw ArgumentParser.ExitCode(Diagnostics.ExitCode.software.rawValue)
    }
  }

  private func makeClass() throws -> FunctionClass {
    func number(_ text: String?, _ option: String) throws(UsageError) -> Rational {
      guard let text else {
        throw UsageError("\(functionClass ?? "") needs \(option)", place: option)
      }
      guard let value = Rational(text) else {
        throw UsageError("'\(text.prefix(64))' is no number", place: option)
      }
      return value
    }
    let (L, mu) = ("--smoothness", "--convexity")
    switch functionClass {
    case nil:
      throw UsageError(
        "over which functions? --class \(FunctionClass.names.joined(separator: "|"))",
        place: "--class")
    case "smooth-convex": return .smoothConvex(smoothness: try number(smoothness, L))
    case "smooth-strongly-convex":
      return .smoothStronglyConvex(
        convexity: try number(convexity, mu), smoothness: try number(smoothness, L))
    case "smooth-nonconvex": return .smoothNonconvex(smoothness: try number(smoothness, L))
    case "lipschitz-convex":
      return .lipschitzConvex(bound: try number(lipschitz, "--lipschitz"))
    case "proximal": return .proximal
    case "finite-sum":
      return .finiteSum(
        components: components, convexity: try number(convexity ?? "0", mu),
        smoothness: try number(smoothness, L), noise: try number(noise, "--noise"))
    case let other?:
      let hint =
        nearestName(to: other, among: FunctionClass.names)
        .map { "; did you mean '\($0)'?" }
        ?? "; there are \(FunctionClass.names.joined(separator: ", "))"
      throw UsageError("unknown class '\(other.prefix(64))'\(hint)", place: "--class")
    }
  }

  private func checkCertificate(at path: String) throws {
    try output.checkOutput()
    let certificate = try CertificateFile.certificate(at: path)
    let verdict = certificate.check()
    switch output.format {
    case .json: try output.write(json(verdict, of: certificate).text() + "\n")
    default: try output.write(text(verdict, of: certificate, path: path))
    }
    if case .rejected = verdict {
      throw ArgumentParser.ExitCode(Diagnostics.ExitCode.refuted.rawValue)
    }
  }

  private func json(
    _ verdict: WorstCaseCertificate.Verdict, of certificate: WorstCaseCertificate
  ) -> JSONValue {
    var members: [String: JSONValue] = ["method": .string(certificate.method)]
    func bound(_ value: Rational?) -> JSONValue {
      value.map {
        ["value": JSONValue(Double($0)), "rational": .string("\($0)"), "verified": true]
      }
        ?? .null
    }
    switch verdict {
    case .proved(let upper, let lower):
      members["proved"] = true
      members["upper"] = bound(upper)
      members["lower"] = bound(lower)
      members["condition"] = .null
    case .rejected(let condition):
      members["proved"] = false
      members["condition"] = .string(condition)
    }
    return .object(members)
  }

  private func text(
    _ verdict: WorstCaseCertificate.Verdict, of certificate: WorstCaseCertificate, path: String
  ) -> String {
    switch verdict {
    case .proved(let upper, let lower):
      let bounds = [
        upper.map { "at most \(Double($0))" }, lower.map { "at least \(Double($0))" },
      ].compactMap(\.self).joined(separator: ", ")
      return "\(path): proved: the worst case of \(certificate.method) after"
        + " \(certificate.question.steps) steps is \(bounds)\n"
    case .rejected(let condition): return "\(path): rejected: \(condition)\n"
    }
  }
}

/// A certificate's file.
private enum CertificateFile {
  /// What no certificate of ours comes near.
  static let byteLimit = 64 << 20

  static func certificate(at path: String) throws(InputFileError) -> WorstCaseCertificate {
    let contents = try contents(of: path)
    do {
      return try WorstCaseCertificate(try JSONValue(parsing: contents))
    } catch {
      throw InputFileError(
        place: path, message: (error as? any Diagnosable)?.message ?? "\(error)", exitCode: .data)
    }
  }

  private static func contents(of path: String) throws(InputFileError) -> Data {
    let handle: FileHandle
    do {
      handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    } catch {
      throw InputFileError(place: path, message: "cannot be read", exitCode: .noInput)
    }
    defer { try? handle.close() }
    let data: Data
    do {
      data = try handle.read(upToCount: byteLimit + 1) ?? Data()
    } catch {
      throw InputFileError(place: path, message: "cannot be read", exitCode: .noInput)
    }
    guard data.count <= byteLimit else {
      throw InputFileError(
        place: path, message: "has more than \(byteLimit >> 20) MiB: no certificate is that long",
        exitCode: .data)
    }
    return data
  }
}

/// An input file that cannot be used.
private struct InputFileError: Diagnosable {
  let place: String?
  let message: String
  let exitCode: Diagnostics.ExitCode
}

extension WorstCaseQuestion.Metric: ExpressibleByArgument {}
extension WorstCaseQuestion.Iterate: ExpressibleByArgument {}
