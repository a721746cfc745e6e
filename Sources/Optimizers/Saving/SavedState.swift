internal import Diagnostics
internal import Numbers

/// The contents of a saved state beside its tensors: what is written as JSON, and what it is made of.
enum SavedState {
  /// The version that is written, and the only one that is read.
  static let version = 1
  /// The key of the JSON among the file's metadata.
  static let metadataKey = "assay.optimizer-state"
  /// Counts above this are refused: nobody made so many steps.
  static let largestCount = 1 << 53

  /// What an optimizer and a state must have in common, as text under a name each.
  static func identity(of optimizer: Optimizer) -> [(what: String, value: String)] {
    var parts: [(String, String)] = [
      ("the optimizer", optimizer.name),
      ("maximize", "\(optimizer.maximizes)"), ("stepCounter", optimizer.stepCounter.rawValue),
      ("the slots", optimizer.rule.slotNames.joined(separator: " ")),
      ("the history", optimizer.rule.historyNames.joined(separator: " ")),
      ("the order of the stages", optimizer.stages.map(name).joined(separator: " ")),
      ("curvatureScaling", "\(optimizer.curvature?.scalesRate ?? false)"),
      ("momentumScheduling", "\(optimizer.curvature?.schedulesMomentum ?? false)"),
    ]
    var options: [(String, String)] = []
    describe(optimizer.rule, as: "", into: &options)
    parts += options.sorted { $0.0 < $1.0 }
    // The rule's own hyper-parameters are those of the groups, which a state brings with it.
    parts += optimizer.parts.dropFirst().joined().map { ($0.key.name, "\($0.value)") }
    return parts
  }

  private static func name(_ stage: any GradientStage) -> String {
    stage.hyperparameters.first?.key.name ?? "\(type(of: stage))"
  }

  /// The options of a rule: every stored property but its hyper-parameters.
  private static func describe(
    _ value: Any, as name: String, into options: inout [(String, String)]
  ) {
    for child in Mirror(reflecting: value).children {
      guard let label = child.label, !(child.value is Hyperparameters) else { continue }
      let own = name.isEmpty ? label : "\(name).\(label)"
      switch child.value {
      case let value as Bool: options.append((own, "\(value)"))
      case let value as Rational: options.append((own, "\(value)"))
      case let value as any RawRepresentable: options.append((own, "\(value.rawValue)"))
      default: describe(child.value, as: own, into: &options)
      }
    }
  }
}

/// One array of a state in a file: its name, its type, and where it is kept.
struct SavedTensor {
  let name: String
  let type: SavedType
  let shape: [Int]

  init(_ name: String, _ type: SavedType, _ shape: [Int]) {
    self.name = name
    self.type = type
    self.shape = shape
  }
}

extension SavedState {
  /// What can be kept of a tensor, in the order of the file.
  enum Part: Hashable {
    case slot(Int)
    case wrapperVector(Int)
    case stageVectors
    case previousGradients
    case previousParameters
    case accumulated
    case history
  }

  /// Names and types of all that a state keeps of a tensor.
  static func parts<S: OptimizerScalar>(
    of tensor: OptimizerState<S>.Tensor, at index: Int, _ optimizer: Optimizer
  ) -> [(part: Part, saved: SavedTensor)] {
    let prefix = "tensors.\(index)."
    let count = tensor.count
    var parts: [(Part, SavedTensor)] = []
    for (slot, name) in optimizer.rule.slotNames.enumerated() {
      let type = tensor.format.savedType ?? S.savedType
      parts.append((.slot(slot), SavedTensor(prefix + name, type, [count])))
    }
    for place in tensor.vectors.indices {
      guard let name = optimizer.wrappers[place].vectorName else { continue }
      parts.append(
        (
          .wrapperVector(place),
          SavedTensor("\(prefix)wrappers.\(place).\(name)", S.savedType, [count])
        ))
    }
    if !tensor.stageVectors.isEmpty {
      let names = optimizer.stages.flatMap(\.vectorNames)
      let name = "\(prefix)stages.\(names.joined(separator: "+"))"
      parts.append((.stageVectors, SavedTensor(name, S.savedType, [names.count, count])))
    }
    for (part, name, numbers) in [
      (.previousGradients, "previousGradients", tensor.previousGradients),
      (.previousParameters, "previousParameters", tensor.previousParameters),
      (.accumulated, "accumulated", tensor.hasAccumulated ? tensor.accumulated : []),
    ] as [(Part, String, [S])] where !numbers.isEmpty {
      parts.append((part, SavedTensor(prefix + name, S.savedType, [count])))
    }
    parts.append((.history, SavedTensor(prefix + "history", .float64, [4])))
    return parts
  }
}

extension SlotFormat {
  /// The type that slots of 16 bits a number have in a file; nil for those of the parameters' type.
  var savedType: SavedType? {
    switch self {
    case .full: nil
    case .bfloat16: .bfloat16
    case .float16: .float16
    }
  }
}

extension OptimizerScalar {
  static var savedType: SavedType { self == Float.self ? .float32 : .float64 }
}
