import AgentWire
import NestingModel

/// `guests.drain`: stop, hold, and start again.
extension Transaction {
    mutating func checkDrain() -> TransactionStep {
        let wanted =
            entry.request.guests.isEmpty
            ? seen.guests.values.filter { !$0.isOff }.sorted { ($0.name, $0.uuid) < ($1.name, $1.uuid) }.map(\.uuid)
            : entry.request.guests
        var duties: [GuestDuty] = []
        for uuid in wanted {
            guard let guest = seen.guests[uuid] else {
                return refuse(
                    GuestRefusals.refused(.guestUnknown, "there is no guest \(uuid.quoted) on this host"))
            }
            if guest.isOff { continue }
            if let refusal = GuestRefusals.stopping(guest, consent: entry.request.consent) { return refuse(refusal) }
            duties.append(GuestDuty(guest: uuid, name: guest.name, ran: true, run: run(of: guest)))
        }
        entry.duties = duties
        entry.connection = seen.connection
        entry.record.guests = duties.map(\.guest)
        entry.hold = deadline(entry.holdSeconds)
        entry.deadline = nil
        enter(.stopping, duties.isEmpty ? "no guest runs" : "stops \(duties.count) guests")
        return TransactionStep(entry)
    }

    mutating func drain() -> TransactionStep {
        if entry.verdict == .commit || entry.verdict == .rollback {
            return goToRelease(nil, "starts the guests again, as its controller asked")
        }
        markOffAndGone()
        guard let index = entry.duties.firstIndex(where: { !$0.seenOff && !$0.gone }) else {
            entry.deadline = nil
            entry.hold = deadline(entry.holdSeconds)
            enter(.holding, "holds \(entry.duties.count) guests")
            return TransactionStep(entry)
        }
        let duty = entry.duties[index]
        guard let guest = seen.guests[duty.guest] else { return TransactionStep(entry) }
        if entry.hold?.isOver(at: now) ?? false {
            return goToRelease(
                failure(
                    .shutdownDeadline, "the hold of \(entry.holdSeconds) s ran out before all guests were down",
                    remedy: "drain fewer guests at once, or with a longer hold"),
                "the hold has run out before all were down; starts the guests again")
        }
        // Much may have happened to one whose turn comes late.
        if duty.asked == nil, let refusal = GuestRefusals.stopping(guest, consent: entry.request.consent) {
            return goToRelease(
                Ending(.failed, code: refusal.code, refusal.sentence, remedy: refusal.remedy),
                "\(guest.label) can't be stopped any more; starts the others again")
        }
        if duty.asked == nil || entry.deadline == nil {
            entry.deadline = deadline(entry.request.shutdownSeconds)
            return askToStop(index)
        }
        guard entry.deadline?.isOver(at: now) ?? false else {
            return guest.isRunning ? askToStop(index) : TransactionStep(entry, pause: Self.look)
        }
        guard entry.request.consent.cutPower else {
            return goToRelease(
                failure(
                    .shutdownDeadline, "\(guest.label) did not shut down within \(entry.request.shutdownSeconds) s",
                    remedy: "look whether it answers to ACPI, or allow the policy to cut its power"),
                "\(guest.label) did not shut down in time; starts the others again")
        }
        entry.deadline = deadline(Int(Self.askAgain))
        return TransactionStep(entry, .cutPower(guest: duty.guest), pause: Self.look)
    }

    mutating func hold() -> TransactionStep {
        if entry.verdict == .commit || entry.verdict == .rollback {
            return goToRelease(nil, "starts the guests again, as its controller asked")
        }
        let left = entry.hold?.remaining(at: now) ?? 0
        guard left > 0 else { return goToRelease(nil, "the hold has run out; starts the guests again") }
        return TransactionStep(entry, pause: left)
    }

    private mutating func goToRelease(_ ending: Ending?, _ sentence: String) -> TransactionStep {
        entry.ending = ending
        entry.hold = nil
        entry.deadline = deadline(entry.request.startSeconds)
        enter(.releasing, sentence)
        return TransactionStep(entry)
    }

    mutating func release() -> TransactionStep {
        markOffAndGone()
        markWhatCannotStart()
        for index in entry.duties.indices where !entry.duties[index].settled {
            let duty = entry.duties[index]
            guard let guest = seen.guests[duty.guest], guest.isRunning else { continue }
            // One that was never asked, or that was seen off and runs, is as it was; one that was asked and has not
            // gone down yet may still do so.
            if duty.asked == nil || duty.isNewRun(guest, bootID: now.bootID) { entry.duties[index].settled = true }
        }
        let owed = entry.duties.indices.filter { entry.duties[$0].owesStart }
        let up = owed.filter { seen.guests[entry.duties[$0].guest]?.isRunning ?? false }
        let down = owed.filter { !up.contains($0) }
        // One that missed its deadline may stay up for ever: it is left as a duty, and nobody waits for it here.
        // Nor for one that this host can't run as it is.
        let awaited = (entry.ending == nil ? owed : down).filter { entry.duties[$0].cannotStart == nil }
        if awaited.isEmpty || entry.deadline?.isOver(at: now) ?? true { return finishReleasing(up: up, down: down) }
        // The one that was tried least goes first, so that one that does not start holds up none of the others.
        let off = awaited.filter { seen.guests[entry.duties[$0].guest]?.isOff ?? false }
        guard let first = off.min(by: { entry.duties[$0].starts < entry.duties[$1].starts }) else {
            return TransactionStep(entry, pause: Self.look)
        }
        return tryToStart(first)
    }

    private mutating func finishReleasing(up: [Int], down: [Int]) -> TransactionStep {
        let hopeless = down.compactMap { entry.duties[$0].cannotStart }
        if let reason = hopeless.first, hopeless.count == down.count {
            return end(
                failure(
                    .startFailed, "not started again, as this host can't run them now: \(names(down)): \(reason.shown)",
                    remedy: "give the host what they need: the agent keeps trying, and starts them then"))
        }
        if !down.isEmpty {
            return end(
                failure(
                    .startFailed, "not started again: \(names(down))\(lastReason.shown)",
                    remedy: "start by hand: the agent keeps trying"))
        }
        if let ending = entry.ending { return end(ending) }
        guard up.isEmpty else {
            return end(
                failure(
                    .shutdownDeadline, "asked to shut down, and still up: \(names(up)); started again once down"))
        }
        let gone = entry.duties.indices.filter { entry.duties[$0].gone }
        guard gone.isEmpty else {
            return end(
                failure(
                    .guestUnknown, "not on this host any more, and not started: \(names(gone))",
                    remedy: "find where they run, and look at them there"))
        }
        let count = entry.duties.count
        return end(Ending(.committed, count == 1 ? "its guest runs again" : "all \(count) guests run again"))
    }

    private func names(_ indices: [Int]) -> String {
        indices.map { entry.duties[$0].name.shown }.joined(separator: ", ")
    }

    /// Notes which guests are down, and which are not here any more: those are never started.
    mutating func markOffAndGone() {
        for index in entry.duties.indices where !entry.duties[index].settled {
            guard let guest = seen.guests[entry.duties[index].guest] else {
                entry.duties[index].gone = true
                entry.duties[index].settled = true
                continue
            }
            if guest.isOff { entry.duties[index].seenOff = true }
        }
        entry.record.owesStart = entry.duties.contains(where: \.owesStart)
    }
}
