// swift-tools-version: 6.2
import PackageDescription

/// Somebody's package with an optimizer of its own, audited in its tests.
let package = Package(
  name: "example-rule",
  dependencies: [.package(name: "assay", path: "../../..")],
  targets: [
    .target(name: "ExampleRule", dependencies: [.product(name: "Assay", package: "assay")]),
    .testTarget(
      name: "ExampleRuleTests",
      dependencies: ["ExampleRule", .product(name: "AssayTesting", package: "assay")]),
  ],
  swiftLanguageModes: [.v6])
