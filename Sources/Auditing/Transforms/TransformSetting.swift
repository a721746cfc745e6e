internal import Numbers
internal import PropertyTesting

/// What the properties of one transform share: the transform, and the objectives under it.
struct TransformSetting: Sendable {
  let transform: any LossTransform
  let objectives: [TransformedObjective]
  let effort: Int

  init(_ transform: any LossTransform, witnesses effort: Int) throws {
    self.transform = transform
    self.effort = effort
    objectives = try Objective.all.map { try TransformedObjective($0, under: transform) }
  }

  func objective(of value: TransformCase) throws(CaseError) -> TransformedObjective {
    guard let found = objectives.first(where: { $0.objective.text == value.objective }) else {
      throw CaseError(message: "there is no objective `\(value.objective ?? "")`")
    }
    return found
  }

  /// The objective of a case with all values in enclosures.
  func enclosed(
    _ value: TransformCase
  ) throws -> (objective: TransformedObjective, point: [Double], values: ObjectiveValues<Interval>)
  {
    let objective = try objective(of: value)
    let point = try objective.objective.variables.map { try value.value($0) }
    let offset = value.values["offset"] ?? 0
    return (
      objective, point, objective.evaluate(point.map { Interval($0) }, offset: Interval(offset))
    )
  }
}

extension TransformCase {
  /// Numbers that `Float` holds as well, and that shrink to simple ones.
  static func numbers(in range: ClosedRange<Float>) -> Generator<Double> {
    Generator<Float>.numbers(in: range).map { Double($0) }
  }

  /// Losses on both sides of 0 and ±1, near them too, and of any size.
  static let losses: Generator<Double> = .weighted([
    (4, numbers(in: -4...4)), (1, numbers(in: -1e6...1e6)),
    (
      1,
      .element(of: [
        0.5, 2, -0.5, -2, 0, 1, -1, 1.0.nextUp, 1.0.nextDown, -1.0.nextUp, -1.0.nextDown, 1e-12,
        -1e-12, 1e-150, 1e150,
      ])
    ),
  ])

  /// Points of the objectives, moved up or down.
  static let points: Generator<TransformCase> = Generator { source throws(Rejection) in
    let objective = try Generator<Objective>.element(of: Objective.all).make(source)
    var values: [String: Double] = [:]
    for variable in objective.variables {
      values[variable] = try numbers(in: -3...3).make(source)
    }
    values["offset"] = try numbers(in: -3...3).make(source)
    return TransformCase(objective.text, values)
  }

  /// Critical points of the objectives, moved up or down.
  static func criticalPoints(minimaOnly: Bool) -> Generator<TransformCase> {
    let places = Objective.all.flatMap { objective in
      (minimaOnly ? objective.minima : objective.criticalPoints).map { (objective, $0) }
    }
    return Generator { source throws(Rejection) in
      let index = try Generator<Int>.integers(in: 0...(places.count - 1)).make(source)
      let (objective, point) = places[index]
      var values: [String: Double] = [:]
      for (variable, coordinate) in zip(objective.variables, point) {
        values[variable] = Double(coordinate)
      }
      values["offset"] = try numbers(in: -8...8).make(source)
      return TransformCase(objective.text, values)
    }
  }
}
