public import Numbers

/// A number type that parameters lie in memory as: `Float` or `Double`.
public protocol OptimizerScalar: RuleNumber, BinaryFloatingPoint where Failure == Never {
  /// Rounds each number once.
  static func narrowed(_ scalars: StepScalars<Double>) -> StepScalars<Self>

  /// `rule.apply` of this type.
  static func apply(
    _ rule: any UpdateRule, to parameters: inout MutableSpan<Self>, gradients: Span<Self>,
    slots first: inout MutableSpan<Self>, _ second: inout MutableSpan<Self>,
    _ third: inout MutableSpan<Self>, _ fourth: inout MutableSpan<Self>,
    step: StepScalars<Self>)

  /// `rule.recordSums` of this type.
  static func recordSums(
    of rule: any UpdateRule, before: Span<Self>, after: Span<Self>, slots first: Span<Self>,
    _ second: Span<Self>, _ third: Span<Self>, _ fourth: Span<Self>, step: StepScalars<Self>
  ) -> RecordSums

  /// `stage.finish` of this type.
  static func finish(
    _ stage: any FinishingStage, _ parameters: inout MutableSpan<Self>, from starts: Span<Self>,
    hyperparameters: StepScalars<Self>)

  /// `stage.transform` of this type.
  static func transform(
    _ stage: any GradientStage, _ gradients: inout MutableSpan<Self>, first: Span<Self>,
    second: Span<Self>, step: StepScalars<Self>)

  /// `stage.advance` of this type.
  static func advance(
    _ stage: any GradientStage, _ first: inout MutableSpan<Self>,
    _ second: inout MutableSpan<Self>, gradients: Span<Self>, step: StepScalars<Self>)

  /// `wrapper.finish` of this type.
  static func finish(
    _ wrapper: any Wrapper, _ parameters: inout MutableSpan<Self>,
    vector: inout MutableSpan<Self>, step: StepScalars<Self>)
}

extension Float: OptimizerScalar {
  @inlinable
  public static func narrowed(_ scalars: StepScalars<Double>) -> StepScalars<Float> {
    StepScalars(rounding: scalars)
  }

  @inlinable
  public static func apply(
    _ rule: any UpdateRule, to parameters: inout MutableSpan<Float>, gradients: Span<Float>,
    slots first: inout MutableSpan<Float>, _ second: inout MutableSpan<Float>,
    _ third: inout MutableSpan<Float>, _ fourth: inout MutableSpan<Float>,
    step: StepScalars<Float>
  ) {
    rule.apply(
      to: &parameters, gradients: gradients, slots: &first, &second, &third, &fourth, step: step)
  }

  @inlinable
  public static func recordSums(
    of rule: any UpdateRule, before: Span<Float>, after: Span<Float>, slots first: Span<Float>,
    _ second: Span<Float>, _ third: Span<Float>, _ fourth: Span<Float>, step: StepScalars<Float>
  ) -> RecordSums {
    rule.recordSums(
      before: before, after: after, slots: first, second, third, fourth, step: step)
  }

  @inlinable
  public static func finish(
    _ wrapper: any Wrapper, _ parameters: inout MutableSpan<Float>,
    vector: inout MutableSpan<Float>, step: StepScalars<Float>
  ) { wrapper.finish(&parameters, vector: &vector, step: step) }
}

extension Double: OptimizerScalar {
  @inlinable
  public static func narrowed(_ scalars: StepScalars<Double>) -> StepScalars<Double> { scalars }

  @inlinable
  public static func apply(
    _ rule: any UpdateRule, to parameters: inout MutableSpan<Double>, gradients: Span<Double>,
    slots first: inout MutableSpan<Double>, _ second: inout MutableSpan<Double>,
    _ third: inout MutableSpan<Double>, _ fourth: inout MutableSpan<Double>,
    step: StepScalars<Double>
  ) {
    rule.apply(
      to: &parameters, gradients: gradients, slots: &first, &second, &third, &fourth, step: step)
  }

  @inlinable
  public static func recordSums(
    of rule: any UpdateRule, before: Span<Double>, after: Span<Double>, slots first: Span<Double>,
    _ second: Span<Double>, _ third: Span<Double>, _ fourth: Span<Double>, step: StepScalars<Double>
  ) -> RecordSums {
    rule.recordSums(
      before: before, after: after, slots: first, second, third, fourth, step: step)
  }

  @inlinable
  public static func finish(
    _ wrapper: any Wrapper, _ parameters: inout MutableSpan<Double>,
    vector: inout MutableSpan<Double>, step: StepScalars<Double>
  ) { wrapper.finish(&parameters, vector: &vector, step: step) }
}
