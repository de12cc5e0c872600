import Glibc

/// Sockets that the service manager opened and passed on (sd_listen_fds(3)).
package enum PassedDescriptors {
    package struct Descriptor: Sendable, Hashable {
        package var number: Int32
        /// FileDescriptorName= of the socket unit; `unknown` where there is none.
        package var name: String
    }

    /// The first passed descriptor, fixed by the protocol.
    private static let first: Int32 = 3

    /// Reads LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES. Nothing where they are meant for another process or wrong.
    package static func parse(environment: [String: String], processIdentifier: Int32) -> [Descriptor] {
        guard let process = environment["LISTEN_PID"].flatMap({ Int32($0) }), process == processIdentifier,
            let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }), (1...1024).contains(count)
        else { return [] }
        let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        return (0..<count).map { index in
            let name = Int(index) < names.count ? String(names[Int(index)]) : ""
            return Descriptor(number: first + index, name: name.isEmpty ? "unknown" : name)
        }
    }

    /// Takes this process's descriptors: its children do not inherit them, neither open nor in the environment. Call it
    /// once, before threads start (unsetenv(3) is not safe beside them).
    package static func take() -> [Descriptor] {
        let names = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]
        let environment = names.reduce(into: [String: String]()) { $0[$1] = getenv($1).map { String(cString: $0) } }
        for name in names { unsetenv(name) }
        let descriptors = parse(environment: environment, processIdentifier: getpid())
        for descriptor in descriptors { _ = fcntl(descriptor.number, F_SETFD, FD_CLOEXEC) }
        return descriptors
    }
}
