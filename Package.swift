// swift-tools-version: 6.2
import PackageDescription

/// The compiler settings of every Swift target: one place, so that no room is built more loosely than another.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// A Swift target at `Sources/<room>/<name>`.
func room(_ room: String, _ name: String, _ dependencies: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies.map { .byName(name: $0) }, path: "Sources/\(room)/\(name)",
        swiftSettings: strict)
}

/// The tests of one target, at `Tests/<room>/<name>Tests`.
func tests(_ room: String, _ name: String, _ dependencies: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: ([name] + dependencies).map { .byName(name: $0) },
        path: "Tests/\(room)/\(name)Tests", swiftSettings: strict)
}

/// One of Debian's C libraries, at `Sources/Native/<name>`.
func native(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, path: "Sources/Native/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// A program: `Main.swift` over an app library.
func program(_ name: String, _ dependencies: [String]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies.map { .byName(name: $0) }, path: "Sources/Executables/\(name)",
        swiftSettings: strict)
}

let package = Package(
    name: "nestor",
    products: [
        .executable(name: "nestord", targets: ["nestord"]),
        .executable(name: "nestor-agent", targets: ["nestor-agent"]),
        .executable(name: "nestor", targets: ["nestor"]),
    ],
    targets: [
        // Domain
        room("Domain", "NestingModel"),
        room("Domain", "NestingPolicy", ["NestingModel"]),
        // Contracts
        room("Contracts", "AgentWire", ["NestingModel"]),
        room("Contracts", "ControllerAPI", ["NestingModel"]),
        room("Contracts", "FleetDocuments", ["NestingModel", "NestingPolicy", "YAMLDocument", "HumanText"]),
        // Support
        room("Support", "HumanText"),
        room("Support", "YAMLDocument", ["HumanText", "CLibYAML"]),
        room("Support", "Settings", ["HumanText", "YAMLDocument"]),
        room("Support", "CommandLineTable", ["HumanText"]),
        room("Support", "StructuredLog"),
        room("Support", "ServiceGroup"),
        room("Support", "Digests", ["CNettle"]),
        // Transport
        room("Transport", "SecureShell"),
        room("Transport", "LibSSHTransport", ["SecureShell", "CLibSSH"]),
        room("Transport", "HTTPServing", ["CMicroHTTPD"]),
        room("Transport", "HTTPCalling", ["CCurl", "HumanText"]),
        // Agent
        room("Agent", "AgentCore", ["NestingModel", "AgentWire", "Digests", "HumanText"]),
        room("Agent", "LinuxHostProvider", ["NestingModel", "AgentCore", "CHostProbe"]),
        room("Agent", "LibvirtProvider", ["NestingModel", "AgentCore", "Digests", "HumanText", "CExpat"]),
        room(
            "Agent", "AgentApp",
            ["NestingModel", "AgentWire", "AgentCore", "LinuxHostProvider", "LibvirtProvider", "CommandLineTable"]),
        // Controller
        room("Controller", "FleetStore", ["NestingModel", "ControllerAPI", "Digests"]),
        room(
            "Controller", "SQLiteStore",
            ["FleetStore", "NestingModel", "NestingPolicy", "ControllerAPI", "Digests", "CSQLite"]),
        room("Controller", "FleetScheduler", ["NestingModel", "HumanText"]),
        room(
            "Controller", "ReportDocuments",
            ["NestingModel", "ControllerAPI", "FleetDocuments", "FleetScheduler", "YAMLDocument", "HumanText"]),
        room("Controller", "AgentDelivery", ["NestingModel", "AgentWire", "SecureShell", "Digests"]),
        room(
            "Controller", "DriftReports",
            [
                "NestingModel", "NestingPolicy", "ControllerAPI", "HTTPCalling", "FleetStore", "FleetScheduler",
                "HumanText", "Digests",
            ]),
        room(
            "Controller", "FleetControl",
            [
                "NestingModel", "NestingPolicy", "AgentWire", "ControllerAPI", "SecureShell", "FleetStore",
                "FleetDocuments", "ReportDocuments", "FleetScheduler", "DriftReports", "YAMLDocument", "AgentDelivery",
                "StructuredLog", "Digests",
            ]),
        room(
            "Controller", "ControllerHTTP",
            [
                "NestingModel", "ControllerAPI", "FleetDocuments", "HTTPServing", "DriftReports", "FleetControl",
                "HumanText", "StructuredLog",
            ]),
        room(
            "Controller", "ControllerApp",
            [
                "NestingModel", "ControllerAPI", "SecureShell", "LibSSHTransport", "HTTPServing", "FleetStore",
                "SQLiteStore",
                "NestingPolicy", "FleetControl", "AgentDelivery", "ControllerHTTP", "Settings", "YAMLDocument",
                "CommandLineTable", "StructuredLog", "ServiceGroup",
            ]),
        // Client
        room(
            "Client", "CLICommands",
            [
                "NestingModel", "NestingPolicy", "ControllerAPI", "FleetDocuments", "YAMLDocument", "HTTPCalling",
                "CommandLineTable", "HumanText",
            ]),
        // Native
        native("CLibSSH", pkgConfig: "libssh", apt: "libssh-dev"),
        native("CMicroHTTPD", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
        native("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        native("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        native("CLibYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
        native("CExpat", pkgConfig: "expat", apt: "libexpat1-dev"),
        native("CNettle", pkgConfig: "nettle", apt: "nettle-dev"),
        .target(name: "CHostProbe", path: "Sources/Native/CHostProbe"),
        // Executables
        program("nestord", ["ControllerApp", "AgentWire"]),
        program("nestor-agent", ["AgentApp"]),
        program("nestor", ["CLICommands", "AgentWire"]),
        // Tests
        tests("Domain", "NestingModel"),
        tests("Domain", "NestingPolicy", ["NestingModel"]),
        tests("Contracts", "AgentWire", ["NestingModel"]),
        tests("Contracts", "FleetDocuments", ["NestingModel", "NestingPolicy", "YAMLDocument", "NestorTestKit"]),
        tests("Support", "HumanText"),
        tests("Support", "YAMLDocument", ["NestorTestKit"]),
        tests("Support", "Settings", ["YAMLDocument"]),
        tests("Support", "CommandLineTable"),
        tests("Support", "StructuredLog"),
        tests("Support", "ServiceGroup"),
        tests("Support", "Digests"),
        tests("Transport", "SecureShell"),
        tests("Transport", "LibSSHTransport", ["SecureShell", "NestorTestKit"]),
        tests("Transport", "HTTPServing", ["HTTPCalling", "NestorTestKit"]),
        tests("Agent", "AgentCore", ["NestingModel", "AgentWire", "NestorTestKit"]),
        tests(
            "Agent", "AgentApp",
            ["NestingModel", "AgentWire", "AgentCore", "LibvirtProvider", "NestorTestKit", "nestor-agent"]),
        tests("Agent", "LinuxHostProvider", ["NestingModel", "AgentCore", "NestorTestKit"]),
        tests("Agent", "LibvirtProvider", ["NestingModel", "AgentCore", "Digests", "NestorTestKit"]),
        tests(
            "Controller", "SQLiteStore", ["FleetStore", "NestingModel", "ControllerAPI", "Digests", "NestorTestKit"]),
        tests(
            "Controller", "AgentDelivery",
            ["NestingModel", "AgentWire", "SecureShell", "LibSSHTransport", "Digests", "NestorTestKit"]),
        tests("Controller", "FleetScheduler", ["NestingModel"]),
        tests("Controller", "ReportDocuments", ["NestingModel", "ControllerAPI", "FleetDocuments", "YAMLDocument"]),
        tests(
            "Controller", "DriftReports",
            ["NestingModel", "ControllerAPI", "FleetStore", "Digests", "HTTPCalling", "NestorTestKit"]),
        tests(
            "Controller", "FleetControl",
            [
                "NestingModel", "NestingPolicy", "AgentWire", "AgentDelivery", "ControllerAPI", "SecureShell",
                "FleetStore", "FleetScheduler", "SQLiteStore", "DriftReports",
                "StructuredLog", "NestorTestKit",
            ]),
        tests(
            "Controller", "ControllerHTTP",
            [
                "NestingModel", "ControllerAPI", "HTTPServing", "FleetControl", "FleetStore", "SQLiteStore",
                "AgentDelivery",
                "SecureShell", "StructuredLog", "NestorTestKit",
            ]),
        tests("Controller", "ControllerApp", ["ControllerAPI", "Settings", "StructuredLog", "NestorTestKit"]),
        tests(
            "Client", "CLICommands",
            ["NestingModel", "ControllerAPI", "CommandLineTable", "HTTPServing", "NestorTestKit"]),
        .testTarget(name: "ArchitectureTests", path: "Tests/Architecture", swiftSettings: strict),
        .testTarget(
            name: "IntegrationTests",
            dependencies: ["NestorTestKit", "NestingModel", "ControllerAPI", "HTTPCalling"],
            path: "Tests/Integration", swiftSettings: strict),
        .target(name: "NestorTestKit", path: "Tests/Support/NestorTestKit", swiftSettings: strict),
        .executableTarget(
            name: "nestor-benchmarks",
            dependencies: [
                "NestingModel", "NestingPolicy", "AgentWire", "ControllerAPI", "SecureShell", "LibSSHTransport",
                "FleetStore", "SQLiteStore", "FleetControl", "DriftReports", "AgentDelivery", "StructuredLog",
                "NestorTestKit", "CSQLite", "ControllerHTTP", "HTTPServing",
            ],
            path: "Tests/Benchmarks", swiftSettings: strict),
    ]
)
