import CCurl
import Glibc
import Synchronization

/// libcurl's multi handle and the one thread that uses it. The thread ends after `end`.
final class TransferLoop: Sendable {
    typealias Completion = @Sendable (Result<HTTPReply, HTTPCallFailure>) -> Void

    private struct Submission: Sendable {
        var number: Int
        var transfer: any LoopTransfer
        var completion: Completion
    }

    private struct State {
        var lastNumber = 0
        var submitted: [Submission] = []
        var cancelled: [Int] = []
        var isEnding = false
        /// False once the thread has freed the multi handle.
        var isAlive = true
    }

    // Used by the thread alone, but for curl_multi_wakeup, which may be called from any thread, under the lock while
    // `isAlive`.
    private nonisolated(unsafe) let multi: OpaquePointer?
    private let state = Mutex(State())

    init() {
        _ = Self.library
        multi = curl_multi_init().map { OpaquePointer($0) }
        guard multi != nil else {
            state.withLock { $0.isAlive = false }
            return
        }
        let pointer = Unmanaged.passRetained(self).toOpaque()
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { pointer in
                if let pointer { Unmanaged<TransferLoop>.fromOpaque(pointer).takeRetainedValue().run() }
                return nil
            }, pointer)
        guard failure != 0 else {
            pthread_detach(thread)
            return
        }
        Unmanaged<TransferLoop>.fromOpaque(pointer).release()
        state.withLock { $0.isAlive = false }
    }

    /// Once, before the first use, as libcurl wants it.
    private static let library: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    /// Starts a transfer. `completion` is called once, on the loop's thread, unless the transfer is cancelled first.
    /// - Returns: its number, for `cancel`.
    func submit(_ transfer: any LoopTransfer, completion: @escaping Completion) -> Int {
        let (number, isAlive) = state.withLock { state in
            state.lastNumber += 1
            guard state.isAlive else { return (state.lastNumber, false) }
            state.submitted.append(
                Submission(number: state.lastNumber, transfer: transfer, completion: completion))
            wake()
            return (state.lastNumber, true)
        }
        if !isAlive { completion(.failure(HTTPCallFailure(.other, "libcurl's thread could not be started"))) }
        return number
    }

    func cancel(_ number: Int) {
        state.withLock { state in
            state.cancelled.append(number)
            if state.isAlive { wake() }
        }
    }

    /// Drops what still runs.
    func end() {
        state.withLock { state in
            state.isEnding = true
            if state.isAlive { wake() }
        }
    }

    private func wake() { if let multi { curl_multi_wakeup(UnsafeMutableRawPointer(multi)) } }

    private func run() {
        guard let multi = multi.map({ UnsafeMutableRawPointer($0) }) else { return }
        var running: [UnsafeMutableRawPointer: Submission] = [:]
        while true {
            let (submitted, cancelled, isEnding) = state.withLock { state in
                defer { (state.submitted, state.cancelled) = ([], []) }
                return (state.submitted, Set(state.cancelled), state.isEnding)
            }
            for submission in submitted where !cancelled.contains(submission.number) {
                guard let handle = submission.transfer.prepare(), curl_multi_add_handle(multi, handle) == CURLM_OK
                else {
                    submission.completion(.failure(HTTPCallFailure(.other, "libcurl refused the request")))
                    continue
                }
                running[handle] = submission
            }
            for (handle, submission) in running where isEnding || cancelled.contains(submission.number) {
                curl_multi_remove_handle(multi, handle)
                running[handle] = nil
            }
            if isEnding { break }
            var active: Int32 = 0
            curl_multi_perform(multi, &active)
            var result = CURLE_OK
            while let handle = nestor_curl_finished(multi, &result) {
                curl_multi_remove_handle(multi, handle)
                guard let submission = running.removeValue(forKey: handle) else { continue }
                submission.completion(submission.transfer.outcome(result))
            }
            let now = ContinuousClock.now
            for (handle, submission) in running where submission.transfer.silentAt.map({ $0 <= now }) == true {
                curl_multi_remove_handle(multi, handle)
                running[handle] = nil
                submission.completion(submission.transfer.outcome(CURLE_OPERATION_TIMEDOUT))
            }
            // libcurl wakes earlier for its own timers, and `wake` for new work.
            let silence = running.values.compactMap(\.transfer.silentAt).min().map { now.duration(to: $0).milliseconds }
            curl_multi_poll(multi, nil, 0, Int32(min(60_000, silence ?? 60_000)), nil)
        }
        state.withLock { $0.isAlive = false }
        curl_multi_cleanup(multi)
    }
}
