internal import Numbers

extension Optimizer {
  /// Reads every tensor of the file into a state that has room for it.
  ///
  /// - Throws: where the file lacks one, has one too many, or one of another type or shape.
  func loadNumbers<S>(
    _ source: ByteSource, _ header: SafetensorsHeader, into state: inout OptimizerState<S>
  ) throws(SavedStateError) {
    var rest = Set(header.entries.keys)
    func entry(
      _ name: String, _ type: SavedType, _ shape: [Int]
    ) throws(SavedStateError) -> SafetensorsHeader.Entry {
      guard let entry = header.entries[name] else { throw .malformed("it lacks tensor '\(name)'") }
      guard entry.type == type, entry.shape == shape else {
        throw .differs(
          "tensor '\(name)'", file: "\(entry.type.rawValue) \(entry.shape.prefix(8))",
          here: "\(type.rawValue) \(shape)")
      }
      rest.remove(name)
      return entry
    }
    func doubles(_ name: String, _ shape: [Int]) throws(SavedStateError) -> [Double] {
      let bytes = try source.read(try entry(name, .float64, shape).range)
      return (0..<bytes.count / 8).map {
        Double(bitPattern: littleEndian(bytes, 8 * $0, count: 8))
      }
    }
    func history(_ name: String) throws(SavedStateError) -> Slots<Double> {
      let values = try doubles(name, [4])
      return Slots { values[$0] }
    }

    state.pendingLoss = try doubles("pendingLoss", [])[0]
    let scale = try doubles("lossScale", [])[0]
    guard lossScaling == nil ? scale == 1 : S(scale).isNormal && S(1 / scale).isNormal && scale > 0
    else { throw .malformed("the loss cannot be scaled by \(scale)") }
    state.lossScale.scale = scale
    state.curvatureRecord.sum = try doubles("curvatureSum", [])[0]
    state.curvatureRecord.weight = try doubles("curvatureWeight", [])[0]
    for index in state.groups.indices {
      state.groups[index].clock.history = try history("groups.\(index).history")
    }
    for index in state.tensors.indices {
      for (part, saved) in SavedState.parts(of: state.tensors[index], at: index, self) {
        if part == .history {
          state.tensors[index].clock.history = try history(saved.name)
          continue
        }
        let range = try entry(saved.name, saved.type, saved.shape).range
        try load(part, source, range, into: &state.tensors[index])
      }
    }
    if let name = rest.min() {
      throw .malformed("it has a tensor '\(name.prefix(60))' that is no part of the state")
    }
  }

  /// How many bytes are read at a time.
  private static var chunk: Int { 1 << 20 }

  private func load<S>(
    _ part: SavedState.Part, _ source: ByteSource, _ range: Range<Int>,
    into tensor: inout OptimizerState<S>.Tensor
  ) throws(SavedStateError) {
    if case .slot(let slot) = part, tensor.format != .full {
      var bits: [UInt16] = []
      bits.reserveCapacity(range.count / 2)
      try Optimizer.chunks(of: range) { piece throws(SavedStateError) in
        let bytes = try source.read(piece)
        for i in 0..<bytes.count / 2 {
          bits.append(UInt16(littleEndian(bytes, 2 * i, count: 2)))
        }
      }
      if !bits.isEmpty { tensor.packed[slot] = bits }
      return
    }
    var numbers: [S] = []
    numbers.reserveCapacity(range.count / S.savedType.size)
    try Optimizer.chunks(of: range) { piece throws(SavedStateError) in
      S.append(from: try source.read(piece), to: &numbers)
    }
    switch part {
    // An empty slot keeps the room that it has.
    case .slot(let slot): if !numbers.isEmpty { tensor.slots[slot] = numbers }
    case .wrapperVector(let place): tensor.vectors[place] = numbers
    case .stageVectors: tensor.stageVectors = numbers
    case .previousGradients: tensor.previousGradients = numbers
    case .previousParameters: tensor.previousParameters = numbers
    case .accumulated: tensor.accumulated = numbers
    case .history: break
    }
  }

  private static func chunks(
    of range: Range<Int>, _ body: (Range<Int>) throws(SavedStateError) -> Void
  ) throws(SavedStateError) {
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(start + chunk, range.upperBound)
      try body(start..<end)
      start = end
    }
  }
}

extension OptimizerScalar {
  /// Appends the bytes of numbers, the least significant first.
  static func append(_ numbers: [Self], to bytes: inout [UInt8]) {
    if let floats = numbers as? [Float] {
      for number in floats { bytes.append(littleEndian: number.bitPattern) }
    } else if let doubles = numbers as? [Double] {
      for number in doubles { bytes.append(littleEndian: number.bitPattern) }
    }
  }

  /// Appends the numbers that some bytes mean.
  static func append(from bytes: [UInt8], to numbers: inout [Self]) {
    if self == Float.self {
      for i in 0..<bytes.count / 4 {
        let number = Float(bitPattern: UInt32(littleEndian(bytes, 4 * i, count: 4)))
        if let number = number as? Self { numbers.append(number) }
      }
    } else {
      for i in 0..<bytes.count / 8 {
        let number = Double(bitPattern: littleEndian(bytes, 8 * i, count: 8))
        if let number = number as? Self { numbers.append(number) }
      }
    }
  }
}
