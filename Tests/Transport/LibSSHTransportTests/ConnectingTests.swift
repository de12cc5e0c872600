import Glibc
import LibSSHTransport
import NestorTestKit
import SecureShell
import Testing

@Suite("connecting")
struct ConnectingTests {
    @Test("a host key of another server is a mismatch that shows it, and nothing is authenticated")
    func wrongHostKey() async throws {
        let ground = try await Ground(settings: ["LogLevel DEBUG2"])
        let other = try SSHKeyPair.generate()
        let route = Route(hops: [ground.server.hop(key: ground.key, hostKeys: [other.hostKey])])
        let error = await failure { try await ground.connector.connect(route, deadline: patience) }
        #expect(error?.code == .hostKeyMismatch)
        #expect(error?.offeredKey == ground.server.pinned)
        await expectNoAuthentication(ground.server)
        try await expectNoHandles(ground.connector)
    }

    @Test("a server whose key has another type than the pinned one is a mismatch that shows it")
    func otherType() async throws {
        let ground = try await Ground(hostKey: try SSHKeyPair.generate("ecdsa"), settings: ["LogLevel DEBUG2"])
        let pinned = try SSHKeyPair.generate()
        let route = Route(hops: [ground.server.hop(key: ground.key, hostKeys: [pinned.hostKey])])
        let error = await failure { try await ground.connector.connect(route, deadline: patience) }
        #expect(error?.code == .hostKeyMismatch)
        #expect(error?.offeredKey == ground.server.pinned)
        await expectNoAuthentication(ground.server)
    }

    @Test("a host without a pinned key is refused, with the key that it offers")
    func unknownHostKey() async throws {
        let ground = try await Ground(settings: ["LogLevel DEBUG2"])
        let route = Route(hops: [ground.server.hop(key: ground.key, hostKeys: [])])
        let error = await failure { try await ground.connector.connect(route, deadline: patience) }
        #expect(error?.code == .hostKeyUnknown)
        #expect(error?.offeredKey == ground.server.pinned)
        await expectNoAuthentication(ground.server)
    }

    @Test("the offered host key is told without authentication, for each type", arguments: ["ed25519", "ecdsa", "rsa"])
    func offered(kind: String) async throws {
        let ground = try await Ground(hostKey: try SSHKeyPair.generate(kind), settings: ["LogLevel DEBUG2"])
        let route = Route(hops: [ground.server.hop(key: ground.key, hostKeys: [])])
        #expect(try await ground.connector.offeredHostKey(route, deadline: patience) == ground.server.pinned)
        await expectNoAuthentication(ground.server)
        try await expectNoHandles(ground.connector)
        // And it is good to connect with.
        try await ground.session { session in
            let result = try await session.run("true", limit: 0, deadline: patience)
            #expect(result.status == 0)
        }
    }

