import Glibc

/// Wakes whoever waits when a file is moved into a folder: how the journal's readers follow it without polling.
package final class FolderWatch: Waiter {
    /// For poll(2); below zero where the kernel gives none, and then waits just last.
    package let file: Int32

    package init(_ folder: String) {
        file = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        if file >= 0 { _ = inotify_add_watch(file, folder, UInt32(IN_MOVED_TO)) }
    }

    deinit { if file >= 0 { close(file) } }

    package func wait(seconds: Double) {
        var polled = [pollfd(fd: file, events: Int16(POLLIN), revents: 0)]
        let milliseconds = Int32(min(max(seconds, 0) * 1000, 3_600_000).rounded(.up))
        if poll(&polled, 1, milliseconds) > 0 { drain() }
    }

    /// Forgets what has been told so far.
    package func drain() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while file >= 0, read(file, &buffer, buffer.count) > 0 {}
    }
}
