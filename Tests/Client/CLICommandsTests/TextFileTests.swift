import FleetDocuments
import Foundation
import NestorTestKit
import Testing

@testable import CLICommands

@Suite("Files as people name them")
struct TextFileTests {
    private func reason(_ file: String) -> String {
        do throws(UnreadableText) {
            return "it is read: \(try TextFile.read(file))"
        } catch {
            return error.reason
        }
    }

    @Test("are read as UTF-8, or refused with the reason")
    func reading() throws {
        let folder = try TemporaryFolder()
        #expect(reason(try folder.write("a: é\n", to: "a")) == "it is read: a: é\n")
        #expect(reason(folder("none")) == "it is not there")
        #expect(reason(folder.path) == "it is a folder")
        #expect(reason(folder("a/b")) == "a part of its path is no folder")
        try FileManager.default.createSymbolicLink(atPath: folder("round"), withDestinationPath: folder("round"))
        #expect(reason(folder("round")) == "its symbolic links go round in a circle")
        // Latin-1: a name that was mended by guessing would select other guests.
        try Data("a: 1\nname: caf".utf8 + [0xE9, 0x0A]).write(to: URL(filePath: folder("latin")))
        #expect(reason(folder("latin")) == "line 2 is no UTF-8 text; save it as UTF-8")
        #expect(reason("/dev/zero") == "it is longer than 64 MiB")
    }

    @Test("of a folder are the YAML files by name, without an editor's own")
    func folders() throws {
        let folder = try TemporaryFolder()
        for name in ["b.yaml", "a.yml", "c.txt", ".#b.yaml", ".a.yaml.swp"] { try folder.write("", to: name) }
        #expect(try TextFile.yamlFiles(in: folder.path) == [folder("a.yml"), folder("b.yaml")])
        #expect(try TextFile.yamlFiles(in: folder.path + "/") == [folder("a.yml"), folder("b.yaml")])
        #expect(throws: UnreadableText("it is not there")) { try TextFile.yamlFiles(in: folder("none")) }
    }
}
