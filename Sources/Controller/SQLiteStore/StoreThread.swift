import Glibc
import Synchronization

/// Runs an actor's jobs on one thread of its own, so that a blocking SQLite call never holds the shared pool.
///
/// The thread lives until `stop`; jobs that come later run on the caller's thread, which only happens at the end.
final class StoreThread: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var stopped = false
    }

    private let state = Mutex(State())
    private let wake = Semaphore()

    init(name: String) {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let status = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<StoreThread>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context)
        if status == 0 {
            pthread_detach(thread)
        } else {
            Unmanaged<StoreThread>.fromOpaque(context).release()
            state.withLock { $0.stopped = true }
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let queued = state.withLock { state in
            if state.stopped { return false }
            state.jobs.append(job)
            return true
        }
        if queued { wake.post() } else { job.runSynchronously(on: asUnownedSerialExecutor()) }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    /// Ends the thread once the queued jobs are done.
    func stop() {
        state.withLock { $0.stopped = true }
        wake.post()
    }

    private func run() {
        while true {
            wake.wait()
            let (jobs, stopped) = state.withLock { state in
                defer { state.jobs = [] }
                return (state.jobs, state.stopped)
            }
            for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
            if stopped { return }
        }
    }
}

/// A counting semaphore of POSIX; it lives as long as the thread that waits for it.
private final class Semaphore: @unchecked Sendable {  // sem_t is made for use by several threads
    private let handle = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(handle, 0, 0) }

    deinit {
        sem_destroy(handle)
        handle.deallocate()
    }

    func post() { sem_post(handle) }

    func wait() {
        while sem_wait(handle) != 0 && errno == EINTR {}
    }
}
