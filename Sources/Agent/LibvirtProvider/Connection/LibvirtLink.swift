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

    /// Makes calls that only read, and where the connection ends meanwhile, makes them once more over a new one.
    func ask(
        _ calls: [RemoteCall], within limit: Duration
    ) throws(Unreachable) -> [RemoteAnswer] {
        let first = try connected()
        do throws(ConnectionFault) {
            return try ask(calls, over: first, within: limit)
        } catch {
            guard case .closed = error else { throw .failed(error) }
        }
        let second = try reconnect()
        do throws(ConnectionFault) { return try ask(calls, over: second, within: limit) } catch { throw .failed(error) }
    }

    /// Makes a call that changes something. Where the connection ends meanwhile nobody knows whether it was carried
    /// out, and to make it again could undo what happened since: whoever asked looks first.
    func tell(_ call: RemoteCall, within limit: Duration) throws(Unreachable) -> RemoteAnswer {
        let only = try connected()
        do throws(ConnectionFault) { return try ask([call], over: only, within: limit)[0] } catch {
            throw .failed(error)
        }
    }

    private func connected() throws(Unreachable) -> LibvirtConnection {
        if let connection { return connection }
        return try connect()
    }

    private func ask(
        _ calls: [RemoteCall], over present: LibvirtConnection, within limit: Duration
    ) throws(ConnectionFault) -> [RemoteAnswer] {
        do throws(ConnectionFault) {
            return try present.ask(calls, within: limit)
        } catch {
            connection = nil
            throw error
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
