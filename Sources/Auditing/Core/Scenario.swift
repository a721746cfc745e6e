public import Diagnostics
public import Numbers

/// A run of an optimizer as data: groups of tensors, then what happens to them step by step.
///
/// Every check of behaviour runs scenarios, whatever the subject is written in. A scenario is what a
/// counterexample consists of, so it reads and writes the JSON of the wire protocol.
public struct Scenario: Sendable, Hashable {
  /// A group of tensors that share hyper-parameters.
  public struct Group: Sendable, Hashable {
    /// The tensors at the start, each as its values.
    public var parameters: [[Double]]
    /// What differs from the subject's own hyper-parameters, by canonical name.
    public var hyperparameters: [String: Rational]

    public init(parameters: [[Double]], hyperparameters: [String: Rational] = [:]) {
      self.parameters = parameters
      self.hyperparameters = hyperparameters
    }
  }

  public struct Step: Sendable, Hashable {
    /// The gradients, one list a group, one a tensor; nil where a tensor has none in this step.
    public var gradients: [[[Double]?]]
    /// The mean loss of the batch at the parameters that the gradients were taken at.
    public var loss: Double?
    /// Hyper-parameters set before the step: the group's index, and the new values.
    public var changes: [Int: [String: Rational]]
    /// Whether the state is saved and loaded into a fresh optimizer before the step.
    public var reloads: Bool

    public init(
      gradients: [[[Double]?]], loss: Double? = nil, changes: [Int: [String: Rational]] = [:],
      reloads: Bool = false
    ) {
      self.gradients = gradients
      self.loss = loss
      self.changes = changes
      self.reloads = reloads
    }
  }

  public var groups: [Group]
  public var steps: [Step]

  public init(groups: [Group], steps: [Step]) {
    self.groups = groups
    self.steps = steps
  }

  /// One tensor in one group.
  public init(start: [Double], gradients: [[Double]], losses: [Double]? = nil) {
    groups = [Group(parameters: [start])]
    steps = gradients.enumerated().map { index, gradient in
      Step(gradients: [[gradient]], loss: losses?[index])
    }
  }

  /// How many coordinates there are in all groups.
  public var scalarCount: Int {
    groups.reduce(0) { $0 + $1.parameters.reduce(0) { $0 + $1.count } }
  }

  /// Whether this run is another one and more steps.
  func continues(_ other: Scenario) -> Bool {
    groups == other.groups && steps.count > other.steps.count && steps.starts(with: other.steps)
  }

  /// The same run with every gradient passed through `body`.
  public func mappingGradients(_ body: (Double) -> Double) -> Scenario {
    var result = self
    for index in result.steps.indices {
      result.steps[index].gradients = result.steps[index].gradients.map { group in
        group.map { tensor in tensor.map { $0.map(body) } }
      }
    }
    return result
  }

  /// The same run from the start passed through `body`.
  public func mappingParameters(_ body: (Double) -> Double) -> Scenario {
    var result = self
    for index in result.groups.indices {
      result.groups[index].parameters = result.groups[index].parameters.map { $0.map(body) }
    }
    return result
  }
}

extension Scenario {
  /// The scenario in the terms of the wire protocol.
  public var json: JSONValue {
    [
      "groups": .array(
        groups.map { group in
          var object: [String: JSONValue] = [
            "parameters": .array(group.parameters.map { JSONValue($0) })
          ]
          if !group.hyperparameters.isEmpty {
            object["hyperparameters"] = hyperparameterJSON(group.hyperparameters)
          }
          return .object(object)
        }),
      "steps": .array(
        steps.map { step in
          var object: [String: JSONValue] = [
            "gradients": .array(
              step.gradients.map { group in
                .array(group.map { $0.map { JSONValue($0) } ?? .null })
              })
          ]
          if let loss = step.loss { object["loss"] = JSONValue(loss) }
          if !step.changes.isEmpty {
            object["set"] = .array(
              step.changes.sorted { $0.key < $1.key }.map { group, values in
                ["group": .integer(group), "hyperparameters": hyperparameterJSON(values)]
              })
          }
          if step.reloads { object["reload"] = true }
          return .object(object)
        }),
    ]
  }

  /// Reads what `json` wrote.
  public init(json: JSONValue) throws(CaseError) {
    guard let groups = json["groups"]?.array, let steps = json["steps"]?.array else {
      throw CaseError(message: "a scenario has groups and steps")
    }
    self.groups = []
    for group in groups {
      guard let tensors = group["parameters"]?.array else {
        throw CaseError(message: "a group has parameters")
      }
      var parameters: [[Double]] = []
      for tensor in tensors { parameters.append(try doubles(tensor, "parameters")) }
      self.groups.append(
        Group(
          parameters: parameters,
          hyperparameters: try hyperparameters(from: group["hyperparameters"])))
    }
    self.steps = []
    for step in steps {
      guard let lists = step["gradients"]?.array, lists.count == groups.count else {
        throw CaseError(message: "a step has one list of gradients a group")
      }
      var gradients: [[[Double]?]] = []
      for (list, group) in zip(lists, self.groups) {
        guard let tensors = list.array, tensors.count == group.parameters.count else {
          throw CaseError(message: "a list of gradients has one entry a tensor")
        }
        var values: [[Double]?] = []
        for (tensor, parameters) in zip(tensors, group.parameters) {
          if tensor == .null {
            values.append(nil)
          } else {
            let gradient = try doubles(tensor, "gradients")
            guard gradient.count == parameters.count else {
              throw CaseError(
                message: "\(gradient.count) gradients for \(parameters.count) parameters")
            }
            values.append(gradient)
          }
        }
        gradients.append(values)
      }
      var changes: [Int: [String: Rational]] = [:]
      for change in step["set"]?.array ?? [] {
        guard let group = change["group"]?.int, self.groups.indices.contains(group) else {
          throw CaseError(message: "`set` names a group that there is not")
        }
        changes[group] = try hyperparameters(from: change["hyperparameters"])
      }
      self.steps.append(
        Step(
          gradients: gradients, loss: step["loss"]?.double, changes: changes,
          reloads: step["reload"]?.bool ?? false))
    }
  }
}

/// A case in a failure file that cannot be read.
public struct CaseError: Diagnosable, Equatable {
  public let message: String
  public var exitCode: ExitCode { .data }

  public init(message: String) { self.message = message }
}

/// Exact values: as the texts that denote them, or as numbers that are these values to the bit.
func hyperparameterJSON(_ values: [String: Rational]) -> JSONValue {
  .object(
    values.mapValues { value in
      let text = value.decimalDescription
      // A number is the binary value that it denotes: shorter than all of its digits.
      let double = Double(value)
      if text.count > 17, double.isFinite, Rational(exactly: double) == value {
        return .number(double)
      }
      return .string(text)
    })
}

private func hyperparameters(from json: JSONValue?) throws(CaseError) -> [String: Rational] {
  var values: [String: Rational] = [:]
  for (name, value) in json?.object ?? [:] {
    let exact =
      value.string.flatMap { Rational($0) } ?? value.double.flatMap { Rational(exactly: $0) }
    guard let exact else { throw CaseError(message: "\(name) is no exact number: \(value)") }
    values[name] = exact
  }
  return values
}

func doubles(_ json: JSONValue, _ name: String) throws(CaseError) -> [Double] {
  var values: [Double] = []
  for element in json.array ?? [] {
    guard let value = element.double else {
      throw CaseError(message: "\(name) holds \(element), which is no number")
    }
    values.append(value)
  }
  return values
}
