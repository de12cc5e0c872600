import Foundation
import LibSSHTransport
import NestorTestKit
import SecureShell
import Testing

@Suite("jumps")
struct JumpTests {
    /// Servers that accept one key, chained by their ports on loopback.
    private struct Fleet {
        let key: SSHKeyPair
        var servers: [PrivateSSHServer] = []
        let connector = LibSSHConnector()

        init(_ count: Int, settings: [String] = []) async throws {
            key = try SSHKeyPair.generate()
            for _ in 0..<count {
                servers.append(try await .start(authorizedKeys: [key.publicLine], settings: settings))
            }
        }

        var route: Route {
            Route(hops: servers.enumerated().map { $1.hop("hop\($0)", key: key) })
        }
    }

    @Test("a command runs behind jump hosts, end to end", arguments: [1, 2, 3])
    func deep(jumps: Int) async throws {
        let fleet = try await Fleet(jumps + 1)
        let session = try await fleet.connector.connect(fleet.route, deadline: patience)
        let result = try await session.run("echo $SSH_CONNECTION", limit: 200, deadline: patience)
        let words = String(decoding: result.output, as: UTF8.self).split(separator: " ")
        #expect(words.last == "\(fleet.servers[jumps].port)\n")
        await session.close()
        try await expectNoHandles(fleet.connector)
    }

    @Test("much data goes both ways through two jump hosts")
    func much() async throws {
        let fleet = try await Fleet(3)
        let session = try await fleet.connector.connect(fleet.route, deadline: patience)
        let input = [UInt8](repeating: 120, count: 6_000_000)
        let counted = try await session.run("wc -c", input: input, limit: 100, deadline: patience)
        #expect(String(decoding: counted.output, as: UTF8.self).contains("6000000"))
        let channel = try await session.open("seq 1 100000", deadline: patience)
        var lines = 0
        while try await channel.readLine(limit: 100, deadline: patience) != nil { lines += 1 }
        #expect(lines == 100_000)
        await session.close()
        try await expectNoHandles(fleet.connector)
    }

    @Test("the offered key of a host behind a jump host is told")
    func offered() async throws {
        let fleet = try await Fleet(2)
        var route = fleet.route
        route.hops[1].hostKeys = []
        #expect(try await fleet.connector.offeredHostKey(route, deadline: patience) == fleet.servers[1].pinned)
        try await expectNoHandles(fleet.connector)
    }

    @Test("a jump host with a wrong key is not passed")
    func wrongJump() async throws {
        let fleet = try await Fleet(2)
        var route = fleet.route
        route.hops[0].hostKeys = [fleet.servers[1].pinned]
        let error = await failure { try await fleet.connector.connect(route, deadline: patience) }
        #expect(error?.code == .hostKeyMismatch)
        #expect(error?.hop == "hop0")
        let offered = await failure { try await fleet.connector.offeredHostKey(route, deadline: patience) }
        #expect(offered?.code == .hostKeyMismatch)
        // The one connection is the look whether it listens.
        #expect(fleet.servers[1].log.text.components(separatedBy: "Connection from").count == 2)
        try await expectNoHandles(fleet.connector)
    }

    @Test("a host behind a jump host with a wrong key is a mismatch of its own")
    func wrongTarget() async throws {
        let fleet = try await Fleet(2)
        var route = fleet.route
        route.hops[1].hostKeys = [fleet.servers[0].pinned]
        let error = await failure { try await fleet.connector.connect(route, deadline: patience) }
        #expect(error?.code == .hostKeyMismatch)
        #expect(error?.hop == "hop1")
        #expect(error?.offeredKey == fleet.servers[1].pinned)
        try await expectNoHandles(fleet.connector)
    }

    @Test("a jump host that may forward elsewhere only is forwarding-refused")
    func permitopen() async throws {
        let fleet = try await Fleet(2)
        let allowed = #"restrict,port-forwarding,permitopen="127.0.0.1:\#(fleet.servers[1].port)" "#
        let elsewhere = #"restrict,port-forwarding,permitopen="127.0.0.1:1" "#
        try fleet.servers[0].authorize([elsewhere + fleet.key.publicLine])
        let error = await failure { try await fleet.connector.connect(fleet.route, deadline: patience) }
        #expect(error?.code == .forwardingRefused)
        #expect(error?.hop == "hop1")
        #expect(error?.sentence.contains("hop0") == true)
        try await expectNoHandles(fleet.connector)
        try fleet.servers[0].authorize([allowed + fleet.key.publicLine])
        try await fleet.connector.connect(fleet.route, deadline: patience).close()
    }

    @Test("a host behind a jump host where nobody listens is connection-refused")
    func nobodyThere() async throws {
        let fleet = try await Fleet(2)
        fleet.servers[1].stop()
        let error = await failure { try await fleet.connector.connect(fleet.route, deadline: patience) }
        #expect(error?.code == .refused)
        #expect(error?.hop == "hop1")
    }

    @Test("a silent host behind a jump host times out by name, and the jump host serves on")
    func silentTarget() async throws {
        let fleet = try await Fleet(1)
        let silent = try Peer { fd, _ in Peer.waitForEnd(fd) }
        var route = fleet.route
        var hop = route.hops[0]
        hop.name = "silent"
        hop.port = silent.port
        route.hops.append(hop)
        let slow = route
        // A machine under load may need more than a short deadline for the jump host itself.
        var deadline = Duration.seconds(1)
        var error: SSHFailure?
        repeat {
            error = await failure { try await fleet.connector.connect(slow, deadline: deadline) }
            deadline *= 2
        } while error?.hop == "hop0" && deadline < patience
        #expect(error?.code == .timeout)
        #expect(error?.hop == "silent")
        try await expectNoHandles(fleet.connector)
        try await fleet.connector.connect(fleet.route, deadline: patience).close()
    }

    @Test("a jump host that dies ends the sessions behind it as closed")
    func jumpDies() async throws {
        let fleet = try await Fleet(2)
        let session = try await fleet.connector.connect(fleet.route, deadline: patience)
        let channel = try await session.open("echo started; exec cat", deadline: patience)
        _ = try await channel.readLine(limit: 100, deadline: patience)
        async let waiting = failure { try await channel.readLine(limit: 100, deadline: patience) }
        fleet.servers[0].stop()
        #expect(await waiting?.code == .closed)
        await session.close()
        try await expectNoHandles(fleet.connector)
    }
}
