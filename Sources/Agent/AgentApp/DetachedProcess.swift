import AgentCore
import Glibc

/// A process that outlives the one that starts it: in a session of its own, with nothing of its starter's open.
enum DetachedProcess {
    /// glibc's POSIX_SPAWN_SETSID, which its header shows to GNU sources only.
    private static let setSessionFlag: Int16 = 0x80

    /// What a detached process does first: it keeps no file of its starter's open, and no folder busy that somebody
    /// may want to unmount.
    static func settle() {
        for file in STDERR_FILENO + 1..<256 { close(file) }
        _ = chdir("/")
    }

    /// This very program's file; by the kernel's link where the file was replaced by an upgrade.
    private static var ownFile: String {
        let link = "/proc/self/exe"
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(link, &buffer, buffer.count)
        guard count > 0 else { return link }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return access(path, X_OK) == 0 ? path : link
    }

    /// Starts this very program with other arguments.
    static func start(_ arguments: [String]) throws(StateFault) {
        // A child that has ended is nobody's to wait for.
        signal(SIGCHLD, SIG_IGN)
        var attributes = posix_spawnattr_t()
        var actions = posix_spawn_file_actions_t()
        posix_spawnattr_init(&attributes)
        posix_spawn_file_actions_init(&actions)
        defer {
            posix_spawnattr_destroy(&attributes)
            posix_spawn_file_actions_destroy(&actions)
        }
        posix_spawnattr_setflags(&attributes, setSessionFlag)
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var words = (["nestor-agent"] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process = pid_t()
        let fault = posix_spawn(&process, ownFile, &actions, &attributes, &words, environ)
        guard fault == 0 else {
            throw StateFault(.unwritable, "cannot start a worker: \(String(cString: strerror(fault)))")
        }
    }
}
