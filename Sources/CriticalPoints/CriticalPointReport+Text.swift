internal import Numbers

extension CriticalPointReport {
  /// The report for a terminal: a table, then what is proved and what is numeric.
  public var text: String {
    var lines = ["Critical points of \(function)"]
    let sides = box.sides.map {
      "\($0.variable) in [\($0.lower.decimalDescription), \($0.upper.decimalDescription)]"
    }
    lines.append("  box        \(sides.joined(separator: ", "))")
    if let transform { lines.append("  transform  \(transform), L = sign(l)·|l|^n") }
    lines.append("  complete   \(completeness)")
    lines.append("")
    if points.isEmpty {
      lines.append("No isolated critical point in the box.")
    } else {
      lines += table
    }
    for set in sets { lines += [""] + text(of: set) }
    let remarks = points.enumerated().filter { !$0.element.notes.isEmpty }
    if !remarks.isEmpty {
      lines.append("")
      for (place, point) in remarks {
        lines.append("  \(place + 1)  \(point.notes.joined(separator: "; "))")
      }
    }
    if !undecidedBoxes.isEmpty {
      lines.append("")
      let count = undecidedBoxes.count
      lines.append("Undecided: \(count) \(count == 1 ? "box" : "boxes")")
      for undecided in undecidedBoxes.prefix(10) {
        lines.append(
          "  "
            + zip(variableNames(undecided.count), undecided).map {
              "\($0) in [\($1.lowerBound), \($1.upperBound)]"
            }.joined(separator: ", "))
      }
      if count > 10 { lines.append("  and \(count - 10) more") }
    }
    if !notes.isEmpty { lines += [""] + notes }
    lines.append("")
    lines.append(
      "Proved by: exact = algebra over fractions; interval = enclosures; gsl, numeric = floating point, "
        + "not proved.")
    return lines.joined(separator: "\n") + "\n"
  }

  private func variableNames(_ count: Int) -> [String] { Array(box.variables.prefix(count)) }

  private var completeness: String {
    if isComplete { return "yes: every isolated critical point in the box is listed, proved" }
    let count = undecidedBoxes.count
    return "no: \(count) \(count == 1 ? "box is" : "boxes are") undecided"
  }

  /// The points as rows under a heading, columns aligned.
  private var table: [String] {
    let hasTransform = transform != nil
    var rows = [["", "at", "value", "kind", "proved by", "eigenvalues"]]
    if hasTransform { rows[0] += ["of L", "status", "proved by"] }
    for (place, point) in points.enumerated() {
      let at = point.at.map { coordinate in
        let isShort = coordinate.exact.map { $0.count <= 9 } ?? false
        return "\(coordinate.variable) = "
          + (isShort ? coordinate.exact ?? "" : number(coordinate.value))
      }
      var row = [
        "\(place + 1)", at.joined(separator: ", "), number(point.value),
        point.kind?.rawValue ?? "–", point.kindProvedBy?.rawValue ?? "–",
        point.eigenvalues.map(number).joined(separator: ", "),
      ]
      if hasTransform {
        row += [
          point.transformedEigenvalues?.map(number).joined(separator: ", ") ?? "–",
          point.status?.rawValue ?? "–", point.statusProvedBy?.rawValue ?? "–",
        ]
      }
      rows.append(row)
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = "  "
      for (cell, width) in zip(row, widths) {
        line += cell + String(repeating: " ", count: width - cell.count + 2)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  private func text(of set: CriticalSet) -> [String] {
    let status =
      set.status.map { ", \($0.rawValue) (\(set.statusProvedBy?.rawValue ?? "–"))" } ?? ""
    var lines = ["Not isolated: \(set.equation), dimension \(set.dimension)\(status)"]
    if !set.samples.isEmpty {
      let shown = set.samples.prefix(4).map { sample in
        "(" + sample.map(number).joined(separator: ", ") + ")"
      }
      lines.append("  for example \(shown.joined(separator: " "))")
    }
    return lines + set.notes.map { "  \($0)" }
  }

  /// At most ten digits, whole numbers without a fraction.
  private func number(_ value: Double) -> String {
    guard value.isFinite, value != 0 else {
      return value == 0 ? "0" : value.isNaN ? "NaN" : value > 0 ? "∞" : "−∞"
    }
    if value == value.rounded(), value.magnitude < 1e12 { return "\(Int(value))" }
    return shortest(value, digits: 10)
  }

  private func shortest(_ value: Double, digits: Int) -> String {
    let exponent = Int(_exponent10(value.magnitude))
    guard (-4...9).contains(exponent) else {
      let short = Float(value)
      return short == 0 || short.isInfinite ? "\(value)" : "\(short)"
    }
    let places = digits - 1 - exponent
    let scale = (0..<places.magnitude).reduce(1.0) { product, _ in product * 10 }
    let rounded =
      places >= 0 ? (value * scale).rounded() / scale : (value / scale).rounded() * scale
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }

  private func _exponent10(_ magnitude: Double) -> Double {
    var exponent = 0.0
    var rest = magnitude
    while rest >= 10 { (rest, exponent) = (rest / 10, exponent + 1) }
    while rest < 1 { (rest, exponent) = (rest * 10, exponent - 1) }
    return exponent
  }
}
