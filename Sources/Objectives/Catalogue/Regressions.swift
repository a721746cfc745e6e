internal import Datasets
internal import Foundation
internal import ReferenceNumerics

extension Objective {
  /// Finite sums: regressions on data.
  static var regressions: [Description] {
    [
      Description(
        name: "logistic",
        title: "logistic regression of two classes of Fashion-MNIST, shrunk to 7 × 7",
        settings: [
          ("folder", ImageDataset.fashionMNISTFolder, "where the data lie; `synthetic` for none"),
          ("classes", "0/6", "the two classes, T-shirt and shirt"),
          ("samples", "1000", "at most so many, from 2 to 20000"),
          ("shrink", "4", "the side of the squares that are averaged, from 1 to 14"),
          ("regularisation", "0.001", "λ, from 0 to 1e6"),
          ("batch", "all", "the samples of one gradient, or all"),
        ]
      ) { settings async throws(ObjectiveError) in try await logistic(&settings) },
      Description(
        name: "least-squares", title: "least squares with noise in the right side",
        settings: [
          ("dimension", "10", "from 1 to 1000"), ("samples", "100", "from 1 to 20000"),
          ("deviation", "1", "of the noise in the right side"), ("data", "0", "the data's seed"),
          ("batch", "1", "the samples of one gradient, or all"),
        ]
      ) { settings async throws(ObjectiveError) in try leastSquares(&settings) },
    ]
  }

  private static func batch(
    _ settings: inout ObjectiveSettings, default fallback: String, of count: Int
  ) throws(ObjectiveError) -> Noise {
    let text = settings.text("batch", default: fallback)
    if text == "all" { return .none }
    guard let size = Int(text), (1...count).contains(size) else {
      throw .badValue(key: "batch", text: text, expected: "all, or a number from 1 to \(count)")
    }
    return .batch(size: size)
  }

  private static func logistic(
    _ settings: inout ObjectiveSettings
  ) async throws(ObjectiveError) -> Objective {
    let folder = settings.text("folder", default: ImageDataset.fashionMNISTFolder)
    let classText = settings.text("classes", default: "0/6")
    let samples = try settings.whole("samples", default: 1000, in: 2...20_000)
    let shrink = try settings.whole("shrink", default: 4, in: 1...14)
    let lambda = try settings.number("regularisation", default: 0.001, in: 0...1e6)
    let classes = classText.split(separator: "/").compactMap { UInt8($0) }
    guard classes.count == 2, classes.allSatisfy({ $0 <= 9 }), classes[0] != classes[1] else {
      throw .badValue(
        key: "classes", text: classText, expected: "two different classes from 0 to 9, as 0/6")
    }
    var data = syntheticSamples(count: samples, side: 28 / shrink)
    var remark: String? = "synthetic data: 'folder' says so"
    if folder != "synthetic" {
      do throws(DatasetError) {
        let images = try await ImageDataset(folder: folder, part: .test)
        guard images.rows >= shrink, images.columns >= shrink else {
          throw DatasetError.malformed(
            path: folder, reason: "images of \(images.rows) × \(images.columns) pixels")
        }
        data = Self.samples(of: images, classes: classes, count: samples, shrink: shrink)
        guard data.contains(where: { $0.sign > 0 }), data.contains(where: { $0.sign < 0 }) else {
          throw DatasetError.malformed(
            path: folder, reason: "it has no images of class \(classes[0]) or of \(classes[1])")
        }
        remark = nil
      } catch {
        // The default data may be absent; data that were asked for may not.
        guard case .unreadable = error, folder == ImageDataset.fashionMNISTFolder else {
          throw .dataset(error)
        }
        remark =
          "synthetic data: Fashion-MNIST is not there (\(error.message)); install it with:"
          + " apt-get install dataset-fashion-mnist"
      }
    }
    let noise = try batch(&settings, default: "all", of: data.count)
    let function = LogisticFunction(
      features: data.map(\.features), signs: data.map(\.sign), regularisation: lambda)
    var smoothness = lambda
    do {
      let values = try SymmetricEigensolver(dimension: function.dimension)
        .eigenvalues(of: function.secondMoments)
      smoothness += (values.last ?? 0) / 4 * (1 + 1e-12)
    } catch {
      throw .unusable(reason: "the largest eigenvalue of the data: \(error.message)")
    }
    let names = ImageDataset.fashionMNISTClasses
    let pair =
      remark == nil
      ? "\(names[Int(classes[0])]) or \(names[Int(classes[1])]), \(data.count) images of Fashion-MNIST"
      : "\(data.count) synthetic samples"
    let minimiser = newtonMinimiser(of: function)
    return Objective(
      name: "logistic", title: "logistic regression, \(pair), \(function.dimension) features",
      source: "the AMVT paper, section 5.10; data: Xiao, Rasul & Vollgraf, Fashion-MNIST, 2017",
      settings: settings.used, remark: remark, function: function,
      start: Array(repeating: 0, count: function.dimension),
      functionClass: ObjectiveClass(convexity: lambda, smoothness: smoothness),
      minimisers: minimiser.map { [$0] } ?? [], noise: noise)
  }

