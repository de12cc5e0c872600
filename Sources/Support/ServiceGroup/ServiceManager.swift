import Glibc

/// The service manager that started this process, spoken to by systemd's notify protocol (sd_notify(3)): one datagram
/// to the socket that NOTIFY_SOCKET names. Without one, nothing is sent.
package struct ServiceManager: Sendable {
    /// A path, or a name in the abstract namespace after `@`; nil where nobody listens.
    let notifySocket: String?
    /// How often the manager wants a sign of life: half of what it allows (sd_watchdog_enabled(3)).
    package let watchdogInterval: Duration?

    /// - Parameters:
    ///   - environment: of the process.
    ///   - processIdentifier: WATCHDOG_PID may name another process, to which the watchdog then belongs.
    package init(environment: [String: String], processIdentifier: Int32 = getpid()) {
        notifySocket = environment["NOTIFY_SOCKET"].flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
        let isOurs = environment["WATCHDOG_PID"].map { Int32($0) == processIdentifier } ?? true
        watchdogInterval =
            environment["WATCHDOG_USEC"].flatMap { Int64($0) }
            .flatMap { isOurs && $0 > 0 ? .microseconds($0) / 2 : nil }
    }

    /// From this process's own environment.
    package static func ofThisProcess() -> ServiceManager {
        let names = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]
        return ServiceManager(
            environment: names.reduce(into: [:]) { $0[$1] = getenv($1).map { String(cString: $0) } })
    }

    /// Start-up is complete.
    package func ready() { notify("READY=1\nMAINPID=\(getpid())") }

    package func stopping() { notify("STOPPING=1") }

    /// A sign of life, due every `watchdogInterval`.
    package func alive() { notify("WATCHDOG=1") }

    /// One line for `systemctl status`.
    package func status(_ line: String) { notify("STATUS=\(line.filter { !$0.isNewline })") }

    private func notify(_ message: String) {
        guard let notifySocket else { return }
        let descriptor = socket(
            AF_UNIX,
            Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(notifySocket.utf8)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        // An abstract name starts with a zero byte, and its length counts: a zero at its end would belong to it.
        if name[0] == UInt8(ascii: "@") { name[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let bytes = Array(message.utf8)
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
