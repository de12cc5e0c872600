import CLibSSH
import SecureShell

/// The sessions of a route, each inside the one before.
@EpollThread
final class Chain {
    private var links: [Link] = []
    let count: HandleCount

    init(_ count: HandleCount) { self.count = count }

    /// Connects every hop.
    /// - Parameters:
    ///   - keys: one for each hop that is to be authenticated; the last may be left out.
    /// - Returns: the last hop's key as it was offered; checked where the hop was authenticated.
    func connect(
        _ route: Route, keys: [ImportedKey], _ resolver: NameResolver, _ limit: Limit
    ) async throws(SSHFailure) -> HostKey {
        do throws(SSHFailure) {
            var offered = HostKey(type: "", base64: "")
            for (index, hop) in route.hops.enumerated() {
                let fd: Int32
                if let outer = links.last {
                    fd = try await Forwarder.open(over: outer, to: hop, limit)
                } else {
                    fd = try await TCPConnection(resolver: resolver).open(to: hop, limit)
                }
                let link = try Link(fd, to: hop, count)
                links.append(link)
                offered = try await link.exchangeKeys(limit)
                guard index < keys.count else { break }
                try link.check(offered)
                try await link.authenticate(with: keys[index], limit)
                link.tend()
            }
            return offered
        } catch {
            let failure = blamed(error)
            close()
            throw failure
        }
    }

    /// When an outer hop's session is gone, the inner ones end as well: the outermost one knows why.
    private func blamed(_ error: SSHFailure) -> SSHFailure {
        guard error.code == .closed else { return error }
        return links.lazy.compactMap(\.failure).first ?? error
    }

    var last: Link? { links.last }

    /// From the inside out.
    func close() {
        for link in links.reversed() {
            link.end(SSHFailure(.closed, hop: link.hop.name, "the session was closed"))
        }
    }
}