    @Test("of a server's several keys the pinned one is asked for", arguments: ["ed25519", "ecdsa", "rsa"])
    func pinnedAmongSeveral(kind: String) async throws {
        let folder = try TemporaryFolder()
        var settings: [String] = []
        var pinned: HostKey?
        for each in ["ed25519", "ecdsa", "rsa"] {
            let key = try SSHKeyPair.generate(each)
            settings.append("HostKey \(try folder.write(key.privateText, to: each))")
            if each == kind { pinned = key.hostKey }
        }
        let ground = try await Ground(settings: settings)
        let route = Route(hops: [ground.server.hop(key: ground.key, hostKeys: [try #require(pinned)])])
        try await ground.connector.connect(route, deadline: patience).close()
    }

    @Test("a user key that the server does not know is refused")
    func refusedKey() async throws {
        let ground = try await Ground()
        let stranger = try SSHKeyPair.generate()
        let route = Route(hops: [ground.server.hop(key: stranger)])
        let error = await failure { try await ground.connector.connect(route, deadline: patience) }
        #expect(error?.code == .authenticationRefused)
        #expect(error?.hop == "rack7")
        try await expectNoHandles(ground.connector)
    }

    @Test("each type of user key is accepted", arguments: ["ed25519", "ecdsa", "rsa"])
    func userKeys(kind: String) async throws {
        let ground = try await Ground()
        let key = try SSHKeyPair.generate(kind)
        try ground.server.authorize([key.publicLine])
        let session = try await ground.connector.connect(Route(hops: [ground.server.hop(key: key)]), deadline: patience)
        await session.close()
    }

    @Test("a key with a passphrase opens with it, and without it asks nobody", arguments: ["right", "wrong", ""])
    func passphrase(given: String) async throws {
        let ground = try await Ground()
        let key = try SSHKeyPair.generate(passphrase: "right")
        try ground.server.authorize([key.publicLine])
        var hop = ground.server.hop(key: key)
        hop.key.passphrase = given
        let route = Route(hops: [hop])
        if given == "right" {
            try await ground.connector.connect(route, deadline: patience).close()
        } else {
            let error = await failure { try await ground.connector.connect(route, deadline: patience) }
            #expect(error?.code == .keyUnusable)
        }
    }

    @Test("a key that is none is told before anything is connected")
    func badKey() async throws {
        let hop = Hop(
            name: "h", address: "127.0.0.1", port: 1, user: "u", hostKeys: [], key: PrivateKey(text: "no key"))
        let error = await failure { try await LibSSHConnector().connect(Route(hops: [hop]), deadline: patience) }
        #expect(error?.code == .keyUnusable)
    }

    @Test("a port where nobody listens is connection-refused")
    func refused() async throws {
        let connector = LibSSHConnector()
        let route = Route(hops: [try hop(port: try LoopbackPort.free())])
        let error = await failure { try await connector.connect(route, deadline: patience) }
        #expect(error?.code == .refused)
        #expect(error?.sentence.contains("127.0.0.1 port") == true)
        try await expectNoHandles(connector)
    }

    @Test("a name without an address is address-unknown")
    func noSuchName() async throws {
        var hop = try hop(port: 22)
        hop.address = "no-such-host.invalid"
        let route = Route(hops: [hop])
        let error = await failure { try await LibSSHConnector().connect(route, deadline: patience) }
        #expect(error?.code == .addressUnknown)
    }

    @Test("a name is looked up")
    func name() async throws {
        let ground = try await Ground()
        var hop = ground.server.hop(key: ground.key)
        hop.address = "localhost"
        try await ground.connector.connect(Route(hops: [hop]), deadline: patience).close()
    }

    @Test("a peer that accepts and says nothing times out with the phase, while another session goes on")
    func silent() async throws {
        let ground = try await Ground()
        let listener = try LoopbackPort.listener(backlog: 8)
        defer { close(listener.fd) }
        let route = Route(hops: [try hop(port: listener.port)])
        let channel = try await ground.connect().open("cat", deadline: patience)
        async let silence = failure { try await ground.connector.connect(route, deadline: .milliseconds(500)) }
        var rounds = 0
        for round in 0..<200 {
            try await channel.write(Array("\(round)\n".utf8), deadline: patience)
            if try await channel.readLine(limit: 100, deadline: patience) == Array("\(round)".utf8) { rounds += 1 }
        }
        #expect(rounds == 200)
        let error = await silence
        #expect(error?.code == .timeout)
        #expect(error?.hop == "silent")
        #expect(error?.sentence.contains("key exchange") == true)
    }

    @Test("a peer that is no SSH server is told as such, or as closed")
    func notSSH() async throws {
        let peer = try Peer { fd, _ in
            Peer.send(fd, "HTTP/1.1 400 Bad Request\r\n\r\n")
            return
        }
        let connector = LibSSHConnector()
        let route = Route(hops: [try hop(port: peer.port)])
        let error = await failure { try await connector.connect(route, deadline: patience) }
        #expect(error?.code == .protocolError || error?.code == .closed)
        try await expectNoHandles(connector)
    }

    @Test(
        "a peer that resets the connection, whenever it does, ends as closed", arguments: [0, 1, 30, 1200, 2500, 3200])
    func reset(after bytes: Int) async throws {
        let ground = try await Ground()
        let relay = try Peer.relay(to: ground.server.port, resetAfter: bytes)
        var hop = ground.server.hop(key: ground.key)
        hop.port = relay.port
        let route = Route(hops: [hop])
        let error = await failure {
            let session = try await ground.connector.connect(route, deadline: patience)
            _ = try await session.run("head -c 5000 /dev/zero", limit: 10_000, deadline: patience)
        }
        #expect(error?.code == .closed)
        try await expectNoHandles(ground.connector)
    }

    @Test("a cancelled connection ends at once and leaves nothing open")
    func cancelled() async throws {
        let connector = LibSSHConnector()
        let (accepted, accept) = AsyncStream.makeStream(of: Void.self)
        let peer = try Peer { fd, _ in
            accept.yield()
            Peer.waitForEnd(fd)
        }
        let route = Route(hops: [try hop(port: peer.port)])
        let connecting = Task { await failure { try await connector.connect(route, deadline: patience) } }
        for await _ in accepted { break }
        connecting.cancel()
        #expect(await connecting.value?.code == .closed)
        try await expectNoHandles(connector)
    }

    private func hop(port: Int) throws -> Hop {
        let key = PrivateKey(text: try SSHKeyPair.generate().privateText)
        return Hop(name: "silent", address: "127.0.0.1", port: port, user: "nobody", hostKeys: [], key: key)
    }

    private func expectNoAuthentication(
        _ server: PrivateSSHServer, sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        // sshd writes this when the client is gone, after all that it did.
        let isOver = await server.log.contains("Connection closed by", orEndsWithin: patience)
        #expect(isOver, sourceLocation: sourceLocation)
        #expect(!server.log.text.contains("userauth-request"), sourceLocation: sourceLocation)
        #expect(!server.log.text.contains("Postponed publickey"), sourceLocation: sourceLocation)
    }
}
