import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Datasets

/// A header and the elements after it.
private func file(type: UInt8 = 8, dimensions: [UInt32], elements: [UInt8]) -> [UInt8] {
  [0, 0, type, UInt8(dimensions.count)]
    + dimensions.flatMap {
      [UInt8($0 >> 24), UInt8($0 >> 16 & 255), UInt8($0 >> 8 & 255), UInt8($0 & 255)]
    }
    + elements
}

@Suite("IDX files")
struct IDXTests {
  @Test func `elements of every type are read with the most significant byte first`() throws {
    let bytes: [(UInt8, [UInt8], [Double])] = [
      (0x08, [0, 255], [0, 255]), (0x09, [0x7F, 0x80], [127, -128]),
      (0x0B, [0x01, 0x02, 0xFF, 0xFE], [258, -2]),
      (0x0C, [0, 1, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], [65536, -1]),
      (0x0D, [0x3F, 0xC0, 0, 0, 0xFF, 0x80, 0, 0], [1.5, -.infinity]),
      (
        0x0E, [0x40, 0x09, 0x21, 0xFB, 0x54, 0x44, 0x2D, 0x18, 0, 0, 0, 0, 0, 0, 0, 1],
        [.pi, .leastNonzeroMagnitude]
      ),
    ]
    for (type, elements, values) in bytes {
      let array = try IDXArray(file(type: type, dimensions: [2], elements: elements), path: "f")
      #expect(array.values == values)
    }
  }

  @Test func `dimensions of zero make an empty array`() throws {
    let array = try IDXArray(file(dimensions: [3, 0, 5], elements: []), path: "f")
    #expect(array.dimensions == [3, 0, 5])
    #expect(array.values.isEmpty)
  }

  @Test(
    arguments: [
      ([], "begins with 4 bytes"),
      ([0, 0, 8], "begins with 4 bytes"),
      ([0, 1, 8, 1, 0, 0, 0, 0], "no IDX file begins with the bytes 0 1 8 1"),
      ([0, 0, 10, 1, 0, 0, 0, 0], "no IDX file"),
      ([0, 0, 8, 0], "a dimension at least"),
      ([0, 0, 8, 255, 0, 0], "ends after 6 bytes"),
      (file(dimensions: [5], elements: [1, 2]), "take 5 bytes, 2 follow"),
      (file(dimensions: [1], elements: [1, 2]), "take 1 bytes, 2 follow"),
      (file(dimensions: [.max, .max], elements: [1]), "multiply to more than a file can hold"),
      // 2³² · 2³¹ · 2 wraps to 0 in 64 bits.
      (file(type: 0x0B, dimensions: [1 << 31, 1 << 31, 4], elements: []), "multiply to more"),
      (file(type: 0x0E, dimensions: [1 << 30, 1 << 20], elements: []), "bytes, 0 follow"),
    ] as [([UInt8], String)])
  func `a hostile header is refused with its reason`(contents: [UInt8], reason: String) {
    let error = #expect(throws: DatasetError.self) { try IDXArray(contents, path: "some-file") }
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    #expect(error?.exitCode == .data)
    #expect(error?.place == "some-file")
  }
}

@Suite("Image data sets")
struct ImageDatasetTests {
  private func folder(
    images: [UInt8], labels: [UInt8], suffix: String = ""
  ) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try Data(images).write(to: folder.url.appending(path: "train-images-idx3-ubyte\(suffix)"))
    try Data(labels).write(to: folder.url.appending(path: "train-labels-idx1-ubyte\(suffix)"))
    return folder
  }

  @Test func `plain files are read, and images shrink by averages`() async throws {
    let pixels: [UInt8] = [0, 255, 51, 51, 0, 255, 51, 51, 255, 255, 0, 0, 255, 255, 0, 102]
    let folder = try folder(
      images: file(dimensions: [1, 4, 4], elements: pixels),
      labels: file(dimensions: [1], elements: [7]))
    let data = try await ImageDataset(folder: folder.url.path, part: .training)
    #expect(data.count == 1 && data.rows == 4 && data.columns == 4)
    #expect(data.places(of: 7) == [0] && data.places(of: 1).isEmpty)
    #expect(data.image(0, averaging: 2) == [0.5, 0.2, 1, 0.1])
    #expect(data.image(0, averaging: 3).count == 1)
  }

  @Test func `files that do not belong together are refused`() async throws {
    let images = file(dimensions: [2, 1, 1], elements: [1, 2])
    let cases: [(images: [UInt8], labels: [UInt8], reason: String)] = [
      (images, file(dimensions: [3], elements: [1, 2, 3]), "3 labels for 2 images"),
      (images, file(dimensions: [2], elements: [1, 10]), "label 1 is 10"),
      (images, file(dimensions: [2, 1], elements: [1, 2]), "labels are bytes in 1 dimension"),
      (
        file(dimensions: [2], elements: [1, 2]), file(dimensions: [2], elements: [1, 2]),
        "images are bytes in 3 dimensions"
      ),
    ]
    for entry in cases {
      let folder = try folder(images: entry.images, labels: entry.labels)
      let error = await #expect(throws: DatasetError.self) {
        try await ImageDataset(folder: folder.url.path, part: .training)
      }
      #expect(error?.message.contains(entry.reason) == true, "\(error?.message ?? "")")
    }
  }

  @Test func `an absent folder and an absent gzip are named`() async throws {
    let absent = await #expect(throws: DatasetError.self) {
      try await ImageDataset(folder: "/nowhere", part: .test)
    }
    #expect(absent?.exitCode == .noInput)
    let hidden = await #expect(throws: DatasetError.self) {
      try await ImageDataset(
        part: .test, environment: ["ASSAY_HIDE": "dataset-fashion-mnist"])
    }
    #expect(hidden?.message == "hidden by ASSAY_HIDE")
  }

  @Test func `what is no gzip stream and what expands without end is refused`() async throws {
    let broken = try TemporaryFolder()
    let path = broken.url.appending(path: "broken.gz")
    try Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]).write(to: path)
    let error = await #expect(throws: DatasetError.self) {
      try await DataFile.contents(at: path.path)
    }
    #expect(error?.exitCode == .data)

    let bomb = broken.url.appending(path: "zeros")
    try Data(repeating: 0, count: 3 << 20).write(to: bomb)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", bomb.path]
    try process.run()
    process.waitUntilExit()
    let tooLarge = await #expect(throws: DatasetError.self) {
      try await DataFile.contents(at: bomb.path + ".gz", limit: 1 << 20)
    }
    #expect(tooLarge?.message == "it expands to more than 1 MiB")
    #expect(try await DataFile.contents(at: bomb.path + ".gz", limit: 4 << 20).count == 3 << 20)
  }

  @Test(
    "the installed Fashion-MNIST has its published counts",
    .enabled(if: FileManager.default.fileExists(atPath: ImageDataset.fashionMNISTFolder)))
  func fashionMNIST() async throws {
    let data = try await ImageDataset(part: .test)
    #expect(data.count == 10_000 && data.rows == 28 && data.columns == 28)
    for label in 0..<10 { #expect(data.places(of: UInt8(label)).count == 1000) }
  }
}
