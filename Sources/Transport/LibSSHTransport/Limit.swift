import SecureShell

/// The deadline of one call, and the phase it has reached: what a timeout names.
struct Limit: Sendable {
    let at: ContinuousClock.Instant
    let whole: Duration

    init(_ whole: Duration) {
        self.whole = whole
        at = .now + whole
    }

    /// - Parameter phase: what was waited for, such as `the key exchange`.
    func check(_ wake: EventLoop.Wake, _ hop: String, _ phase: String) throws(SSHFailure) {
        switch wake {
        case .poked: return
        case .cancelled: throw SSHFailure(.closed, hop: hop, "\(phase) was cancelled")
        case .deadline: throw timeout(hop, phase)
        }
    }

    func timeout(_ hop: String, _ phase: String) -> SSHFailure {
        SSHFailure(
            .timeout, hop: hop, "\(phase) did not end within \(whole)", remedy: "see whether the machine answers")
    }
}
