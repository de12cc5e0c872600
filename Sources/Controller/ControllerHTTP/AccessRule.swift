package import ControllerAPI
package import FleetControl
import Glibc
package import HTTPServing

/// Who may change something: the daemon's own user, root, and those whom the settings name. Whoever may connect at all
/// may read: the socket's mode decides that.
package struct AccessRule: Sendable {
    private let owner: UInt32
    private let admins: Set<String>
    private let userName: @Sendable (UInt32) -> String?
    private let processes: String

    /// - Parameters:
    ///   - admins: user names, or numbers.
    ///   - processes: where the kernel tells of processes.
    package init(
        owner: UInt32 = getuid(), admins: [String],
        userName: @escaping @Sendable (UInt32) -> String? = AccessRule.systemUserName, processes: String = "/proc"
    ) {
        self.owner = owner
        self.admins = Set(admins)
        self.userName = userName
        self.processes = processes
    }

    package func checkMayChange(_ peer: HTTPRequest.Peer?) throws(APIError) {
        guard let peer else {
            throw APIError(code: "not-allowed", sentence: "the socket does not say who asks, so nothing is changed")
        }
        if peer.uid == owner || peer.uid == 0 || admins.contains(String(peer.uid)) { return }
        if let name = userName(peer.uid), admins.contains(name) { return }
        throw APIError(
            code: "not-allowed", sentence: "\(requester(peer).name) may read, and change nothing",
            remedy: "name that user in api.admins of nestord.yaml, or ask one who is")
    }

    /// As the audit log names whoever is at the other end.
    package func requester(_ peer: HTTPRequest.Peer?) -> Requester {
        guard let peer else { return Requester(name: "unknown") }
        func named(_ uid: UInt32) -> String { userName(uid).map { "\($0) (uid \(uid))" } ?? "uid \(uid)" }
        // Behind root there may be anybody who may use sudo: the login says who it is, where the machine keeps account.
        let person = peer.uid == 0 ? PeerOrigin.login(of: peer, processes: processes).map(named) : named(peer.uid)
        return Requester(
            name: named(peer.uid),
            origin: PeerOrigin.text(of: peer, userName: userName, processes: processes), person: person)
    }

    /// From the system's user database; nil where it has no such user.
    @Sendable package static func systemUserName(_ uid: UInt32) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { buffer in
            guard let base = buffer.baseAddress, getpwuid_r(uid, &entry, base, buffer.count, &found) == 0, let found,
                let name = found.pointee.pw_name
            else { return nil }
            return String(cString: name)
        }
    }
}
