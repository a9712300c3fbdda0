// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Asynchronous code of the host goes on where its caller is: a hop from the event loop to Swift's pool and back would
/// cost two thread switches.
let onTheCaller = strict + [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]

/// A plugin carries its own Swift runtime and exports only the symbols of the ABI: it then loads into any host,
/// beside any other plugin, on a machine without Swift.
let selfContainedPlugin: [LinkerSetting] = [
  .unsafeFlags([
    "-static-stdlib",
    "-Xlinker", "--version-script=\(Context.packageDirectory)/Plugins/exports.map",
    "-Xlinker", "--gc-sections",
  ]),
  .unsafeFlags(
    ["-Xlinker", "-z", "-Xlinker", "defs", "-Xlinker", "-s", "-Xlinker", "--icf=all"], .when(configuration: .release)),
]

/// A plugin is loaded and hashed often and computes little: small beats fast.
let smallPlugin = strict + [.unsafeFlags(["-Osize"], .when(configuration: .release))]

/// What is linked into every plugin follows suit in builds of plugins that are shipped (`make build` says so). Not
/// otherwise: the host needs a fast Core, and unsafe flags would keep ProviderKit from being a dependency of other
/// packages.
let core = Context.environment["FILMGATE_SMALL"] == nil ? strict : smallPlugin

/// Executables carry the runtime too (2 ms faster to start), and export none of it to what they load. FILMGATE_SYMBOLS
/// keeps their symbols, for profilers.
let selfContainedExecutable: [LinkerSetting] =
  [
    .unsafeFlags([
      "-static-stdlib",
      "-Xlinker", "--version-script=\(Context.packageDirectory)/Host/System/none.map",
      "-Xlinker", "--gc-sections",
    ])
  ]
  + (Context.environment["FILMGATE_SYMBOLS"] == nil
    ? [.unsafeFlags(["-Xlinker", "-s"], .when(configuration: .release))] : [])

/// Four plugins laid out alike: logic that tests can link, and a thin entry that only exports the C symbols.
func plugin(_ name: String, uses dependencies: [Target.Dependency] = []) -> [Target] {
  [
    .target(
      name: "\(name)Provider",
      dependencies: ["ProviderKit"] + dependencies,
      path: "Plugins/\(name)",
      exclude: ["Entry", "Fixtures"],
      sources: ["Provider"],
      resources: [.embedInCode("manifest.json")],
      swiftSettings: smallPlugin),
    .target(
      name: "\(name)Entry",
      dependencies: [.target(name: "\(name)Provider"), "ProviderKit", "FilmgateABI"],
      path: "Plugins/\(name)/Entry",
      swiftSettings: strict,
      linkerSettings: selfContainedPlugin),
  ]
}

func host(
  _ name: String, path: String? = nil, exclude: [String] = [], resources: [Resource]? = nil,
  _ dependencies: [Target.Dependency]
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Host/\(path ?? name)", exclude: exclude, resources: resources,
    swiftSettings: onTheCaller)
}

func tests(_ name: String, path: String? = nil, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(path ?? name)", swiftSettings: strict)
}

