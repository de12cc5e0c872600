package import SecureShell

/// SSH by libssh, for any number of hosts at once, all on one epoll thread that nothing blocks.
///
/// Host keys are compared here with those of the route, before anything is authenticated; no file of the user's is
/// read, neither known_hosts nor configuration nor keys.
package struct LibSSHConnector: SecureShellConnector {
    private let resolver = NameResolver()
    private let count = HandleCount()

    package init() {}

    /// How many sessions, channels and pairs of sockets are open; 0 once all sessions are closed.
    package var openHandles: Int { count.value }

    package func connect(_ route: Route, deadline: Duration) async throws(SSHFailure) -> any SecureShellSession {
        let limit = Limit(deadline)
        var keys: [ImportedKey] = []
        for hop in route.hops { keys.append(try ImportedKey(hop.key, hop: hop.name)) }
        return try await Self.connect(route, keys, resolver, count, limit)
    }

    package func offeredHostKey(_ route: Route, deadline: Duration) async throws(SSHFailure) -> HostKey {
        let limit = Limit(deadline)
        var keys: [ImportedKey] = []
        for hop in route.hops.dropLast() { keys.append(try ImportedKey(hop.key, hop: hop.name)) }
        return try await Self.offered(route, keys, resolver, count, limit)
    }

    @EpollThread
    private static func connect(
        _ route: Route, _ keys: [ImportedKey], _ resolver: NameResolver, _ count: HandleCount, _ limit: Limit
    ) async throws(SSHFailure) -> any SecureShellSession {
        let chain = Chain(count)
        _ = try await chain.connect(route, keys: keys, resolver, limit)
        return LibSSHSession(chain, name: route.target.name)
    }

    @EpollThread
    private static func offered(
        _ route: Route, _ keys: [ImportedKey], _ resolver: NameResolver, _ count: HandleCount, _ limit: Limit
    ) async throws(SSHFailure) -> HostKey {
        let chain = Chain(count)
        defer { chain.close() }
        return try await chain.connect(route, keys: keys, resolver, limit)
    }
}
