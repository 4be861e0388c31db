// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target is held to; the number is the language proposal.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),  // SE-0458
  .enableUpcomingFeature("ExistentialAny"),  // SE-0335
  .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
  .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // SE-0461
  .enableUpcomingFeature("InferIsolatedConformances"),  // SE-0470
  .treatAllWarnings(as: .error),  // SE-0480
]

/// A storey of the house: a Swift module and the modules it stands on.
func storey(_ name: String, on below: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: below, swiftSettings: strict)
}

/// The tests of a storey.
func tests(of name: String, using more: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.init(stringLiteral: name)] + more, swiftSettings: strict)
}

/// A C library from Debian.
func library(_ name: String, pkgConfig: String? = nil, debian: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([debian])])
}

/// libFuzzer brings the `main` of this program along, so it is there only where that is linked.
let fuzzer: [Target] =
  Context.environment["PURGEHUB_FUZZ"] == nil
  ? []
  : [
    .executableTarget(
      name: "fuzzer", dependencies: ["Fuzzing"], path: "Tests/Fuzzing/Runner",
      swiftSettings: strict)
  ]

let package = Package(
  name: "purgehub",
  products: [.executable(name: "purgehub", targets: ["purgehub"])],
  targets: [
    library("CCurl", pkgConfig: "libcurl", debian: "libcurl4-openssl-dev"),
    library("CMicroHTTPD", pkgConfig: "libmicrohttpd", debian: "libmicrohttpd-dev"),
    library("CSQLite", pkgConfig: "sqlite3", debian: "libsqlite3-dev"),
    library("CCrypto", pkgConfig: "libcrypto", debian: "libssl-dev"),
    library("CLinux", debian: "libc6-dev"),

    storey("HTTPTypes"),
    storey("Documents"),
    storey("Crypto", on: ["CCrypto"]),
    storey("PurgeCore", on: ["HTTPTypes"]),
    storey("Connectors", on: ["PurgeCore", "HTTPTypes", "Documents", "Crypto"]),
    storey("Directory", on: ["PurgeCore"]),
    storey("Store", on: ["PurgeCore", "Directory", "Documents", "Crypto", "CSQLite"]),
    storey("Transport", on: ["HTTPTypes", "CCurl", "CMicroHTTPD", "CLinux"]),
    storey(
      "Hub",
      on: [
        "Store", "Transport", "Connectors", "Directory", "PurgeCore", "HTTPTypes", "Documents",
        "Crypto", "CLinux",
      ]),
    storey("Web", on: ["Hub", "Store", "PurgeCore", "HTTPTypes", "Documents"]),
    storey("Simulator", on: ["PurgeCore", "Connectors", "Directory", "HTTPTypes", "Documents"]),
    storey("Sandbox", on: ["Transport", "HTTPTypes", "Documents", "CLinux"]),
    storey(
      "Bench",
      on: ["Web", "Hub", "Store", "Transport", "PurgeCore", "HTTPTypes", "Documents", "CLinux"]),
    .executableTarget(
      name: "purgehub",
      dependencies: [
        "Web", "Hub", "Transport", "Sandbox", "Simulator", "Bench", "PurgeCore", "HTTPTypes",
        "Documents",
      ],
      swiftSettings: strict),

    .target(
      name: "TestSupport",
      dependencies: ["Sandbox", "Transport", "PurgeCore", "HTTPTypes", "Documents", "CLinux"],
      path: "Tests/TestSupport", swiftSettings: strict),
    .target(name: "FaultyDisk", dependencies: ["CSQLite"], path: "Tests/FaultyDisk"),
    .target(
      name: "Fuzzing",
      dependencies: ["Web", "Hub", "Connectors", "PurgeCore", "HTTPTypes", "Documents"],
      path: "Tests/Fuzzing/Targets", swiftSettings: strict),
    .testTarget(name: "FuzzingTests", dependencies: ["Fuzzing"], swiftSettings: strict),
    .testTarget(name: "HouseTests", swiftSettings: strict),
    tests(of: "HTTPTypes"),
    tests(of: "Documents"),
    tests(of: "Crypto"),
    tests(of: "PurgeCore", using: ["HTTPTypes"]),
    tests(of: "Connectors", using: ["PurgeCore", "HTTPTypes", "Documents", "Crypto"]),
    tests(of: "Directory", using: ["PurgeCore"]),
    tests(
      of: "Store",
      using: [
        "PurgeCore", "Directory", "Documents", "Crypto", "CSQLite", "FaultyDisk", "TestSupport",
      ]),
    tests(of: "Transport", using: ["HTTPTypes", "Sandbox", "TestSupport", "CLinux"]),
    tests(
      of: "Hub",
      using: [
        "Web", "Sandbox", "Store", "Transport", "Connectors", "Directory", "PurgeCore", "HTTPTypes",
        "Documents", "TestSupport",
      ]),
    tests(of: "Simulator", using: ["PurgeCore", "Store", "TestSupport"]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "purgehub", "Hub", "Sandbox", "TestSupport", "HTTPTypes", "Documents", "Transport",
      ],
      swiftSettings: strict),
  ] + fuzzer,
  swiftLanguageModes: [.v6]
)