func library(_ name: String, pkgConfig: String? = nil, apt package: String) -> Target {
  .systemLibrary(name: name, path: "Host/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

let package = Package(
  name: "filmgate",
  products: [
    .executable(name: "filmgate", targets: ["filmgate"]),
    .executable(name: "filmgate-worker", targets: ["filmgate-worker"]),
    .library(name: "ProviderKit", targets: ["ProviderKit"]),
    .library(name: "filmgate-seedance", type: .dynamic, targets: ["SeedanceEntry"]),
    .library(name: "filmgate-kling", type: .dynamic, targets: ["KlingEntry"]),
    .library(name: "filmgate-jimeng", type: .dynamic, targets: ["JimengEntry"]),
    .library(name: "filmgate-volc", type: .dynamic, targets: ["VolcEntry"]),
  ],
  targets: [
    // Core: the contract that both sides share.
    .systemLibrary(name: "FilmgateABI", path: "Core/ABI"),
    .target(name: "OrderedJSON", path: "Core/JSON", swiftSettings: core),
    .target(name: "VideoDocuments", dependencies: ["OrderedJSON"], path: "Core/Video", swiftSettings: core),
    .target(
      name: "ProviderKit", dependencies: ["VideoDocuments", "OrderedJSON", "FilmgateABI"], path: "Core/ProviderKit",
      swiftSettings: core),

    // C libraries from Debian.
    .systemLibrary(name: "CLinux", path: "Host/System/CLinux"),
    .systemLibrary(name: "CCurl", path: "Host/System/CCurl"),
    library("CFFI", pkgConfig: "libffi", apt: "libffi-dev"),
    library("CSeccomp", pkgConfig: "libseccomp", apt: "libseccomp-dev"),
    library("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
    library("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
    library("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),

    // Host: everything that a plugin may not do.
    host("Loader", ["FilmgateABI", "VideoDocuments", "OrderedJSON", "CFFI", "CLinux"]),
    .executableTarget(
      name: "filmgate-worker", dependencies: ["Loader", "VideoDocuments", "OrderedJSON", "CLinux", "CSeccomp"],
      path: "Host/Worker", swiftSettings: strict, linkerSettings: selfContainedExecutable),
    host("EventLoop", ["CLinux"]),
    host("PluginHost", ["Loader", "EventLoop", "VideoDocuments", "OrderedJSON", "CLinux", "CCrypto"]),
    host("HTTPServer", path: "HTTP", ["EventLoop", "CLinux"]),
    host("Network", ["EventLoop", "VideoDocuments", "OrderedJSON", "CLinux", "CCurl", "CCrypto"]),
    host("Store", ["EventLoop", "VideoDocuments", "OrderedJSON", "CSQLite", "CLinux"]),
    host("Jobs", ["Store", "PluginHost", "Network", "EventLoop", "VideoDocuments", "OrderedJSON", "CLinux", "CYAML"]),
    host(
      "Dialects",
      ["Jobs", "PluginHost", "Loader", "HTTPServer", "Network", "EventLoop", "VideoDocuments", "OrderedJSON", "CLinux"]),
    host("Studio", ["EventLoop", "VideoDocuments", "OrderedJSON", "CLinux"]),
    host(
      "Sandbox",
      [
        "Studio", "Dialects", "Jobs", "HTTPServer", "PluginHost", "Loader", "Network", "EventLoop", "VideoDocuments",
        "OrderedJSON", "CLinux",
      ]),
    host(
      "Gateway", resources: [.embedInCode("OpenAPI/components.json")],
      [
        "Dialects", "Jobs", "Store", "HTTPServer", "PluginHost", "Network", "EventLoop", "VideoDocuments",
        "OrderedJSON", "CSQLite", "CCrypto", "CLinux",
      ]),
    host(
      "CommandLineInterface", path: "CLI", exclude: ["Main"],
      [
        "Gateway", "Sandbox", "Studio", "Dialects", "Jobs", "Store", "Network", "PluginHost", "HTTPServer", "EventLoop",
        "VideoDocuments", "OrderedJSON", "CYAML", "CLinux",
      ]),
    .executableTarget(
      name: "filmgate", dependencies: ["CommandLineInterface"], path: "Host/CLI/Main", swiftSettings: onTheCaller,
      linkerSettings: selfContainedExecutable),

    .executableTarget(
      name: "plugin-benchmarks", dependencies: ["PluginHost", "Loader", "EventLoop", "VideoDocuments"],
      path: "Tests/Benchmarks/Plugins", swiftSettings: strict, linkerSettings: selfContainedExecutable),

    .executableTarget(
      name: "http-test-server", dependencies: ["HTTPServer", "EventLoop", "CLinux"], path: "Tests/Benchmarks/HTTP",
      swiftSettings: strict, linkerSettings: selfContainedExecutable),

    // Tests mirror the above.
    tests("OrderedJSON", path: "JSON", ["OrderedJSON"]),
    tests("VideoDocuments", path: "Video", ["VideoDocuments", "OrderedJSON"]),
    tests("ProviderKit", ["ProviderKit", "VideoDocuments", "OrderedJSON", "FilmgateABI"]),
    tests("Loader", ["Loader", "VideoDocuments", "OrderedJSON"]),
    tests("PluginHost", ["PluginHost", "Loader", "EventLoop", "VideoDocuments", "OrderedJSON"]),
    tests("EventLoop", ["EventLoop", "CLinux"]),
    tests("HTTPServer", path: "HTTP", ["HTTPServer", "EventLoop", "CLinux"]),
    tests("Network", ["Network", "HTTPServer", "EventLoop", "VideoDocuments", "OrderedJSON"]),
    tests("Store", ["Store", "VideoDocuments", "OrderedJSON", "CSQLite"]),
    tests("Jobs", ["Jobs", "Store", "PluginHost", "Network", "EventLoop", "VideoDocuments", "OrderedJSON"]),
    tests("Dialects", ["Dialects", "Jobs", "Network", "VideoDocuments", "OrderedJSON"]),
    tests(
      "Sandbox",
      [
        "Sandbox", "Dialects", "Studio", "Jobs", "PluginHost", "Loader", "HTTPServer", "Network", "EventLoop",
        "VideoDocuments",
        "OrderedJSON",
      ]),
    tests(
      "Gateway",
      [
        "Gateway", "Dialects", "Jobs", "Store", "PluginHost", "HTTPServer", "Network", "EventLoop", "VideoDocuments",
        "OrderedJSON", "CLinux",
      ]),
    tests("CommandLineInterface", path: "CLI", ["CommandLineInterface", "VideoDocuments", "OrderedJSON"]),
    tests(
      "Plugins",
      [
        "SeedanceProvider", "KlingProvider", "JimengProvider", "VolcProvider", "ArkProtocol", "ProviderKit", "Dialects",
        "Jobs", "Network", "VideoDocuments", "OrderedJSON",
      ]),
    tests("Conformance", ["PluginHost", "Loader", "EventLoop", "VideoDocuments", "OrderedJSON"]),
  ]
    + plugin("Seedance", uses: ["ArkProtocol"]) + plugin("Kling") + plugin("Jimeng")
    + plugin("Volc", uses: ["ArkProtocol"])
    + [
      .target(name: "ArkProtocol", dependencies: ["ProviderKit"], path: "Plugins/Ark", swiftSettings: smallPlugin)
    ],
  swiftLanguageModes: [.v6]
)
