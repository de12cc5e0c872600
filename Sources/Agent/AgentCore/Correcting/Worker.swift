import NestingModel

/// Waits, and may wake early when the journal changes.
package protocol Waiter: AnyObject {
    func wait(seconds: Double)
}

/// Runs the corrections of this host, one worker at a time, until nothing is open. It may be killed at any instant:
/// the next one goes on from the journal.
package final class Worker {
    private let journal: Journal
    private let lookout: Lookout
    private let clock: any BootClock
    private let waiter: any Waiter
    private var failures: [String: ProviderFailure] = [:]
    private var unwritten = UnwrittenStarts()

    package init(journal: Journal, guests: any GuestProvider, clock: any BootClock, waiter: any Waiter) {
        self.journal = journal
        lookout = Lookout(provider: guests)
        self.clock = clock
        self.waiter = waiter
    }

    /// When a run ends.
    package enum Until: Sendable {
        /// Nothing is open, and nothing owed.
        case idle
        /// All that is left waits for its controller's word, for a guest to go down, or for what a host lacks.
        case settled
    }

    /// The longest sleep: a change of the journal wakes earlier, where the system tells.
    static let longest = 5.0
    /// How long `settled` tries to start what is owed by ended corrections: at boot, libvirt comes when it comes.
    static let startingSeconds = 300.0

    /// - Returns: false where another worker is at it.
    /// - Throws: where the journal can't be read; with `settled` also where it can't be written, once the guests that
    ///   are owed a start run all the same.
    @discardableResult
    package func run(until: Until = .idle) throws(StateFault) -> Bool {
        guard journal.takeWork() else { return false }
        let began = clock.now()
        while true {
            let content = try journal.content()
            let due = WorkQueue.due(content.entries)
            if content.needWork.isEmpty, try journal.leaveWork(where: { $0.needWork.isEmpty }) { return true }
            var pause = Self.longest
            var fault: StateFault?
            for id in due {
                // A full disk must not end the only process that owes a guest its start.
                do throws(StateFault) { pause = min(pause, try step(id)) } catch { fault = error }
            }
            let isTimeUp = clock.now().elapsed(since: began) >= Self.startingSeconds
            if let fault {
                let areUp = unwritten.run(try journal.content().entries, by: lookout, at: clock.now())
                if until == .settled, areUp && pause >= Transaction.dutyLook || isTimeUp { throw fault }
            } else if until == .settled, pause >= Transaction.dutyLook || isTimeUp,
                try journal.leaveWork(where: { $0.needWork.allSatisfy { $0.isWaiting || !$0.isOpen } })
            {
                return true
            }
            if pause > 0 { waiter.wait(seconds: pause) }
        }
    }

    /// One look, one decision, one journalled action.
    /// - Returns: seconds until the next look at it is worth while.
    private func step(_ id: String) throws(StateFault) -> Double {
        guard let known = try journal.content().entry(id), known.needsWork else { return 0 }
        let seen = unwritten.withoutGone(lookout.look(for: known, failure: failures[id]), for: known)
        let now = clock.now()
        var decided: TransactionStep?
        do throws(JournalRefusal) {
            try journal.update { content in
                // A session may have written a verdict meanwhile; a phase that changed wants another look.
                guard let entry = content.entry(id), entry.record.phase == known.record.phase else { return [] }
                var transaction = Transaction(entry, seeing: seen, at: now)
                let step = transaction.next()
                decided = step
                return step.entry == entry ? [] : [step.entry]
            }
        } catch {
            guard case .fault(let fault) = error else { return Self.longest }
            throw fault
        }
        guard let decided else { return 0 }
        guard let action = decided.action else { return decided.pause }
        let failure = lookout.run(action, for: decided.entry)
        // What the connection or the guest's going away did is seen at the next look; it counts as no try that failed.
        switch failure?.code {
        case .hypervisorUnreachable, .guestUnknown: failures[id] = nil
        default: failures[id] = failure
        }
        return failure == nil ? decided.pause : max(decided.pause, Transaction.look)
    }
}
