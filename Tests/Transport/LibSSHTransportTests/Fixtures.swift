import LibSSHTransport
import NestorTestKit
import SecureShell
import Testing

/// Long enough for a loaded machine; no test waits for it unless something is broken.
let patience = Duration.seconds(60)

extension PrivateSSHServer {
    var pinned: HostKey { HostKey(type: hostKey.type, base64: hostKey.base64) }

    func hop(_ name: String = "rack7", key: SSHKeyPair, hostKeys: [HostKey]? = nil) -> Hop {
        Hop(
            name: name, address: "127.0.0.1", port: port, user: user, hostKeys: hostKeys ?? [pinned],
            key: PrivateKey(text: key.privateText))
    }
}

extension SSHKeyPair {
    var hostKey: HostKey { HostKey(type: type, base64: base64) }
}

/// A server and a key that it accepts.
struct Ground {
    let server: PrivateSSHServer
    let key: SSHKeyPair
    let connector = LibSSHConnector()

    init(options: String = "", hostKey: SSHKeyPair? = nil, settings: [String] = []) async throws {
        key = try SSHKeyPair.generate()
        let line = options.isEmpty ? key.publicLine : "\(options) \(key.publicLine)"
        server = try await PrivateSSHServer.start(hostKey: hostKey, authorizedKeys: [line], settings: settings)
    }

    var route: Route { Route(hops: [server.hop(key: key)]) }

    func connect() async throws -> any SecureShellSession {
        try await connector.connect(route, deadline: patience)
    }

    /// Runs `body` with a session, closes it, and sees that nothing is left open.
    func session<R>(_ body: (any SecureShellSession) async throws -> R) async throws -> R {
        let session = try await connect()
        do {
            let result = try await body(session)
            await session.close()
            try await expectNoHandles(connector)
            return result
        } catch {
            await session.close()
            throw error
        }
    }
}

/// Forwarders end in tasks of their own, once they see that their sessions are gone.
func expectNoHandles(_ connector: LibSSHConnector, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let end = ContinuousClock.now + patience
    while connector.openHandles != 0, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(2)) }
    #expect(connector.openHandles == 0, sourceLocation: sourceLocation)
}

/// The failure that `body` ends with.
func failure<R>(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> R
) async -> SSHFailure? {
    do {
        _ = try await body()
        Issue.record("nothing failed", sourceLocation: sourceLocation)
        return nil
    } catch {
        if let failure = error as? SSHFailure { return failure }
        Issue.record(error, sourceLocation: sourceLocation)
        return nil
    }
}