  /// The first images of two classes, shrunk, with a constant feature behind.
  private static func samples(
    of images: ImageDataset, classes: [UInt8], count: Int, shrink: Int
  ) -> [(features: [Double], sign: Double)] {
    let places = images.labels.indices.filter { classes.contains(images.labels[$0]) }
    return places.prefix(count).map { place in
      (
        images.image(place, averaging: shrink) + [1],
        images.labels[place] == classes[0] ? 1 : -1
      )
    }
  }

  /// Two overlapping clouds of features that fall off as those of images do, with a constant behind.
  private static func syntheticSamples(
    count: Int, side: Int
  ) -> [(features: [Double], sign: Double)] {
    (0..<count).map { sample in
      var draws = NormalDraws(seed: 0, property: "logistic data", case: UInt64(sample))
      let sign = sample % 2 == 0 ? 1.0 : -1.0
      let features = (0..<(side * side)).map { place in
        let scale = 1 / Double(place + 1).squareRoot()
        return scale * (draws.next() + (place < 4 ? 0.5 * sign : 0))
      }
      return (features + [1], sign)
    }
  }

  /// The minimiser of a logistic regression by Newton's method with halved steps, from 0.
  private static func newtonMinimiser(of function: LogisticFunction) -> [Double]? {
    var point = [Double](repeating: 0, count: function.dimension)
    var gradient = point
    var value = function.evaluate(at: point, gradient: &gradient)
    for _ in 0..<100 {
      guard let hessian = function.hessian(at: point), let step = solve(hessian, gradient) else {
        return nil
      }
      let decrement = dotProduct(step, gradient)
      // The gap is about half the decrement: below this it is rounding.
      if decrement.magnitude <= 1e-17 * value.magnitude { return point }
      var length = 1.0
      var next = point
      var nextValue = Double.infinity
      while length > 1e-10 {
        next = point.indices.map { point[$0] - length * step[$0] }
        nextValue = function.value(at: next)
        if nextValue <= value - 1e-4 * length * decrement || decrement < 1e-12 { break }
        length /= 2
      }
      guard nextValue.isFinite, euclideanNorm(next) < 1e8 else { return nil }
      point = next
      value = function.evaluate(at: point, gradient: &gradient)
    }
    return euclideanNorm(gradient) < 1e-9 ? point : nil
  }

  private static func leastSquares(
    _ settings: inout ObjectiveSettings
  ) throws(ObjectiveError) -> Objective {
    let dimension = try settings.whole("dimension", default: 10, in: 1...1000)
    let samples = try settings.whole("samples", default: 100, in: 1...20_000)
    guard samples * dimension <= 10_000_000 else {
      throw .badValue(
        key: "samples", text: "\(samples)", expected: "at most 10⁷ numbers with the dimension")
    }
    let deviation = try settings.number("deviation", default: 1, in: 0...1e6)
    let seed = try settings.seed("data", default: "0") ?? 0
    let noise = try batch(&settings, default: "1", of: samples)
    var rows: [[Double]] = []
    var right: [Double] = []
    for sample in 0..<samples {
      var draws = NormalDraws(seed: seed, property: "least squares", case: UInt64(sample))
      let row = (0..<dimension).map { _ in draws.next() }
      rows.append(row)
      right.append(row.reduce(0, +) + deviation * draws.next())
    }
    let function = LeastSquaresFunction(rows: rows, right: right)
    let origin = [Double](repeating: 0, count: dimension)
    guard let hessian = function.hessian(at: origin) else {
      throw .unusable(reason: "no Hessian")
    }
    let values: [Double]
    do {
      values = try SymmetricEigensolver(dimension: dimension).eigenvalues(of: hessian)
    } catch {
      throw .unusable(reason: "the eigenvalues of the data: \(error.message)")
    }
    let greatest = (values.last ?? 0) * (1 + 1e-12)
    let minimiser = solve(hessian, function.gradient(at: origin).map { -$0 })
    return Objective(
      name: "least-squares", title: "least squares, \(samples) equations in \(dimension) unknowns",
      source: "the model problem of stochastic gradients", settings: settings.used,
      function: function, start: origin,
      functionClass: ObjectiveClass(
        convexity: max(0, min((values.first ?? 0) * (1 - 1e-12) - 1e-14 * greatest, greatest)),
        smoothness: greatest),
      minimisers: samples >= dimension ? minimiser.map { [$0] } ?? [] : [], noise: noise)
  }
}
