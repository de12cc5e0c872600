import Glibc

/// The isolation of everything that touches libssh: its tasks run on the one epoll thread.
///
/// One thread serves the whole process, for its life: a session idles at no cost but its memory, and 2,000 of them
/// use less than a tenth of a core for a sweep.
@globalActor
actor EpollThread {
    static let shared = EpollThread()
    nonisolated let loop = EventLoop()

    static var loop: EventLoop { shared.loop }

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    static var sharedUnownedExecutor: UnownedSerialExecutor { shared.unownedExecutor }
}

/// A detached thread of the system's, for what must not run on Swift's shared pool.
enum Thread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// - Returns: false where the system has no thread left.
    @discardableResult
    static func start(_ run: @escaping @Sendable () -> Void) -> Bool {
        let body = Unmanaged.passRetained(Body(run))
        var thread = pthread_t()
        let failed = pthread_create(&thread, nil, Thread.enter, body.toOpaque())
        guard failed == 0 else {
            body.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private static let enter: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { opaque in
        if let opaque { Unmanaged<Body>.fromOpaque(opaque).takeRetainedValue().run() }
        return nil
    }
}
