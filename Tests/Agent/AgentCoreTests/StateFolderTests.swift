import Foundation
import Glibc
import NestorTestKit
import Testing

@testable import AgentCore

@Suite("The agent's folder")
struct StateFolderTests {
    private let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private func folder(mode: mode_t, _ files: [String]) throws -> StateFolder {
        let path = temporary("state")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        for name in files { try Data().write(to: URL(filePath: "\(path)/\(name)")) }
        chmod(path, mode)
        return StateFolder(path)
    }

    @Test("is closed to others where only the agent uses it")
    func own() throws {
        let folder = try folder(mode: 0o777, ["controller.json", ".controller.json.new", "lock", "journal.lock"])
        try folder.prepare()
        #expect(try mode(folder.path) == 0o700)
        #expect(try mode(folder.corrections) == 0o700)
    }

    /// As /var/lib: closing it would break whatever else is on the machine.
    @Test("that others use too keeps its mode, and the corrections in it are closed to them")
    func shared() throws {
        let folder = try folder(mode: 0o755, ["dpkg"])
        try folder.prepare()
        #expect(try mode(folder.path) == 0o755)
        #expect(try mode(folder.corrections) == 0o700)
    }

    @Test("that others use and may write to is refused", arguments: [0o777, 0o1777, 0o775])
    func writable(_ before: Int) throws {
        let folder = try folder(mode: mode_t(before), ["somebody's"])
        let fault = #expect(throws: StateFault.self) { try folder.prepare() }
        #expect(fault?.code == .unwritable)
        #expect(fault?.sentence.contains(folder.path) == true)
        #expect(try mode(folder.path) == before)
        #expect(!FileManager.default.fileExists(atPath: folder.corrections))
    }
}
