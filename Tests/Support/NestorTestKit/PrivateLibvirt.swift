package import Foundation
import Glibc
import Synchronization

/// A session libvirtd (and virtlogd) of the test's own, in folders of its own; root starts it as `nobody`. The
/// machine's own libvirt is not touched.
package final class PrivateLibvirt: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// Whether the daemons are on this machine.
    package static var isInstalled: Bool {
        ["/usr/sbin/libvirtd", "/usr/sbin/virtlogd", "/usr/bin/virsh", "/usr/bin/setpriv"]
            .allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
    }

    package let folder: URL
    private let logDaemon: pid_t
    /// 0 while it does not run.
    private let daemon = Mutex<pid_t>(0)

    /// Starts both, and waits until the socket answers.
    package init() throws {
        var template = Array("/tmp/nestor-libvirt-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Failure(description: "no folder: errno \(errno)") }
        folder = URL(fileURLWithPath: String(cString: made), isDirectory: true)
        for name in ["run", "config", "data", "cache"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700])
        }
        if geteuid() == 0, let nobody = getpwnam("nobody") {
            for name in ["", "run", "config", "data", "cache"] {
                chown(folder.appendingPathComponent(name).path, nobody.pointee.pw_uid, nobody.pointee.pw_gid)
            }
        }
        logDaemon = try PrivateLibvirt.spawn("/usr/sbin/virtlogd", in: folder)
        do {
            try startDaemon()
        } catch {
            stop()
            throw error
        }
    }

    package var socketPath: String { folder.appendingPathComponent("run/libvirt/libvirt-sock").path }
    /// What `XDG_RUNTIME_DIR` is for its user.
    package var runtimeDirectory: String { folder.appendingPathComponent("run").path }
    package var log: String {
        (try? String(contentsOf: folder.appendingPathComponent("libvirtd.log"), encoding: .utf8)) ?? ""
    }

    /// Ends libvirtd alone; its guests run on.
    package func endDaemon() {
        daemon.withLock {
            PrivateLibvirt.end($0)
            $0 = 0
        }
    }

    /// Starts libvirtd again, and waits until it answers when asked to.
    package func startDaemon(waiting: Bool = true) throws {
        let pid = try PrivateLibvirt.spawn("/usr/sbin/libvirtd", in: folder)
        daemon.withLock { $0 = pid }
        if waiting { try waitUntilReady() }
    }

    /// Ends the guests' processes, both daemons and the folder.
    package func stop() {
        endDaemon()
        let run = folder.appendingPathComponent("run/libvirt/qemu/run")
        for name in (try? FileManager.default.contentsOfDirectory(atPath: run.path)) ?? [] where name.hasSuffix(".pid")
        {
            let text = try? String(contentsOf: run.appendingPathComponent(name), encoding: .utf8)
            if let pid = text.flatMap({ pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) }), pid > 1 {
                kill(pid, SIGKILL)
            }
        }
        PrivateLibvirt.end(logDaemon)
        try? FileManager.default.removeItem(at: folder)
    }

    /// Runs virsh on this daemon.
    /// - Parameter driver: what to open there; its test driver has state as long as somebody holds a connection to it.
    /// - Returns: what it printed, without white space at the end.
    @discardableResult
    package func virsh(driver: String = "qemu:///session", _ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/virsh")
        // Where a driver has a transport of its own, libvirt's library must be told to ask the daemon.
        let uri = driver.hasPrefix("test:") ? driver.replacingOccurrences(of: "test:", with: "test+unix:") : driver
        process.arguments = ["-q", "-c", "\(uri)?socket=\(socketPath)"] + arguments
        process.environment = PrivateLibvirt.environment(folder)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard process.terminationStatus == 0 else {
            throw Failure(description: "virsh \(arguments.joined(separator: " ")): \(text)")
        }
        return text
    }

    private func waitUntilReady() throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            if PrivateLibvirt.connects(to: socketPath) { return }
            let hasEnded = daemon.withLock { pid in
                var status: Int32 = 0
                guard pid > 0, waitpid(pid, &status, WNOHANG) == pid else { return false }
                pid = 0
                return true
            }
            if hasEnded {
                throw Failure(description: "libvirtd ended at its start: \(log.suffix(2000))")
            }
            usleep(20_000)
        }
        throw Failure(description: "libvirtd did not listen within 30 s: \(log.suffix(2000))")
    }

    private static func connects(to path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    private static func environment(_ folder: URL) -> [String: String] {
        [
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": folder.path, "LC_ALL": "C",
            "XDG_RUNTIME_DIR": folder.appendingPathComponent("run").path,
            "XDG_CONFIG_HOME": folder.appendingPathComponent("config").path,
            "XDG_DATA_HOME": folder.appendingPathComponent("data").path,
            "XDG_CACHE_HOME": folder.appendingPathComponent("cache").path,
        ]
    }

    /// Starts a daemon in the foreground, in a session of its own, without any privilege.
    private static func spawn(_ program: String, in folder: URL) throws -> pid_t {
        var command = [program]
        if geteuid() == 0 {
            command =
                [
                    "/usr/bin/setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "--inh-caps=-all",
                    "--bounding-set=-all", "--",
                ] + command
        }
        // QEMU inherits the current folder, which must not be one that nobody can't enter.
        command = ["/usr/bin/env", "--chdir=/"] + command
        let name = URL(fileURLWithPath: program).lastPathComponent
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions, 1, folder.appendingPathComponent("\(name).log").path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The daemon must hear SIGTERM, whatever this process blocks or ignores.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGTERM)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        // 0x80 is POSIX_SPAWN_SETSID, which Glibc's module hides.
        posix_spawnattr_setflags(&attributes, 0x80 | Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var arguments = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var variables = environment(folder).map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for variable in variables { free(variable) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, command[0], &actions, &attributes, &arguments, &variables)
        guard code == 0 else {
            throw Failure(description: "\(name) does not start: \(String(cString: strerror(code)))")
        }
        return pid
    }

    /// Ends a process of ours, by force after 10 s, and reaps it.
    private static func end(_ pid: pid_t) {
        guard pid > 1 else { return }
        kill(pid, SIGTERM)
        let deadline = ContinuousClock.now + .seconds(10)
        var status: Int32 = 0
        while waitpid(pid, &status, WNOHANG) == 0 {
            if ContinuousClock.now > deadline { kill(pid, SIGKILL) }
            usleep(10_000)
        }
    }
}
