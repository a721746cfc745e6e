public import Numbers

extension Float {
  @inlinable
  public static func transform(
    _ stage: any GradientStage, _ gradients: inout MutableSpan<Float>, first: Span<Float>,
    second: Span<Float>, step: StepScalars<Float>
  ) { stage.transform(&gradients, first: first, second: second, step: step) }

  @inlinable
  public static func advance(
    _ stage: any GradientStage, _ first: inout MutableSpan<Float>,
    _ second: inout MutableSpan<Float>, gradients: Span<Float>, step: StepScalars<Float>
  ) { stage.advance(&first, &second, gradients: gradients, step: step) }

  @inlinable
  public static func finish(
    _ stage: any FinishingStage, _ parameters: inout MutableSpan<Float>,
    from starts: Span<Float>, hyperparameters: StepScalars<Float>
  ) { stage.finish(&parameters, from: starts, hyperparameters: hyperparameters) }
}

extension Double {
  @inlinable
  public static func transform(
    _ stage: any GradientStage, _ gradients: inout MutableSpan<Double>, first: Span<Double>,
    second: Span<Double>, step: StepScalars<Double>
  ) { stage.transform(&gradients, first: first, second: second, step: step) }

  @inlinable
  public static func advance(
    _ stage: any GradientStage, _ first: inout MutableSpan<Double>,
    _ second: inout MutableSpan<Double>, gradients: Span<Double>, step: StepScalars<Double>
  ) { stage.advance(&first, &second, gradients: gradients, step: step) }

  @inlinable
  public static func finish(
    _ stage: any FinishingStage, _ parameters: inout MutableSpan<Double>,
    from starts: Span<Double>, hyperparameters: StepScalars<Double>
  ) { stage.finish(&parameters, from: starts, hyperparameters: hyperparameters) }
}
