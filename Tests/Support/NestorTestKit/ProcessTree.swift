import Foundation
import Glibc

/// The processes that a process of the test's started.
package enum ProcessTree {
    /// All below `pid`, parents first.
    package static func descendants(of pid: Int32) -> [Int32] {
        var children: [Int32: [Int32]] = [:]
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        for name in names {
            guard let child = Int32(name),
                let stat = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
                // The command's name may have spaces and brackets in it: count from the last bracket.
                let bracket = stat.lastIndex(of: ")")
            else { continue }
            let fields = stat[stat.index(after: bracket)...].split(separator: " ")
            if fields.count > 1, let parent = Int32(fields[1]) { children[parent, default: []].append(child) }
        }
        var found: [Int32] = []
        var next = [pid]
        while let parent = next.popLast() {
            let below = children[parent] ?? []
            found += below
            next += below
        }
        return found
    }

    /// Ends a child of this process and all below it, and waits for the child.
    package static func end(_ pid: Int32) {
        // Stopped, it starts nothing more while its children are counted.
        kill(pid, SIGSTOP)
        for descendant in descendants(of: pid) { kill(descendant, SIGKILL) }
        kill(pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    }
}
