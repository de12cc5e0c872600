import NestingModel

/// The starts that are made while the journal can't be written: a full or read-only disk must not keep a guest off that
/// this agent shut down.
///
/// A start is the one action that needs no journal before it. Where it is forgotten, the next look sees the guest on a
/// new run, and decides the same as if somebody else had started it.
struct UnwrittenStarts {
    /// Seconds between two tries to start the same guest; remembered here alone.
    static let again = 10.0

    private var tried: [String: BootInstant] = [:]
    /// Those that were seen to be gone. What is left of a guest that moved may look like one that is off later, when
    /// its manager has forgotten why.
    private var gone: Set<String> = []

    /// Starts those that are off, by what the journal on disk says.
    /// - Returns: whether all that are owed a start run again, or are not here any more.
    mutating func run(_ entries: [JournalEntry], by lookout: Lookout, at now: BootInstant) -> Bool {
        let keptDown = Set(entries.filter { $0.keepsDown(at: now) }.flatMap { $0.duties.map(\.guest) })
        var areUp = true
        for entry in entries where entry.startsUnwritten(at: now) {
            for duty in entry.duties where duty.owesStart && !keptDown.contains(duty.guest) {
                guard !gone.contains(duty.guest) else { continue }
                do throws(ProviderFailure) {
                    guard let guest = try lookout.guest(duty.guest, over: entry.connection) else {
                        gone.insert(duty.guest)
                        continue
                    }
                    if guest.isRunning, duty.isNewRun(guest, bootID: now.bootID) { continue }
                    areUp = false
                    if guest.isOff { start(guest.uuid, for: entry, by: lookout, at: now) }
                } catch {
                    areUp = false
                }
            }
        }
        return areUp
    }

    /// What was seen, without those owed a start that were seen to be gone when that could not be written.
    func withoutGone(_ seen: Observation, for entry: JournalEntry) -> Observation {
        var seen = seen
        for duty in entry.duties where duty.owesStart && gone.contains(duty.guest) {
            if seen.guests[duty.guest]?.isOff ?? false { seen.guests[duty.guest] = nil }
        }
        return seen
    }

    private mutating func start(_ uuid: String, for entry: JournalEntry, by lookout: Lookout, at now: BootInstant) {
        if let last = tried[uuid], last.bootID == now.bootID, now.elapsed(since: last) < Self.again { return }
        tried[uuid] = now
        // On its way back, as far as the journal says: from its own definition, so that it does start.
        if entry.record.phase == .rollingBack { _ = lookout.run(.setBack(guest: uuid), for: entry) }
        // Whether it worked is seen at the next look.
        _ = lookout.run(.start(guest: uuid), for: entry)
    }
}

extension JournalEntry {
    /// Whether this drain is meant to keep its guests down now.
    fileprivate func keepsDown(at now: BootInstant) -> Bool {
        guard request.verb == .drainGuests, record.phase == .stopping || record.phase == .holding else { return false }
        guard verdict != .commit, verdict != .rollback else { return false }
        return !(hold?.isOver(at: now) ?? true)
    }

    /// Whether what it owes may be started without its next step being written.
    fileprivate func startsUnwritten(at now: BootInstant) -> Bool {
        guard needsWork, record.phase != .queued, record.phase != .checking else { return false }
        return !keepsDown(at: now)
    }
}
