import ControllerAPI
import Foundation
import Glibc
import NestingModel
import NestorTestKit
import Testing

@Suite("hosts that go wrong", .serialized)
struct HostStateTests {
    /// What happens to a host after it was enrolled, and the state that says so.
    static let mishaps: [(name: String, state: HostState)] = [
        ("other-key", .hostKeyMismatch), ("refused-key", .authenticationRefused), ("ended", .connectionRefused),
        ("no-agent", .agentMissing), ("old-protocol", .agentProtocol), ("new-protocol", .agentProtocol),
        ("garbage", .agentGarbage), ("flood", .agentFlood), ("chatter", .agentFlood), ("mute-server", .silent),
        ("mute-agent", .silent), ("crashing", .agentFailed), ("no-way", .unreachable),
    ]

    @Test("each mishap is a state of its own, within the deadline, and the sweep of the others goes on")
    func all() async throws {
        let deadline = 15
        let fleet = try await Fleet.start(["sweep.deadline": "\(deadline)s", "sweep.parallel": "64"])
        let shared = try TemporaryFolder()
        var hosts: [String: PretendHost] = [:]
        for name in ["well"] + Self.mishaps.map(\.name) {
            let host = try await PretendHost(name, agentDirectory: shared("agent"))
            let row: HostRow = try await fleet.ask(try host.enrolment)
            #expect(row.health.state == .ok, "\(row.health)")
            hosts[name] = host
        }
        // The warm sessions of enrolment would hide what happens now.
        for host in hosts.values { host.server.dropSessions() }
        var stands: [AnyObject] = []
        for (name, _) in Self.mishaps {
            let host = try #require(hosts[name])
            if let stand = try await befall(name, host, fleet) { stands.append(stand) }
        }

        let began = ContinuousClock.now
        var states = try await fleet.states()
        let took = ContinuousClock.now - began
        #expect(states.removeValue(forKey: "well") == .ok)
        for (name, state) in Self.mishaps { #expect(states[name] == state, "\(name)") }
        // One deadline for all of them together: they are read at once. The margin is this machine's.
        #expect(took < .seconds(deadline * 2), "\(took)")
        let rows = try await fleet.hosts()
        for row in rows where row.health.state != .ok {
            #expect(!row.health.sentence.isEmpty && row.health.sentence.allSatisfy { !$0.isNewline })
            #expect(!row.health.sentence.unicodeScalars.contains { $0.properties.generalCategory == .control })
        }
        withExtendedLifetime(stands) {}

        // Back to what it was, it is well again: a state is of the last attempt, not of the host.
        try hosts["no-agent"]?.replaceCommand(
            "\(shared("agent"))/nestor-agent session --role report --state \(hosts["no-agent"]?.agentState ?? "")")
        let check: CheckAnswer = try await fleet.ask("host", "check", "no-agent")
        #expect(check.view.health.state == .ok, "\(check.view.health)")
    }

    /// - Returns: what must live on for the mishap to last.
    private func befall(_ name: String, _ host: PretendHost, _ fleet: Fleet) async throws -> AnyObject? {
        switch name {
        case "other-key":
            host.server.stop()
            return try await PrivateSSHServer.start(
                authorizedKeys: [host.operatorKey.publicLine], port: host.server.port)
        case "refused-key": try host.editKeys { $0.contains(" nestor:") ? "" : $0 }
        case "ended": host.server.stop()
        case "no-agent": try host.replaceCommand("\(host.server.folder("gone"))/nestor-agent session --role report")
        case "old-protocol":
            // As this build's agent refuses a controller of other versions.
            try host.replaceCommand(
                reply(
                    #"{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"other versions only","data":{"code":"protocol-mismatch","remedy":""}}}"#,
                    host))
        case "new-protocol":
            try host.replaceCommand(
                reply(
                    #"{"jsonrpc":"2.0","id":1,"result":{"protocol":99,"agent":{"platform":"linux-x86_64","protocol":99,"version":"9.9.9"},"role":"report","methods":["hello"],"verbs":[],"bootID":"x"}}"#,
                    host))
        case "garbage": try host.replaceCommand(#"printf 'Welcome to \\033[31m%s\\n' rack7"#)
        case "flood": try host.replaceCommand("head -c 100000000 /dev/zero | tr '\\\\0' x")
        case "chatter":
            // Good lines, each short, and no end of them.
            try host.replaceCommand(
                reply(
                    #"{"jsonrpc":"2.0","method":"progress","params":{"id":"a","verb":"guest.set","guests":[],"phase":"queued","sentence":"","remedy":"","owesStart":false}}"#,
                    host, repeated: true))
        case "mute-server":
            host.server.stop()
            return try SilentListener(port: host.server.port)
        case "mute-agent": try host.replaceCommand("sleep 100")
        case "crashing": try host.replaceCommand("read line; echo out of order >&2; exit 3")
        default:
            let text = try await fleet.nestor("fleet", "export").output
            let lines = text.components(separatedBy: "\n").reduce(into: [String]()) { lines, line in
                let isNext = line.contains("address:") && (lines.last?.contains("no-way") ?? false)
                // An address that nothing is ever sent to: the kernel itself refuses it.
                lines.append(isNext ? line.replacingOccurrences(of: "127.0.0.1", with: "255.255.255.255") : line)
            }
            let file = try fleet.folder.write(lines.joined(separator: "\n"), to: "fleet.yaml")
            let applied = try await fleet.nestor("fleet", "apply", "-f", file)
            #expect(applied.code == 0, "\(applied)\n\(text)")
        }
        return nil
    }

    /// A command that answers the first line with this one.
    private func reply(_ line: String, _ host: PretendHost, repeated: Bool = false) throws -> String {
        let file = try host.server.folder.write(line + "\n", to: "reply")
        return repeated
            ? "read request; while cat \(file) \(file) \(file); do :; done" : "read request; cat \(file); read more"
    }
}

/// A port where somebody accepts, and then says nothing.
final class SilentListener {
    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isReady =
            withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            } == 0 && listen(descriptor, 16) == 0
        guard isReady else { throw TestToolFailure(sentence: "port \(port) is not free again (errno \(errno))") }
    }

    deinit { close(descriptor) }
}
