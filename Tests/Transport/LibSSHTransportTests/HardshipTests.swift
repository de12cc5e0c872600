import Foundation
import Glibc
import LibSSHTransport
import NestorTestKit
import SecureShell
import Testing

@Suite("servers under hardship")
struct HardshipTests {
    @Test("a session's socket finds out by itself that its machine has gone without a word")
    func watchesForSilence() async throws {
        let ground = try await Ground()
        try await ground.session { _ in
            let fd = try #require(Self.descriptor(connectedTo: ground.server.port))
            func option(_ level: Int32, _ name: Int32) -> Int32 {
                var value: Int32 = -1
                var length = socklen_t(MemoryLayout<Int32>.size)
                getsockopt(fd, level, name, &value, &length)
                return value
            }
            let tcp = Int32(IPPROTO_TCP)
            #expect(option(SOL_SOCKET, SO_KEEPALIVE) == 1)
            #expect(option(tcp, TCP_KEEPIDLE) == 15)
            #expect(option(tcp, TCP_KEEPINTVL) == 5)
            #expect(option(tcp, TCP_KEEPCNT) == 4)
            #expect(option(tcp, TCP_USER_TIMEOUT) == 35_000)
        }
    }

    /// This process's own end of the connection to a port of 127.0.0.1.
    private static func descriptor(connectedTo port: Int) -> Int32? {
        (0..<4096).first { fd in
            var peer = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isConnected = withUnsafeMutablePointer(to: &peer) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(fd, $0, &length) == 0 }
            }
            return isConnected && peer.sin_family == sa_family_t(AF_INET) && Int(peer.sin_port.bigEndian) == port
        }
    }

    @Test("a server that stops reading ends a write by its deadline, while another session goes on")
    func stopsReading() async throws {
        let stuck = try await Ground()
        let other = try await Ground()
        let session = try await stuck.connect()
        let channel = try await session.open("echo ready; exec cat >/dev/null", deadline: patience)
        _ = try await channel.readLine(limit: 100, deadline: patience)
        for pid in stuck.server.sessionProcesses { kill(pid, SIGSTOP) }
        let input = [UInt8](repeating: 120, count: 50_000_000)
        async let writing = failure { try await channel.write(input, deadline: .seconds(2)) }
        try await other.session { session in
            for _ in 0..<5 { _ = try await session.run("true", limit: 0, deadline: patience) }
        }
        #expect(await writing?.code == .timeout)
        await session.close()
        try await expectNoHandles(stuck.connector)
    }

    @Test("keys are renewed in the middle of transfers, as often as the server likes")
    func renewsKeys() async throws {
        let ground = try await Ground(settings: ["RekeyLimit 256K"])
        let path = ground.server.folder("file")
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await ground.session { session in
            try await session.upload(bytes, to: path, mode: 0o600, deadline: patience)
            let back = try await session.download(path, limit: bytes.count, deadline: patience)
            #expect(back == bytes)
            let result = try await session.run("cat", input: bytes, limit: bytes.count + 1, deadline: patience)
            #expect(result.output.count >= bytes.count)
        }
    }

    @Test("a channel more than the server allows is channel-refused, and the others go on")
    func tooManyChannels() async throws {
        let ground = try await Ground(settings: ["MaxSessions 1"])
        try await ground.session { session in
            let channel = try await session.open("cat", deadline: patience)
            let error = await failure { try await session.open("cat", deadline: patience) }
            #expect(error?.code == .channelRefused)
            try await channel.write(Array("a\n".utf8), deadline: patience)
            let line = try await channel.readLine(limit: 10, deadline: patience)
            #expect(line == [97])
        }
    }

    @Test("a channel that is given up while it opens is closed on the server too")
    func givenUp() async throws {
        let ground = try await Ground(settings: ["MaxSessions 1"])
        try await ground.session { session in
            _ = await failure { try await session.open("cat", deadline: .zero) }
            // With one channel allowed, the next opens only once the given-up one is gone there as well.
            let end = ContinuousClock.now + patience
            var opened = false
            while !opened, ContinuousClock.now < end {
                opened = (try? await session.run("true", limit: 0, deadline: patience)) != nil
            }
            #expect(opened)
        }
    }

    @Test("no socket is left open, however a connection ends")
    func sockets() async {
        // A process of its own: other tests open descriptors at any time.
        await #expect(processExitsWith: .success) {
            let ground = try await Ground()
            try await ground.session { _ = try await $0.run("true", limit: 0, deadline: patience) }
            let before = HardshipTests.openSockets()
            let stranger = try SSHKeyPair.generate()
            let wrongKey = Route(hops: [ground.server.hop(key: stranger)])
            let wrongHost = Route(hops: [ground.server.hop(key: ground.key, hostKeys: [stranger.hostKey])])
            let jump = Route(hops: [ground.server.hop(key: ground.key), ground.server.hop(key: ground.key)])
            var nowhere = ground.server.hop(key: ground.key)
            nowhere.port = try LoopbackPort.free()
            let refusedBehind = Route(hops: [ground.server.hop(key: ground.key), nowhere])
            for route in [ground.route, wrongKey, wrongHost, jump, Route(hops: [nowhere]), refusedBehind] {
                if let session = try? await ground.connector.connect(route, deadline: patience) {
                    _ = try await session.run("true", limit: 0, deadline: patience)
                    await session.close()
                }
                _ = try? await ground.connector.connect(route, deadline: .zero)
                _ = try? await ground.connector.connect(route, deadline: .milliseconds(30))
            }
            try await ground.session { _ in ground.server.dropSessions() }
            try await expectNoHandles(ground.connector)
            let end = ContinuousClock.now + patience
            while HardshipTests.openSockets() != before {
                guard ContinuousClock.now < end else { exit(3) }
                await Task.yield()
            }
        }
    }

    /// Of sockets only: the runtime opens descriptors of its own kinds at any time.
    static func openSockets() -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.count { name in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
            return target?.hasPrefix("socket:") ?? false
        }
    }
}
