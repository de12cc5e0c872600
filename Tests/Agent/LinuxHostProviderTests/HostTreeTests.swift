import FoundationEssentials
import Glibc
import NestingModel
import Testing

@testable import LinuxHostProvider

@Suite("Reading a tree") struct HostTreeTests {
    @Test("Links resolve inside the root, and none leads out of it")
    func links() throws {
        let outside = try FixtureTree(["/secret": "outside\n"])
        let fixture = try FixtureTree(["/usr/lib/os-release": "inside\n", "/secret": "own\n"])
        try fixture.link("/etc/relative", to: "../usr/lib/os-release")
        try fixture.link("/etc/absolute", to: "/usr/lib/os-release")
        try fixture.link("/etc/climbing", to: "../../../../../../../../usr/lib/os-release")
        try fixture.link("/etc/escaping", to: outside.root + "/secret")
        try fixture.link("/etc/folder", to: outside.root)
        try fixture.link("/lib", to: "usr/lib")
        try fixture.link("/loop", to: "loop")
        #expect(fixture.tree.value("/etc/relative") == .known("inside"))
        #expect(fixture.tree.value("/etc/absolute") == .known("inside"))
        #expect(fixture.tree.value("/etc/climbing") == .known("inside"))
        #expect(fixture.tree.value("/lib/os-release") == .known("inside"))
        #expect(fixture.tree.value("/../../secret") == .known("own"))
        #expect(fixture.tree.value("/etc/escaping").isUnknown)
        #expect(fixture.tree.value("/etc/folder/secret").isUnknown)
        #expect(fixture.tree.value("/loop").reason == "/loop leads through too many symbolic links or folders")
    }

    @Test("What is no file is not read, and nothing blocks")
    func specialFiles() throws {
        let fixture = try FixtureTree(["/etc/file": "text\n"])
        try fixture.makeFolder("/etc/folder")
        #expect(mkfifo(fixture.root + "/etc/pipe", 0o600) == 0)
        #expect(fixture.tree.text("/etc/pipe").reason == "/etc/pipe is a device, pipe or socket, not a file")
        #expect(fixture.tree.text("/etc/folder").reason == "/etc/folder is a folder, not a file")
        #expect(fixture.tree.names("/etc/file").reason == "/etc/file is not a folder")
        #expect(fixture.tree.text("/etc/file/below").reason == "/etc/file/below is not in the copied tree")
        #expect(fixture.tree.names("/etc") == .known(["file", "folder", "pipe"]))
    }

    @Test("A file beyond its bound is unknown, and one at it is read")
    func bounds() throws {
        let fixture = try FixtureTree()
        try fixture.write("/etc/at", Array(repeating: 65, count: HostTree.fileLimit))
        try fixture.write("/etc/beyond", Array(repeating: 65, count: HostTree.fileLimit + 1))
        #expect(fixture.tree.bytes("/etc/at").value?.count == HostTree.fileLimit)
        #expect(fixture.tree.bytes("/etc/beyond").reason == "/etc/beyond is larger than \(HostTree.fileLimit) bytes")
    }

    @Test("A missing file is absent on the machine itself and unknown in a copy")
    func missing() throws {
        let fixture = try FixtureTree()
        #expect(HostTree(root: fixture.root, live: true).value("/etc/none") == .absent)
        #expect(fixture.tree.value("/etc/none") == .unknown("/etc/none is not in the copied tree"))
        #expect(HostTree(root: fixture.root + "/none", live: false).value("/etc/none").isUnknown)
    }

    @Test(
        "Only plain text of some length becomes a value",
        arguments: [
            (Array("  plain \r\nsecond".utf8), "plain"), (Array("ünïcode\n".utf8), "ünïcode"),
            (Array("nul\0after".utf8), "nul"), ([], nil), (Array("\n".utf8), nil), ([0xFF, 0xFE, 0x41], nil),
            (Array("a\u{1B}[2Jb".utf8), nil), (Array("a\u{202E}b".utf8), nil), (Array(repeating: 65, count: 513), nil),
        ] as [([UInt8], String?)])
    func values(_ bytes: [UInt8], _ expected: String?) throws {
        let fixture = try FixtureTree()
        try fixture.write("/etc/value", bytes)
        #expect(fixture.tree.value("/etc/value").value == expected)
    }

    @Test("A file that the user may not read is unknown", .disabled(if: getuid() == 0, "root may read all"))
    func denied() throws {
        let fixture = try FixtureTree(["/etc/closed": "text"])
        chmod(fixture.root + "/etc/closed", 0)
        #expect(fixture.tree.text("/etc/closed").reason == "/etc/closed is not readable by the agent's user")
    }
}
