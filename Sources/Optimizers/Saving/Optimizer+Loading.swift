internal import Diagnostics
internal import Foundation
internal import Numbers

extension Optimizer {
  /// Replaces a state by one that `save` wrote.
  ///
  /// The state is first made for the parameters, by `makeState`: its tensors, their groups and the format of
  /// its slots must be those of the file. The groups' hyper-parameters come from the file; the settings of
  /// stages and wrappers are this optimizer's, and must be the same there.
  ///
  /// Files may be hostile: every size is checked before memory is taken, which is at most the header's and
  /// that of the state itself.
  ///
  /// - Throws: where the file cannot be read, breaks the format, or is the state of another optimizer or of
  ///   other parameters; `state` is then as it was.
  public func load<S>(
    _ path: String, into state: inout OptimizerState<S>
  ) throws(SavedStateError) {
    do {
      try decode(try ByteSource(reading: path), into: &state)
    } catch {
      var error = error
      error.place = path
      throw error
    }
  }

  /// Replaces a state by one that `encoded` made into bytes.
  public func decode<S>(
    _ bytes: [UInt8], into state: inout OptimizerState<S>
  ) throws(SavedStateError) {
    try decode(ByteSource(bytes), into: &state)
  }

  func decode<S>(
    _ source: ByteSource, into state: inout OptimizerState<S>
  ) throws(SavedStateError) {
    let header = try SafetensorsHeader(reading: source)
    guard let text = header.metadata[SavedState.metadataKey] else {
      throw SavedStateError(.notAState)
    }
    let json: JSONValue
    do {
      json = try StrictJSON.parse(Array(text.utf8))
    } catch {
      throw .malformed("\(SavedState.metadataKey), byte \(error.offset): \(error.reason)")
    }
    let version = try json.count("version")
    guard version == SavedState.version else { throw SavedStateError(.unknownVersion(version)) }
    try checkIdentity(json, scalar: S.savedType)
    var loaded = state
    try loadCounters(json, into: &loaded)
    try loadGroups(json, into: &loaded)
    try loadTensors(json, into: &loaded)
    try loadNumbers(source, header, into: &loaded)
    state = loaded
  }

  private func checkIdentity(
    _ json: JSONValue, scalar: SavedType
  ) throws(SavedStateError) {
    let type = try json.text("type")
    guard type == scalar.rawValue else {
      throw .differs("the parameters' type", file: type, here: scalar.rawValue)
    }
    let saved = try json.pairs("identity")
    let own = SavedState.identity(of: self)
    for (there, here) in zip(saved, own) {
      guard there.0 == here.what else {
        throw .differs("what it consists of", file: there.0, here: here.what)
      }
      guard there.1 == here.value else {
        throw .differs(here.what, file: "'\(there.1)'", here: "'\(here.value)'")
      }
    }
    guard saved.count == own.count else {
      throw .differs("the number of its settings", file: "\(saved.count)", here: "\(own.count)")
    }
  }

  private func loadCounters<S>(
    _ json: JSONValue, into state: inout OptimizerState<S>
  ) throws(SavedStateError) {
    state.stepCount = try json.count("stepCount")
    state.skippedSteps = try json.count("skippedSteps")
    state.vanishedLossWeights = try json.count("vanishedLossWeights")
    state.lossScale.goodSteps = try json.count("stepsAtLossScale")
    state.pendingMicroBatches = try json.count("pendingMicroBatches")
    guard state.pendingMicroBatches < microBatches else {
      throw .malformed(
        "\(state.pendingMicroBatches) micro-batches wait, of \(microBatches) in a batch")
    }
  }

  private func loadGroups<S>(
    _ json: JSONValue, into state: inout OptimizerState<S>
  ) throws(SavedStateError) {
    let groups = try json.list("groups", of: "groups", count: state.groups.count)
    for (index, group) in groups.enumerated() {
      state.groups[index].clock.count = try group.count("steps")
      var values = rule.hyperparameters
      let pairs = try group.pairs("hyperparameters")
      guard pairs.map(\.0) == values.map(\.key.name) else {
        throw .differs(
          "the list of hyper-parameters", file: pairs.map(\.0).joined(separator: " "),
          here: values.map(\.key.name).joined(separator: " "))
      }
      for (name, text) in pairs {
        guard let value = Rational(text) else {
          throw .malformed("group \(index): \(name) is '\(text.prefix(40))', which is no number")
        }
        // A value that the rule itself has is as good as it was there: an ε of 0 is.
        if values.key(named: name).flatMap({ values[$0] }) == value { continue }
        do {
          values.set(try checkedKey(name, value: value), to: value)
        } catch {
          throw .malformed("group \(index): \(error.message)")
        }
      }
      let clock = state.groups[index].clock
      state.groups[index] = .init(values)
      state.groups[index].clock = clock
    }
  }

