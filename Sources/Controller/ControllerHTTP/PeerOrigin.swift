import Foundation
import Glibc
package import HTTPServing
import HumanText

/// From where somebody asks, as the kernel tells it of the process at the other end of the socket: which process, and,
/// where the machine keeps account of logins (pam_loginuid), who had logged in before sudo or su made somebody else of
/// them, and in which session, by which `loginctl session-status` or the audit log of the machine tells the address.
package enum PeerOrigin {
    /// Empty where nothing can be told. Asked while the connection is open, so that the process is most likely there.
    package static func text(
        of peer: HTTPRequest.Peer?, userName: (UInt32) -> String? = AccessRule.systemUserName,
        processes: String = "/proc"
    ) -> String {
        guard let peer, peer.pid > 0 else { return "" }
        var parts = ["pid \(peer.pid)" + (line("comm", of: peer, processes).map { " (\($0))" } ?? "")]
        if let login = login(of: peer, processes: processes), login != peer.uid {
            parts.append("login \(userName(login) ?? "uid \(login)")")
        }
        if let session = number("sessionid", of: peer, processes) { parts.append("session \(session)") }
        return parts.joined(separator: ", ")
    }

    /// Who had logged in before sudo or su made somebody else of them: only what may write the kernel's account can
    /// change it. Nil where nobody logged in, as for a service, and where the machine keeps no account.
    package static func login(of peer: HTTPRequest.Peer, processes: String = "/proc") -> UInt32? {
        peer.pid > 0 ? number("loginuid", of: peer, processes) : nil
    }

    private static func line(_ name: String, of peer: HTTPRequest.Peer, _ processes: String) -> String? {
        guard let data = FileManager.default.contents(atPath: "\(processes)/\(peer.pid)/\(name)") else { return nil }
        return ShownText.escaped(
            String(decoding: data.prefix(64), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// Nil also for the kernel's word that there is none.
    private static func number(_ name: String, of peer: HTTPRequest.Peer, _ processes: String) -> UInt32? {
        line(name, of: peer, processes).flatMap { UInt32($0) }.flatMap { $0 == .max ? nil : $0 }
    }
}
