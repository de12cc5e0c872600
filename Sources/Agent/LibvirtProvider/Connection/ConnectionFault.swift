/// Why a connection to libvirt gave no answer. After any of these the connection is over.
enum ConnectionFault: Error, Equatable, CustomStringConvertible {
    /// The other side went away: ask again over a new connection.
    case closed(String)
    case timedOut(String)
    /// What came is not libvirt's protocol.
    case malformed(String)
    /// The socket can't be connected to.
    case cannotConnect(path: String, errno: Int32, reason: String)
    case authentication(String)
    case refused(RemoteError)

    var description: String {
        switch self {
        case .closed(let what): "libvirt closed the connection \(what)"
        case .timedOut(let what): "libvirt did not answer in time \(what)"
        case .malformed(let what): "what came from libvirt's socket is not its protocol: \(what)"
        case .cannotConnect(let path, _, let reason): "cannot connect to \(path): \(reason)"
        case .authentication(let what): what
        case .refused(let error): error.description
        }
    }
}