  /// Makes room for what the file says that it keeps of each tensor, once that is what can be kept.
  private func loadTensors<S>(
    _ json: JSONValue, into state: inout OptimizerState<S>
  ) throws(SavedStateError) {
    let tensors = try json.list("tensors", of: "tensors", count: state.tensors.count)
    let vectorCount = stages.reduce(0) { $0 + $1.vectorCount }
    for (index, tensor) in tensors.enumerated() {
      let own = state.tensors[index]
      for (key, here) in [("count", own.count), ("group", own.group)] {
        let there = try tensor.count(key)
        guard there == here else {
          throw .differs("the \(key) of tensor \(index)", file: "\(there)", here: "\(here)")
        }
      }
      let format = try tensor.text("format")
      guard format == own.format.rawValue else {
        throw .differs(
          "the slot format of tensor \(index)", file: format, here: own.format.rawValue)
      }
      state.tensors[index].clock.count = try tensor.count("steps")
      state.tensors[index].gradientCount = try tensor.count("gradients")
      let zeros = { [S](repeating: 0, count: $0 ? own.count : 0) }
      let keepsVectors = try tensor.flag("wrapperVectors")
      state.tensors[index].vectors =
        keepsVectors ? wrappers.map { zeros($0.vectorName != nil) } : []
      let keepsStages = try tensor.flag("stageVectors")
      let remembers = try tensor.flag("previous")
      if keepsStages && vectorCount == 0 || remembers && curvature == nil {
        throw .malformed("tensor \(index) keeps numbers of stages that there are not")
      }
      state.tensors[index].stageVectors =
        keepsStages ? [S](repeating: 0, count: vectorCount * own.count) : []
      state.tensors[index].previousGradients = zeros(remembers)
      state.tensors[index].previousParameters = zeros(remembers)
      let waits = try tensor.flag("accumulated")
      if waits && state.pendingMicroBatches == 0 {
        throw .malformed("tensor \(index) waits for a batch, and no micro-batch does")
      }
      state.tensors[index].hasAccumulated = waits
      state.tensors[index].accumulated = zeros(waits)
    }
  }
}

extension JSONValue {
  fileprivate func count(_ key: String) throws(SavedStateError) -> Int {
    guard case .integer(let value) = self[key], value >= 0, value <= SavedState.largestCount else {
      throw .malformed("\(key) is no count")
    }
    return value
  }

  fileprivate func text(_ key: String) throws(SavedStateError) -> String {
    guard let text = self[key]?.string else { throw .malformed("\(key) is no text") }
    return text
  }

  fileprivate func flag(_ key: String) throws(SavedStateError) -> Bool {
    guard let flag = self[key]?.bool else { throw .malformed("\(key) is neither true nor false") }
    return flag
  }

  fileprivate func list(
    _ key: String, of what: String, count: Int
  ) throws(SavedStateError) -> [JSONValue] {
    guard let list = self[key]?.array else { throw .malformed("\(key) is no list") }
    guard list.count == count else {
      throw .differs("the number of \(what)", file: "\(list.count)", here: "\(count)")
    }
    return list
  }

  fileprivate func pairs(_ key: String) throws(SavedStateError) -> [(String, String)] {
    guard let list = self[key]?.array else { throw .malformed("\(key) is no list") }
    var pairs: [(String, String)] = []
    for entry in list {
      guard let pair = entry.array, pair.count == 2, let name = pair[0].string,
        let value = pair[1].string
      else { throw .malformed("\(key) is no list of pairs of texts") }
      pairs.append((name, value))
    }
    return pairs
  }
}

extension ByteSource {
  /// - Throws: where there is no such file, or it is none that can be read in any order.
  init(reading path: String) throws(SavedStateError) {
    do {
      let attributes = try FileManager.default.attributesOfItem(
        atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
      guard attributes[.type] as? FileAttributeType == .typeRegular,
        let size = attributes[.size] as? NSNumber
      else { throw SavedStateError(.unreadable(reason: "it is no regular file")) }
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      self.init(size: size.intValue) { range throws(SavedStateError) in
        let data: Data?
        do {
          try handle.seek(toOffset: UInt64(range.lowerBound))
          data = range.isEmpty ? Data() : try handle.read(upToCount: range.count)
        } catch {
          throw SavedStateError(.unreadable(reason: reason(error)))
        }
        guard let data, data.count == range.count else {
          throw .malformed("the file ends at byte \(range.lowerBound + (data?.count ?? 0))")
        }
        return [UInt8](data)
      }
    } catch let error as SavedStateError {
      throw error
    } catch {
      throw SavedStateError(.unreadable(reason: reason(error)))
    }
  }
}
