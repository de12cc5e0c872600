import Glibc
import Testing

@testable import ServiceGroup

extension ServiceGroupTests {
    /// Inside the other suite, which is serialized: both run groups.
    @Suite("Service manager")
    struct ServiceManagerTests {
        /// A bound datagram socket; the name of an abstract one starts with `@`.
        private func receiver(_ name: String) -> Int32 {
            let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            var bytes = Array(name.utf8)
            if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            let bound = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sa_family_t>.size + bytes.count))
                }
            }
            #expect(bound == 0)
            return descriptor
        }

        private func message(_ descriptor: Int32) -> String? {
            var buffer = [UInt8](repeating: 0, count: 1000)
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
        }

        @Test("hears of readiness, life and stopping, on paths and abstract names", arguments: ["/tmp/", "@"])
        func messages(prefix: String) async {
            let name = "\(prefix)nestor-notify-\(getpid())"
            let descriptor = receiver(name)
            defer {
                close(descriptor)
                if prefix != "@" { unlink(name) }
            }
            let manager = ServiceManager(environment: ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "20000"])
            #expect(manager.watchdogInterval == .milliseconds(10))
            let events = Events()
            let group = ServiceGroup(
                services: [RecordingService(name: "a", events: events, running: {})], manager: manager)
            await #expect(throws: ServiceFailure.self) { try await group.run() }
            var heard: [String] = []
            while let message = message(descriptor) { heard.append(message) }
            #expect(heard.first == "READY=1\nMAINPID=\(getpid())")
            #expect(heard.contains("STOPPING=1"))
            manager.alive()
            manager.status("two\nlines")
            #expect(message(descriptor) == "WATCHDOG=1")
            #expect(message(descriptor) == "STATUS=twolines")
        }

        @Test("nobody is told where nobody listens, and another's watchdog is not ours")
        func nobody() {
            for socket in [nil, "relative", "/nonexistent/socket", "@" + String(repeating: "x", count: 200)]
                as [String?]
            {
                ServiceManager(environment: ["NOTIFY_SOCKET": socket].compactMapValues { $0 }).ready()
            }
            let usec = "2000000"
            #expect(
                ServiceManager(environment: ["WATCHDOG_USEC": usec, "WATCHDOG_PID": "7"], processIdentifier: 7)
                    .watchdogInterval == .seconds(1))
            #expect(
                ServiceManager(environment: ["WATCHDOG_USEC": usec, "WATCHDOG_PID": "8"], processIdentifier: 7)
                    .watchdogInterval == nil)
            #expect(ServiceManager(environment: ["WATCHDOG_USEC": "0"]).watchdogInterval == nil)
        }

        @Test(
            "passed descriptors are taken only when they are meant for us",
            arguments: [
                (["LISTEN_PID": "7", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "api:"], ["3 api", "4 unknown"]),
                (["LISTEN_PID": "7", "LISTEN_FDS": "1"], ["3 unknown"]),
                (["LISTEN_PID": "8", "LISTEN_FDS": "1"], []),
                (["LISTEN_FDS": "1"], []),
                (["LISTEN_PID": "7", "LISTEN_FDS": "-1"], []),
                (["LISTEN_PID": "7", "LISTEN_FDS": "99999999999"], []),
                (["LISTEN_PID": "7", "LISTEN_FDS": "x"], []),
            ] as [([String: String], [String])])
        func passed(environment: [String: String], expected: [String]) {
            let found = PassedDescriptors.parse(environment: environment, processIdentifier: 7)
            #expect(found.map { "\($0.number) \($0.name)" } == expected)
        }
    }
}
