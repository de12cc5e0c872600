import Glibc

/// Keeps a connection to the first daemon that can be reached, and makes a new one when the daemon goes away.
final class LibvirtLink {
    /// Why there is no connection.
    enum Unreachable: Error {
        /// No libvirt is here: none of its sockets exists.
        case absent
        case failed(ConnectionFault)
    }

    private let endpoints: [LibvirtEndpoint]
    private let mustExist: Bool
    let patience: LibvirtConnection.Patience
    private var connection: LibvirtConnection?

    /// - Parameter mustExist: the sockets were named by a person, so that a missing one is a fault, not an absence.
    init(_ endpoints: [LibvirtEndpoint], mustExist: Bool, patience: LibvirtConnection.Patience) {
        self.endpoints = endpoints
        self.mustExist = mustExist
        self.patience = patience
    }

    var endpoint: LibvirtEndpoint? { connection?.endpoint }

    /// Makes the calls, and where the connection ends meanwhile, makes them once more over a new one.
    func ask(
        _ calls: [RemoteCall], within limit: Duration
    ) throws(Unreachable) -> [RemoteAnswer] {
        let first: LibvirtConnection
        if let connection { first = connection } else { first = try connect() }
        do throws(ConnectionFault) {
            return try first.ask(calls, within: limit)
        } catch {
            connection = nil
            guard case .closed = error else { throw .failed(error) }
        }
        let second = try reconnect()
        do throws(ConnectionFault) {
            return try second.ask(calls, within: limit)
        } catch {
            connection = nil
            throw .failed(error)
        }
    }

    /// Connects to the first daemon that lets us in. A daemon that exists but refuses is passed over for the next;
    /// its refusal is what is told where none lets us in.
    private func connect() throws(Unreachable) -> LibvirtConnection {
        var refusal: ConnectionFault?
        for endpoint in endpoints {
            do throws(ConnectionFault) {
                let made = try LibvirtConnection(to: endpoint, patience: patience)
                connection = made
                return made
            } catch {
                if case .cannotConnect(_, ENOENT, _) = error, !mustExist { continue }
                if case .cannotConnect(_, EACCES, _) = error, let reading = endpoint.forReading,
                    let made = try? LibvirtConnection(to: reading, patience: patience)
                {
                    connection = made
                    return made
                }
                refusal = refusal ?? error
            }
        }
        if let refusal { throw .failed(refusal) }
        throw .absent
    }

    /// A daemon that is being restarted has no socket, or one that nobody listens on, for a moment.
    private func reconnect() throws(Unreachable) -> LibvirtConnection {
        let deadline = ContinuousClock.now + patience.restarting
        while true {
            do throws(Unreachable) {
                return try connect()
            } catch {
                let isAway =
                    switch error {
                    case .absent, .failed(.cannotConnect), .failed(.closed): true
                    case .failed: false
                    }
                guard isAway, ContinuousClock.now < deadline else { throw error }
                _ = poll(nil, 0, 50)
            }
        }
    }
}
