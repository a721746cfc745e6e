// swift-tools-version: 6.2
import PackageDescription

/// SwiftPM accepts unsafe flags from a root package only; without them a package that depends on this one
/// still builds.
let isRoot = !Context.packageDirectory.contains("/checkouts/")

/// AVX2 and FMA on x86-64, and optimised debug builds. Those need whole modules: a file on its own does not
/// see the body of a default `apply`, and would run it unspecialised, 400 times slower.
let numericFlags: [SwiftSetting] = {
  guard isRoot else { return [] }
  var flags: [SwiftSetting] = [
    .unsafeFlags(
      ["-O", "-disable-batch-mode", "-whole-module-optimization", "-num-threads", "2"],
      .when(configuration: .debug))
  ]
  #if arch(x86_64)
    flags.append(.unsafeFlags(["-Xcc", "-march=x86-64-v3"]))
  #endif
  return flags
}()

// The Swift packages that other people keep.
let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let bigInt = Target.Dependency.product(name: "BigInt", package: "BigInt")
let customDump = Target.Dependency.product(name: "CustomDump", package: "swift-custom-dump")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

typealias Module = (name: String, uses: [Target.Dependency])

/// The modules, in dependency order: a module uses only those of the rows above its own.
let modules: [Module] = [
  // Row 1
  ("Diagnostics", []),
  ("Numbers", ["CVectorMath", "Diagnostics"]),
  ("Processes", ["Diagnostics", subprocess]),
  ("Parallelism", ["Diagnostics"]),
  // Row 2
  ("Formulas", ["Numbers", "Diagnostics"]),
  ("ReferenceNumerics", ["CGSL", "Diagnostics"]),
  ("PropertyTesting", ["Numbers", "Diagnostics", customDump]),
  ("Properties", ["Numbers", "Diagnostics"]),
  ("Datasets", ["Diagnostics", "Processes"]),
  // Row 3
  (
    "Optimizers",
    ["CVectorMath", "Numbers", "Parallelism", "Diagnostics", "Formulas", "Properties"]
  ),
  ("Proving", ["Numbers", "Diagnostics", "Processes", "Formulas", "Properties"]),
  ("Statistics", ["Numbers", "Diagnostics", "ReferenceNumerics"]),
  (
    "Objectives",
    ["Numbers", "Diagnostics", "Formulas", "ReferenceNumerics", "Processes", "Datasets"]
  ),
  // Row 4
  ("CriticalPoints", ["Numbers", "Diagnostics", "Formulas", "ReferenceNumerics", "Optimizers"]),
  (
    "Convergence",
    [
      "Numbers", "Diagnostics", "Formulas", "ReferenceNumerics", "Properties", "Processes",
      "Optimizers", "Objectives", "Statistics",
    ]
  ),
  // Row 6
  (
    "Auditing",
    [
      "Numbers", "Diagnostics", "Formulas", "ReferenceNumerics", "PropertyTesting", "Properties",
      "Optimizers", "Parallelism", "Proving", "Statistics", "Processes", "CriticalPoints",
      "Objectives", "Convergence", yams,
    ]
  ),
  // Row 7
  (
    "Reports",
    [
      "Diagnostics", "Properties", "Processes", "ReferenceNumerics", "Objectives", "Convergence",
      "Auditing",
    ]
  ),
]

/// What is run, and what only that needs.
let programs: [Target] = [
  .executableTarget(
    name: "AssayCommand",
    dependencies: [
      argumentParser, "Diagnostics", "Numbers", "Formulas", "Optimizers", "Properties",
      "PropertyTesting", "CriticalPoints", "Objectives", "Convergence", "Auditing", "Reports",
    ]),
  // Not linked into the command: it imports Testing.
  .target(name: "SwiftTestingSupport", dependencies: ["PropertyTesting", customDump]),
  // What other packages' tests audit with.
  .target(
    name: "AssayTesting", dependencies: ["Auditing", "Diagnostics", "Optimizers", "Properties"]),
  .target(name: "ShrinkingProblems", dependencies: ["PropertyTesting"]),
  .executableTarget(
    name: "AssayBenchmarks",
    dependencies: [
      "Convergence", "CVectorMath", "Diagnostics", "Numbers", "Optimizers", "Parallelism",
      "Processes",
      "PropertyTesting", "ShrinkingProblems",
    ],
    resources: [.copy("Resources")]),
]

