import Foundation
import Glibc
import NestorTestKit
import StructuredLog
import Testing

@testable import ControllerApp

@Suite("The controller's state folder")
struct StateFolderTests {
    private let temporary: TemporaryFolder
    private let sink = MemorySink()

    init() throws { temporary = try TemporaryFolder() }

    private var log: Log { Log(label: "test", sink: sink) }
    private var path: String { temporary("state") }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("is its owner's alone where it is made, and nothing is said of it")
    func made() throws {
        let folder = try StateFolder(path: path, log: log)
        #expect(try mode(path) == 0o700)
        #expect(sink.records.isEmpty)
        withExtendedLifetime(folder) {}
    }

    @Test("that was open to others is closed to them, with a warning", arguments: [0o755, 0o770, 0o701])
    func tightened(_ before: Int) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        chmod(path, mode_t(before))
        let folder = try StateFolder(path: path, log: log)
        #expect(try mode(path) == 0o700)
        #expect(sink.records.map(\.level) == [.warning])
        #expect(sink.records.first?.fields.contains { "\($0.value)" == "0" + String(before, radix: 8) } == true)
        withExtendedLifetime(folder) {}
    }

    @Test("that is open and holds what others put there is refused, and left as it is")
    func others() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        chmod(path, 0o755)
        #expect(FileManager.default.createFile(atPath: path + "/dpkg", contents: nil))
        #expect(throws: StartFailure.self) { try StateFolder(path: path, log: log) }
        #expect(try mode(path) == 0o755)
    }

    @Test("has its keys on the disk, and then their names, before anybody is told of them")
    func synced() throws {
        var seen: [String] = []
        let folder = try StateFolder(path: path, log: log) { file in
            let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(file)")
            seen.append(URL(filePath: link ?? "").lastPathComponent)
            return fsync(file)
        }
        _ = try folder.keys()
        #expect(seen == ["report.key.new", "correct.key.new", "state"])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: path).sorted() == ["correct.key", "lock", "report.key"])
        #expect(try mode(path + "/report.key") == 0o600)
    }

    @Test("gives no key that the disk did not take, and the same keys at every start")
    func lost() throws {
        func folder(_ sync: @escaping (Int32) -> Int32) throws -> StateFolder {
            try StateFolder(path: path, log: log, sync: sync)
        }
        #expect(throws: StartFailure.self) { try folder { _ in -1 }.keys() }
        #expect(!FileManager.default.fileExists(atPath: path + "/report.key"))
        // What a start that was cut off left is no hindrance.
        #expect(FileManager.default.fileExists(atPath: path + "/report.key.new"))
        _ = try folder(fsync).keys()
        let first = try Data(contentsOf: URL(filePath: path + "/correct.key"))
        _ = try folder(fsync).keys()
        #expect(try Data(contentsOf: URL(filePath: path + "/correct.key")) == first)
    }
}
