import Glibc

/// Runs every job of Swift concurrency that begins on its thread, on that thread, one after another: so that an order
/// of jobs is a matter of a seed and of nothing else.
///
/// The runtime asks a hook where a job is to run. Jobs of other threads go where they always went.
final class JobQueue: SerialExecutor, @unchecked Sendable {  // used on the one thread that adopted it
    private enum Ready {
        case job(UnownedJob)
        case pause(UnsafeContinuation<Void, Never>)
    }

    private var jobs: [Ready] = []
    private var first = 0
    private var dice: Dice?
    private(set) var count = 0

    /// - Parameter shuffle: decides which of the jobs that are ready runs next; nil takes the oldest.
    init(shuffle: Dice?) { dice = shuffle }

    func enqueue(_ job: consuming ExecutorJob) { jobs.append(.job(UnownedJob(job))) }
    fileprivate func add(_ job: UnownedJob) { jobs.append(.job(job)) }
    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    /// Lets others go first. (The runtime's own `Task.yield` does not ask the hook.)
    func pause() async { await withUnsafeContinuation { jobs.append(.pause($0)) } }

    /// Runs jobs until none is left.
    /// - Returns: false where so many were not enough: something runs in circles.
    func runUntilIdle(atMost limit: Int) -> Bool {
        var left = limit
        while first < jobs.count {
            guard left > 0 else { return false }
            left -= 1
            count += 1
            if dice != nil, let other = dice?.roll(jobs.count - first) { jobs.swapAt(first, first + other) }
            let ready = jobs[first]
            first += 1
            if first == jobs.count {
                jobs.removeAll(keepingCapacity: true)
                first = 0
            }
            switch ready {
            case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
            case .pause(let waiting): waiting.resume()
            }
        }
        return true
    }

    /// Runs the body on a thread of its own, whose jobs all come here.
    func adopt<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        installed
        return await withCheckedContinuation { done in
            startThread {
                pthread_setspecific(threadQueue, Unmanaged.passUnretained(self).toOpaque())
                let value = body()
                pthread_setspecific(threadQueue, nil)
                done.resume(returning: value)
            }
        }
    }
}

private func startThread(_ run: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let status = pthread_create(
        &thread, nil,
        { context in
            if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().run() }
            return nil
        }, Unmanaged.passRetained(Box(run)).toOpaque())
    precondition(status == 0, "no thread: \(status)")
    pthread_detach(thread)
}

private final class Box: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

// MARK: The runtime's hook

private typealias Original = @convention(thin) (UnownedJob) -> Void
private typealias Hook = @convention(thin) (UnownedJob, Original) -> Void

/// Which queue this thread's jobs go to; none where it has none.
private let threadQueue: pthread_key_t = {
    var key = pthread_key_t()
    precondition(pthread_key_create(&key, nil) == 0)
    return key
}()

/// Set once for the process.
private let installed: Void = {
    _ = threadQueue
    guard let place = dlsym(dlopen(nil, RTLD_NOW), "swift_task_enqueueGlobal_hook") else {
        fatalError("this runtime has no swift_task_enqueueGlobal_hook: the simulation can't order its jobs")
    }
    place.assumingMemoryBound(to: Hook?.self).pointee = { job, original in
        if let queue = pthread_getspecific(threadQueue) {
            Unmanaged<JobQueue>.fromOpaque(queue).takeUnretainedValue().add(job)
        } else {
            original(job)
        }
    }
}()
