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
        func line(_ name: String) -> String? {
            let file = "\(processes)/\(peer.pid)/\(name)"
            guard let data = FileManager.default.contents(atPath: file) else { return nil }
            return ShownText.escaped(
                String(decoding: data.prefix(64), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        }
        func number(_ name: String) -> UInt32? { line(name).flatMap { UInt32($0) }.flatMap { $0 == .max ? nil : $0 } }
        var parts = ["pid \(peer.pid)" + (line("comm").map { " (\($0))" } ?? "")]
        if let login = number("loginuid"), login != peer.uid {
            parts.append("login \(userName(login) ?? "uid \(login)")")
        }
        if let session = number("sessionid") { parts.append("session \(session)") }
        return parts.joined(separator: ", ")
    }
}
