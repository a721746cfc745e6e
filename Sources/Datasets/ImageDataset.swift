public import Foundation
internal import Processes

/// Grey images with a class each, as MNIST and Fashion-MNIST come.
///
/// Sources: LeCun, Bottou, Bengio & Haffner, *Gradient-based learning applied to document recognition*,
/// 1998; Xiao, Rasul & Vollgraf, *Fashion-MNIST*, 2017, <https://arxiv.org/abs/1708.07747>.
public struct ImageDataset: Sendable, Hashable {
  /// Which half of the data.
  public enum Part: String, Sendable, CaseIterable {
    case training = "train"
    case test = "t10k"
  }

  public let rows: Int
  public let columns: Int
  /// `[image, row, column]`, 0 black to 255 white.
  public let pixels: [UInt8]
  /// The class of each image, 0 to 9.
  public let labels: [UInt8]

  public var count: Int { labels.count }

  /// Where the Debian package `dataset-fashion-mnist` puts its files.
  public static let fashionMNISTFolder = "/usr/share/datasets/fashion-mnist"

  /// The names of Fashion-MNIST's classes.
  public static let fashionMNISTClasses = [
    "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
    "ankle boot",
  ]

  /// Reads `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, or `t10k-…`, from a folder: plain files,
  /// or with `.gz` behind their names.
  ///
  /// - Parameter folder: Fashion-MNIST's by default; `ASSAY_HIDE=dataset-fashion-mnist` hides that.
  /// - Throws: where a file is absent or is not what its name says, or where the two do not belong together.
  public init(
    folder: String = fashionMNISTFolder, part: Part,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) async throws(DatasetError) {
    guard
      folder != Self.fashionMNISTFolder
        || !ExternalTool.hiddenNames(in: environment).contains("dataset-fashion-mnist")
    else { throw .unreadable(path: folder, reason: "hidden by ASSAY_HIDE") }
    let (images, imagePath) = try await Self.array("\(part.rawValue)-images-idx3-ubyte", in: folder)
    let (classes, labelPath) = try await Self.array(
      "\(part.rawValue)-labels-idx1-ubyte", in: folder)
    guard images.elementType == .unsignedByte, images.dimensions.count == 3 else {
      throw .malformed(
        path: imagePath,
        reason: "images are bytes in 3 dimensions, these are \(images.elementType) in"
          + " \(images.dimensions.count)")
    }
    guard classes.elementType == .unsignedByte, classes.dimensions.count == 1 else {
      throw .malformed(
        path: labelPath,
        reason: "labels are bytes in 1 dimension, these are \(classes.elementType) in"
          + " \(classes.dimensions.count)")
    }
    guard images.dimensions[0] == classes.count else {
      throw .malformed(
        path: labelPath,
        reason: "\(classes.count) labels for \(images.dimensions[0]) images")
    }
    if let place = classes.bytes.firstIndex(where: { $0 > 9 }) {
      throw .malformed(
        path: labelPath, reason: "label \(place) is \(classes.bytes[place]), beyond 9")
    }
    (rows, columns) = (images.dimensions[1], images.dimensions[2])
    pixels = images.bytes
    labels = classes.bytes
  }

  private static func array(
    _ name: String, in folder: String
  ) async throws(DatasetError) -> (array: IDXArray, path: String) {
    let plain = "\(folder)/\(name)"
    let path = FileManager.default.fileExists(atPath: plain) ? plain : plain + ".gz"
    guard FileManager.default.fileExists(atPath: path) else {
      throw .unreadable(path: plain, reason: "there is no such file, and none with .gz behind")
    }
    return (try IDXArray(await DataFile.contents(at: path), path: path), path)
  }

  /// The places of the images of a class, in order.
  public func places(of label: UInt8) -> [Int] { labels.indices.filter { labels[$0] == label } }

  /// An image, shrunk by averaging squares of `side × side` pixels, in `0 ... 1`; what is left of a row or
  /// column that `side` does not divide is dropped.
  ///
  /// - Precondition: the image exists, and `side` is at least 1.
  public func image(_ place: Int, averaging side: Int = 1) -> [Double] {
    precondition(labels.indices.contains(place), "there is no image \(place) of \(count)")
    precondition(side >= 1, "squares have a side of 1 at least, got \(side)")
    let start = place * rows * columns
    var shrunk: [Double] = []
    for top in 0..<(rows / side) {
      for left in 0..<(columns / side) {
        var sum = 0
        for row in 0..<side {
          for column in 0..<side {
            sum += Int(pixels[start + (top * side + row) * columns + left * side + column])
          }
        }
        shrunk.append(Double(sum) / Double(255 * side * side))
      }
    }
    return shrunk
  }
}
