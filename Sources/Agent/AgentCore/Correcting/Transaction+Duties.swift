import AgentWire
import NestingModel

/// What outlives a correction that ended badly: the duty to start a guest that was asked to shut down.
extension Transaction {
    /// Seconds between two looks at guests that are owed a start and run still, and between two tries.
    static let dutyLook = 5.0
    /// Seconds between two tries to start one that its host can't run.
    static let hopelessLook = 60.0

    mutating func settleDuties() -> TransactionStep {
        markOffAndGone()
        markWhatCannotStart()
        for index in entry.duties.indices where entry.duties[index].owesStart {
            guard let guest = seen.guests[entry.duties[index].guest], guest.isRunning else { continue }
            if entry.duties[index].isNewRun(guest, bootID: now.bootID) { entry.duties[index].settled = true }
        }
        entry.record.owesStart = entry.duties.contains(where: \.owesStart)
        let off = entry.duties.indices.filter { index in
            entry.duties[index].owesStart && seen.guests[entry.duties[index].guest]?.isOff ?? false
        }
        func every(_ index: Int) -> Double {
            entry.duties[index].cannotStart == nil ? Self.dutyLook : Self.hopelessLook
        }
        // Among those whose turn has come, so that none holds up another.
        let due = off.filter { index in
            guard let last = entry.duties[index].lastStart, last.bootID == now.bootID else { return true }
            return now.elapsed(since: last) >= every(index)
        }
        guard let first = due.min(by: { entry.duties[$0].starts < entry.duties[$1].starts }) else {
            return TransactionStep(entry, pause: entry.record.owesStart ? Self.dutyLook : 0)
        }
        var step = tryToStart(first, every: every(first))
        step.pause = max(step.pause, 1)
        return step
    }

    /// A person's word that nothing is owed any more.
    package static func releasing(_ entry: JournalEntry) -> JournalEntry {
        var entry = entry
        for index in entry.duties.indices { entry.duties[index].settled = true }
        entry.record.owesStart = false
        entry.record.sentence += "; released from starting it"
        return entry
    }
}
