import Glibc

/// Tells one content of a file from the next without reading it.
///
/// The kernel sets ctime at every write, rename and change of a mode or time, and lets nobody choose it, so it rises with
/// every change; size and mtime add nothing to it. It has one weakness: two changes within one tick of the kernel's
/// clock have the same ctime, and a file that replaced another one's replacement may have got the first one's inode.
/// A version is therefore kept only once it has settled: its last change was longer ago than a tick when it was looked
/// at, so that every later one shows. The inode is for a calendar that was set back.
struct FileVersion: Equatable {
    private let inode: UInt64
    private let seconds: Int
    private let nanoseconds: Int
    /// Whether it had settled when it was looked at.
    let isSettled: Bool

    /// Longer than the longest tick of any kernel, 10 ms.
    private static let tick = 0.1

    /// - Returns: nil where there is no such file.
    init?(of path: String) {
        var facts = stat()
        var now = timespec()
        // The clock first: a change after it is a change after this look.
        guard clock_gettime(CLOCK_REALTIME, &now) == 0, stat(path, &facts) == 0 else { return nil }
        inode = UInt64(facts.st_ino)
        seconds = facts.st_ctim.tv_sec
        nanoseconds = facts.st_ctim.tv_nsec
        let age = Double(now.tv_sec - seconds) + Double(now.tv_nsec - nanoseconds) / 1e9
        isSettled = age > Self.tick
    }

    static func == (one: FileVersion, other: FileVersion) -> Bool {
        (one.inode, one.seconds, one.nanoseconds) == (other.inode, other.seconds, other.nanoseconds)
    }
}
