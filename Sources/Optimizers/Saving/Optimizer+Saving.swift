internal import Diagnostics
internal import Foundation
internal import Numbers

extension Optimizer {
  /// Writes a state to a file, so that a run goes on from it as if it had never stopped, to the bit.
  ///
  /// The file is a safetensors file, which Python reads by `safetensors.numpy.load_file`. Its tensors are
  /// - `tensors.0.m`, a slot of the first tensor by the rule's name, `F32` or `F64` as the parameters are, or
  ///   `BF16` or `F16` where the state keeps it so; `tensors.0.wrappers.1.slow`, the number that the second
  ///   wrapper keeps; `tensors.0.stages.noiseMean+noiseSquare`, what all stages keep, a row each;
  ///   `tensors.0.previousGradients`, `tensors.0.previousParameters` and `tensors.0.accumulated`;
  /// - `tensors.0.history` and `groups.0.history`, the numbers that `prepare` keeps, `F64`;
  /// - `pendingLoss`, `lossScale`, `curvatureSum` and `curvatureWeight`, one `F64` each.
  ///
  /// Everything else is JSON, as one text in the metadata under `assay.optimizer-state`: the version, the
  /// optimizer's `identity` (its name, its options, the exact settings of its stages and wrappers), the type
  /// of the parameters, the counters, for each group its hyper-parameters as exact fractions and its steps,
  /// for each tensor its group, count, slot format and steps. One file and not two, so that the two kinds of
  /// content cannot come apart.
  ///
  /// The file appears at once and whole: it is written under another name beside it, and renamed.
  ///
  /// - Throws: where the file cannot be written; one that was there is then as it was.
  public func save<S>(
    _ state: OptimizerState<S>, to path: String
  ) throws(SavedStateError) {
    do {
      try Data(encoded(state)).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw SavedStateError(.unwritable(reason: reason(error)), in: path)
    }
  }

  /// The bytes that `save` writes.
  public func encoded<S>(_ state: OptimizerState<S>) -> [UInt8] {
    var writer = SafetensorsWriter()
    var contents: [(inout [UInt8]) -> Void] = []
    func scalar(_ name: String, _ value: Double) {
      writer.place(name, .float64, shape: [])
      contents.append { $0.append(littleEndian: value.bitPattern) }
    }
    func history(_ name: String, _ history: Slots<Double>) {
      writer.place(name, .float64, shape: [4])
      for place in history.indices {
        let bits = history[place].bitPattern
        contents.append { $0.append(littleEndian: bits) }
      }
    }
    scalar("pendingLoss", state.pendingLoss)
    scalar("lossScale", state.lossScale.scale)
    scalar("curvatureSum", state.curvatureRecord.sum)
    scalar("curvatureWeight", state.curvatureRecord.weight)
    for (index, group) in state.groups.enumerated() {
      history("groups.\(index).history", group.clock.history)
    }
    for (index, tensor) in state.tensors.enumerated() {
      for (part, saved) in SavedState.parts(of: tensor, at: index, self) {
        if part == .history {
          history(saved.name, tensor.clock.history)
          continue
        }
        writer.place(saved.name, saved.type, shape: saved.shape)
        contents.append { bytes in
          if case .slot(let slot) = part, let packed = tensor.packedBits(slot: slot) {
            for number in packed { bytes.append(littleEndian: number) }
          } else {
            S.append(tensor.numbers(of: part), to: &bytes)
          }
        }
      }
    }
    writer.metadata[SavedState.metadataKey] = description(of: state).text(isIndented: false)
    var bytes = writer.header
    bytes.reserveCapacity(bytes.count + writer.dataSize)
    for content in contents { content(&bytes) }
    return bytes
  }

  private func description<S>(of state: OptimizerState<S>) -> JSONValue {
    [
      "version": .integer(SavedState.version),
      "identity": .array(
        SavedState.identity(of: self).map { [.string($0.what), .string($0.value)] }),
      "type": .string(S.savedType.rawValue),
      "stepCount": .integer(state.stepCount), "skippedSteps": .integer(state.skippedSteps),
      "vanishedLossWeights": .integer(state.vanishedLossWeights),
      "stepsAtLossScale": .integer(state.lossScale.goodSteps),
      "pendingMicroBatches": .integer(state.pendingMicroBatches),
      "groups": .array(
        state.groups.map { group in
          [
            "hyperparameters": .array(
              group.hyperparameters.map { [.string($0.key.name), .string("\($0.value)")] }),
            "steps": .integer(group.clock.count),
          ]
        }),
      "tensors": .array(
        state.tensors.map { tensor in
          [
            "group": .integer(tensor.group), "count": .integer(tensor.count),
            "format": .string(tensor.format.rawValue), "steps": .integer(tensor.clock.count),
            "gradients": .integer(tensor.gradientCount),
            "wrapperVectors": .bool(!tensor.vectors.isEmpty),
            "stageVectors": .bool(!tensor.stageVectors.isEmpty),
            "previous": .bool(!tensor.previousGradients.isEmpty),
            "accumulated": .bool(tensor.hasAccumulated),
          ]
        }),
    ]
  }
}

func reason(_ error: any Error) -> String {
  let text = (error as NSError).localizedDescription
  return text.isEmpty ? "\(error)" : text
}

extension OptimizerState.Tensor {
  /// The numbers of a part that are kept as the parameters are.
  func numbers(of part: SavedState.Part) -> [S] {
    switch part {
    case .slot(let slot): self[slot: slot]
    case .wrapperVector(let place): vectors[place]
    case .stageVectors: stageVectors
    case .previousGradients: previousGradients
    case .previousParameters: previousParameters
    case .accumulated: accumulated
    case .history: []
    }
  }
}

extension [UInt8] {
  mutating func append<Bits: FixedWidthInteger>(littleEndian bits: Bits) {
    for place in stride(from: 0, to: Bits.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: bits >> Bits(place)))
    }
  }
}