/// The modules that have tests, and what those use beside the module.
let tests: [Module] = [
  ("AssayCommand", ["TestSupport"]),
  ("AssayTesting", ["Numbers", "Optimizers", "Properties"]),
  (
    "Auditing",
    [
      "Convergence", "Diagnostics", "Formulas", "Numbers", "Objectives", "Optimizers",
      "Processes", "Properties", "PropertyTesting", "Statistics", "TestSupport",
    ]
  ),
  (
    "Convergence",
    [
      "Numbers", "Diagnostics", "Formulas", "ReferenceNumerics", "Properties", "Processes",
      "Optimizers", "Objectives", "Statistics", "TestSupport",
    ]
  ),
  ("CriticalPoints", ["Formulas", "Numbers", "Diagnostics", "Optimizers"]),
  ("Datasets", ["Diagnostics", "TestSupport"]),
  ("Formulas", ["Numbers", "Diagnostics"]),
  ("Numbers", ["Diagnostics", bigInt]),
  ("Objectives", ["Diagnostics", "Formulas", "Numbers", "ReferenceNumerics", "Datasets"]),
  (
    "Optimizers",
    ["CAllocationCount", "Formulas", "Parallelism", "Properties", "Numbers", "Diagnostics"]
  ),
  ("Parallelism", ["Diagnostics"]),
  ("Processes", ["Diagnostics"]),
  ("Properties", ["Diagnostics"]),
  ("PropertyTesting", ["ShrinkingProblems", "Diagnostics", "Numbers"]),
  (
    "Proving",
    ["Optimizers", "Formulas", "Numbers", "Properties", "Processes", "Diagnostics"]
  ),
  ("ReferenceNumerics", ["Diagnostics"]),
  ("Reports", ["Auditing", "Diagnostics", "Processes", "Properties"]),
  ("Statistics", ["Diagnostics", "Numbers", "ReferenceNumerics"]),
  ("SwiftTestingSupport", ["PropertyTesting"]),
]

let package = Package(
  name: "assay",
  products: [
    .library(name: "Assay", targets: modules.map(\.name)),
    .library(name: "AssayTesting", targets: ["AssayTesting"]),
    .library(name: "PropertyTesting", targets: ["PropertyTesting"]),
    .library(name: "SwiftTestingSupport", targets: ["SwiftTestingSupport"]),
    .executable(name: "assay", targets: ["AssayCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/attaswift/BigInt", exact: "6.0.1"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/pointfreeco/swift-custom-dump", exact: "1.7.3"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
  ],
  targets: [
    .systemLibrary(name: "CGSL", providers: [.apt(["libgsl-dev"])]),
    .systemLibrary(name: "CVectorMath"),
  ]
    // What the tests of several modules share.
    + [
      .target(
        name: "TestSupport", dependencies: ["Processes", "Properties"], path: "Tests/TestSupport"),
      // Stands before malloc in the tests, and counts.
      .target(name: "CAllocationCount", path: "Tests/CAllocationCount"),
    ]
    + modules.map {
      .target(
        name: $0.name, dependencies: $0.uses,
        // The bridge to other frameworks' optimizers, a Python package, and the references' formula files.
        resources: $0.name == "Auditing" ? [.copy("Bridge"), .copy("References")] : nil)
    } + programs
    + tests.map {
      .testTarget(
        name: "\($0.name)Tests", dependencies: [.target(name: $0.name)] + $0.uses)
    },
  swiftLanguageModes: [.v6])

for target in package.targets where target.type != .system && target.name != "CAllocationCount" {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
  ]
  if target.type != .test { target.swiftSettings? += numericFlags }
}
