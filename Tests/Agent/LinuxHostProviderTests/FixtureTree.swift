import FoundationEssentials
import NestingModel

@testable import LinuxHostProvider

/// A copied tree in a temporary folder, removed with its owner.
final class FixtureTree {
    let root: String

    init(_ files: [String: String] = [:]) throws {
        root = FileManager.default.temporaryDirectory.appending(path: "nestor-tree-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        for (path, text) in files { try write(path, Array(text.utf8)) }
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    func write(_ path: String, _ bytes: [UInt8]) throws {
        try makeFolder((path as String).folder)
        try Data(bytes).write(to: URL(filePath: root + path))
    }

    func makeFolder(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: root + path, withIntermediateDirectories: true)
    }

    func link(_ path: String, to target: String) throws {
        try makeFolder(path.folder)
        try FileManager.default.createSymbolicLink(atPath: root + path, withDestinationPath: target)
    }

    var tree: HostTree { HostTree(root: root, live: false) }
    var provider: FixtureMachine { FixtureMachine(self, LinuxHostProvider(root: root, live: false)) }

    /// As if the tree were the running machine's own.
    func livingProvider(_ probe: LiveProbe = LiveProbe { _ in LiveProbe.KVMAnswer() }) -> FixtureMachine {
        FixtureMachine(self, LinuxHostProvider(root: root, probe: probe))
    }
}

extension String {
    fileprivate var folder: String { String(self[..<(lastIndex(of: "/") ?? startIndex)]) }
}

/// A provider that keeps its tree on the disk for as long as it is asked.
struct FixtureMachine {
    private let fixture: FixtureTree
    private let provider: LinuxHostProvider

    init(_ fixture: FixtureTree, _ provider: LinuxHostProvider) {
        self.fixture = fixture
        self.provider = provider
    }

    func identity() -> HostIdentity { withExtendedLifetime(fixture) { provider.identity() } }
    func level() -> LevelEvidence { withExtendedLifetime(fixture) { provider.level() } }
    func cpu() -> CPUFacts { withExtendedLifetime(fixture) { provider.cpu() } }
    func hypervisor() -> HypervisorFacts { withExtendedLifetime(fixture) { provider.hypervisor() } }
}
