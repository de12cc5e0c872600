import ControllerAPI
import ControllerHTTP
import FleetControl
import Foundation
import Glibc
import HTTPServing
import NestorTestKit
import Testing

@Suite("Who may change something")
struct AccessRuleTests {
    private let rule = AccessRule(owner: 990, admins: ["alice", "1007"]) { uid in
        [990: "nestor", 0: "root", 1000: "alice", 1001: "bob", 1002: "1007"][uid]
    }

    private func peer(_ uid: UInt32) -> HTTPRequest.Peer { HTTPRequest.Peer(uid: uid, gid: 0, pid: 1) }

    @Test(
        "its own user, root, and those whom the settings name or number", arguments: [990, 0, 1000, 1007] as [UInt32])
    func may(uid: UInt32) throws {
        try rule.checkMayChange(peer(uid))
    }

    @Test("nobody else, whoever they are told to be", arguments: [1001, 1008, 65534] as [UInt32])
    func mayNot(uid: UInt32) {
        let error = #expect(throws: APIError.self) { try rule.checkMayChange(peer(uid)) }
        #expect(error?.code == "not-allowed")
        #expect(error?.remedy.contains("api.admins") == true)
    }

    @Test("nobody whom the socket does not tell")
    func noPeer() {
        #expect(throws: APIError.self) { try rule.checkMayChange(nil) }
    }

    @Test("the audit log names people, and numbers those without a name")
    func requester() {
        #expect(rule.requester(peer(1001)).name == "bob (uid 1001)")
        #expect(rule.requester(peer(4711)).name == "uid 4711")
        #expect(rule.requester(nil).name == "unknown")
    }

    @Test("the audit log tells from where: the process, and who had logged in before a sudo")
    func origin() throws {
        let folder = try TemporaryFolder()
        let process = folder("11")
        try FileManager.default.createDirectory(atPath: process, withIntermediateDirectories: true)
        try folder.write("nes\u{1B}[31mtor\n", to: "11/comm")
        try folder.write("1000", to: "11/loginuid")
        try folder.write("12", to: "11/sessionid")
        func origin(_ uid: UInt32, pid: Int32) -> String {
            PeerOrigin.text(
                of: HTTPRequest.Peer(uid: uid, gid: 0, pid: pid), userName: { $0 == 1000 ? "alice" : nil },
                processes: folder.path)
        }
        let told = origin(0, pid: 11)
        #expect(told.hasPrefix("pid 11 (nes") && told.hasSuffix("), login alice, session 12"), "\(told)")
        #expect(!told.contains("\u{1B}"))
        #expect(!origin(1000, pid: 11).contains("login"))
        try folder.write("4294967295", to: "11/loginuid")
        try folder.write("4294967295", to: "11/sessionid")
        #expect(!origin(0, pid: 11).contains(","))
        #expect(origin(0, pid: 12) == "pid 12" && origin(0, pid: 0) == "")
        #expect(PeerOrigin.text(of: nil) == "")
        let own = PeerOrigin.text(of: HTTPRequest.Peer(uid: getuid(), gid: 0, pid: getpid()))
        #expect(own.hasPrefix("pid \(getpid()) ("), "\(own)")
    }

    @Test(
        "behind root is who had logged in; nobody can be told where nobody logged in, and any other account is a person",
        arguments: [
            (0, "1000", "alice (uid 1000)"), (0, "0", "root (uid 0)"), (0, "4711", "uid 4711"),
            (0, "4294967295", nil), (0, "", nil), (0, "x", nil), (1001, "1000", "bob (uid 1001)"),
        ] as [(UInt32, String, String?)])
    func person(uid: UInt32, login: String, person: String?) throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder("11"), withIntermediateDirectories: true)
        if !login.isEmpty { try folder.write(login, to: "11/loginuid") }
        let names: [UInt32: String] = [0: "root", 1000: "alice", 1001: "bob"]
        let rule = AccessRule(owner: 990, admins: [], userName: { names[$0] }, processes: folder.path)
        let requester = rule.requester(HTTPRequest.Peer(uid: uid, gid: 0, pid: 11))
        #expect(requester.person == person)
        #expect(requester.name == "\(names[uid]!) (uid \(uid))", "the log names the account, as ever")
    }

    @Test("the system knows its root, and not a number that nobody has")
    func system() {
        #expect(AccessRule.systemUserName(0) == "root")
        #expect(AccessRule.systemUserName(4_000_000_000) == nil)
    }
}
