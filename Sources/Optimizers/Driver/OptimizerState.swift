public import Numbers

/// Parameters that share their hyper-parameters.
public struct ParameterGroup: Sendable {
  /// How many coordinates each tensor has.
  public var counts: [Int]
  /// The hyper-parameters of the rule that differ from the rule's own, by key or alias.
  public var hyperparameters: [String: Rational]

  public init(counts: [Int], hyperparameters: [String: Rational] = [:]) {
    self.counts = counts
    self.hyperparameters = hyperparameters
  }
}

/// What an optimizer keeps from step to step: a plain value.
public struct OptimizerState<S: OptimizerScalar>: Sendable {
  /// How many steps were made, skipped ones not counted.
  public internal(set) var stepCount = 0
  /// How many steps a non-finite gradient or a vanished loss weight made the optimizer skip.
  public internal(set) var skippedSteps = 0
  /// In how many steps the loss weight `w(l)` was too small to represent, so that the gradient vanished.
  public internal(set) var vanishedLossWeights = 0
  public internal(set) var groups: [Group]
  public internal(set) var tensors: [Tensor]
  /// What was noted of each tensor at the latest step, where the optimizer `recordsSteps`; nil of a tensor
  /// that was not stepped.
  public internal(set) var records: [StepRecord?] = []
  /// Room for the sums of a record, a block each.
  var recordSums: [RecordSums] = []
  /// The scale of the loss, where an optimizer scales it.
  public internal(set) var lossScale = LossScale()
  /// How many micro-batches wait for the rest of their batch, and the sum of their losses.
  public internal(set) var pendingMicroBatches = 0
  var pendingLoss = 0.0
  /// What a curvature stage keeps beside the gradients and parameters of the step before.
  public internal(set) var curvatureRecord = CurvatureRecord<Double>()
  var stages: [StepScalars<Double>]
  var finishers: [StepScalars<S>]
  var wrappers: [StepScalars<Double>]
  var curvature = StepScalars<Double>()

  /// Counts steps, and keeps what `prepare` does from one to the next.
  public struct Clock: Sendable {
    public internal(set) var count = 0
    public internal(set) var history = Slots<Double>(repeating: 0)
  }

  public struct Group: Sendable {
    /// The exact hyper-parameters, as they were last set.
    public internal(set) var hyperparameters: Hyperparameters
    var scalars: StepScalars<Double>
    public internal(set) var clock = Clock()

    init(_ hyperparameters: Hyperparameters) {
      self.hyperparameters = hyperparameters
      scalars = StepScalars(hyperparameters)
    }
  }

  public struct Tensor: Sendable {
    public let count: Int
    /// The place of its group.
    public let group: Int
    /// How the slots lie in memory.
    public let format: SlotFormat
    public internal(set) var clock = Clock()
    /// The slots of full precision.
    var slots: SlotArrays<S>
    /// The slots of 16 bits a number.
    var packed: SlotArrays<UInt16>
    /// What the wrappers keep of this tensor, by place among them; empty before the first step.
    public internal(set) var vectors: [[S]] = []
    /// How many gradients the stages have seen.
    public internal(set) var gradientCount = 0
    /// The numbers that the stages keep, all of one name after all of another, in the order of the stages;
    /// empty before the first step.
    public internal(set) var stageVectors: [S] = []
    /// The gradients and the parameters of the step before, where a curvature stage asks for them.
    public internal(set) var previousGradients: [S] = []
    public internal(set) var previousParameters: [S] = []
    /// The sum of the gradients of the micro-batches that wait; of no meaning where there are none.
    var accumulated: [S] = []
    var hasAccumulated = false

    @specialized(where S == Float)
    @specialized(where S == Double)
    init(
      count: Int, group: Int, slotCount: Int, initial: Slots<Double>, format: SlotFormat = .full
    ) {
      precondition(count >= 0, "a tensor has no \(count) coordinates")
      self.count = count
      self.group = group
      self.format = format
      if format == .full {
        slots = SlotArrays(count: count, slotCount: slotCount) { S(initial[$0]) }
        packed = SlotArrays()
      } else {
        slots = SlotArrays()
        packed = SlotArrays(count: count, slotCount: slotCount) {
          format.packed(Float(initial[$0]))
        }
      }
    }

    /// The values of a slot, by its place among the rule's `slotNames`.
    public subscript(slot slot: Int) -> [S] {
      format == .full ? slots[slot] : packed[slot].map { S(format.widened($0)) }
    }

    /// The bits of a slot of 16 bits a number, as they lie in memory; nil of full precision.
    public func packedBits(slot: Int) -> [UInt16]? { format == .full ? nil : packed[slot] }
  }
}

extension OptimizerState {
  @inline(__always)
  func checkShape(tensor: Int, parameters: Int, gradients: Int?) throws(StepError) {
    let expected = tensors[tensor].count
    guard parameters == expected, gradients ?? expected == expected else {
      throw .shapeDiffers(
        tensor: tensor, expected: expected, parameters: parameters,
        gradients: gradients ?? expected)
    }
  }
}
