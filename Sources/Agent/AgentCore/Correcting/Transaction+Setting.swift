import AgentWire
import NestingModel

/// `guest.set`, up to the verdict.
extension Transaction {
    private var guest: GuestReport? { entry.request.guest.flatMap { seen.guests[$0] } }

    mutating func check() -> TransactionStep {
        if entry.request.verb == .drainGuests { return checkDrain() }
        guard let guest else {
            return refuse(
                GuestRefusals.refused(
                    .guestUnknown, "there is no guest \((entry.request.guest ?? "").quoted) on this host"))
        }
        guard let digest = guest.definitionDigest.value, digest == entry.request.definitionDigest else {
            return refuse(
                GuestRefusals.refused(
                    .definitionChanged,
                    "the definition of \(guest.label) is \("\(guest.definitionDigest)".quoted), and the plan was made "
                        + "from \((entry.request.definitionDigest ?? "none").quoted)",
                    remedy: "plan again from a new report"))
        }
        if let refusal = GuestRefusals.touching(guest, consent: entry.request.consent) { return refuse(refusal) }
        switch seen.definition {
        case .impossible(let failure):
            return refuse(
                GuestRefusals.refused(.changeImpossible, failure.sentence.shown, remedy: failure.remedy))
        case .has(let definition):
            guard guest.state == .running, seen.liveFault != nil else {
                if guest.savedState.value == true { return takeOn(guest, definition) }
                return end(Ending(.committed, "\(guest.label) already is as asked"))
            }
            return takeOn(guest, definition)
        case .lacks(let definition):
            return takeOn(guest, definition)
        case .setBackNeeded, nil:
            return TransactionStep(entry, pause: Self.look)
        }
    }

    /// Accepts the guest: from here on its state before is remembered.
    private mutating func takeOn(_ guest: GuestReport, _ definition: String) -> TransactionStep {
        if guest.state == .running,
            let refusal = GuestRefusals.stopping(guest, consent: entry.request.consent)
        {
            return refuse(refusal)
        }
        entry.before = definition
        entry.connection = seen.connection
        entry.deadline = nil
        entry.duties = [
            GuestDuty(
                guest: guest.uuid, name: guest.name, ran: guest.state == .running,
                run: guest.state == .running ? run(of: guest) : nil)
        ]
        enter(.defining, "writes the change into the definition of \(guest.label)")
        return TransactionStep(entry)
    }

    mutating func define() -> TransactionStep {
        guard let guest else { return vanished() }
        if let failure = seen.failure, failure.code == .definitionRefused || failure.code == .changeImpossible {
            let code: CorrectionCode = failure.code == .changeImpossible ? .changeImpossible : .definitionRefused
            return refuse(
                GuestRefusals.refused(code, failure.sentence.shown, remedy: failure.remedy))
        }
        if let unread { return defineUnread(guest, unread) }
        switch seen.definition {
        case .has: return defined(guest)
        case .impossible(let failure): return end(self.failure(.definitionChanged, failure.sentence.shown))
        case .setBackNeeded, nil: return TransactionStep(entry, pause: Self.look)
        case .lacks: break
        }
        guard guest.definitionDigest.value == entry.request.definitionDigest else {
            let ending = failure(
                .definitionChanged, "somebody else changed the definition of \(guest.label) at the same time",
                remedy: "plan again from a new report")
            // Of what was written, a part may still stand.
            return entry.defines == 0 ? end(ending) : turnBack(ending)
        }
        guard entry.defines < Self.tries else {
            return turnBack(
                failure(
                    .definitionRefused,
                    "the definition of \(guest.label) was written, and does not show the change\(lastReason)"))
        }
        entry.defines += 1
        return TransactionStep(entry, .define(guest: guest.uuid))
    }

    /// The definition has the change; on to the guest that may run.
    private mutating func defined(_ guest: GuestReport) -> TransactionStep {
        guard guest.isOff || guest.state == .running else { return TransactionStep(entry, pause: Self.look) }
        if guest.isOff {
            if let step = dropSavedState(guest) { return step }
            guard entry.duties[0].ran else {
                return end(Ending(.committed, "\(guest.label) is off, and starts with the change"))
            }
            entry.duties[0].seenOff = true
            return goToStart(guest)
        }
        guard seen.liveFault != nil else {
            return entry.duties[0].ran
                ? runsAgain(guest) : end(Ending(.committed, "\(guest.label) was started with the change"))
        }
        if !entry.duties[0].ran {
            entry.duties[0] = GuestDuty(guest: guest.uuid, name: guest.name, ran: true, run: run(of: guest))
        }
        if let refusal = GuestRefusals.stopping(guest, consent: entry.request.consent) {
            return turnBack(Ending(.failed, code: refusal.code, refusal.sentence, remedy: refusal.remedy))
        }
        entry.deadline = deadline(entry.request.shutdownSeconds)
        enter(.stopping, "asks \(guest.label) to shut down")
        return TransactionStep(entry)
    }

    /// A saved state holds the old CPU: it goes with consent, and only while nothing runs.
    private mutating func dropSavedState(_ guest: GuestReport) -> TransactionStep? {
        guard guest.savedState.value == true || guest.state == .saved else { return nil }
        guard entry.request.consent.dropSavedState else {
            return turnBack(
                failure(
                    .savedState, "\(guest.label) was saved meanwhile, and its saved state holds the old CPU",
                    remedy: "shut it down, and correct it again"))
        }
        guard entry.defines < 2 * Self.tries else {
            return turnBack(failure(.savedState, "the saved state of \(guest.label) can't be dropped\(lastReason)"))
        }
        entry.defines += 1
        return TransactionStep(entry, .dropSavedState(guest: guest.uuid))
    }

    mutating func stop() -> TransactionStep {
        guard let guest else { return vanished() }
        if guest.isOff {
            entry.duties[0].seenOff = true
            return goToStart(guest)
        }
        if guest.isRunning, entry.duties[0].isNewRun(guest, bootID: now.bootID) {
            if let unread { return runsUnread(guest, unread) }
            if seen.liveFault == nil { return runsAgain(guest) }
        }
        if let deadline = entry.deadline, deadline.isOver(at: now) {
            guard entry.request.consent.cutPower else {
                return turnBack(
                    failure(
                        .shutdownDeadline,
                        "\(guest.label) did not shut down within \(entry.request.shutdownSeconds) s",
                        remedy: "look whether it answers to ACPI, or allow the policy to cut its power"))
            }
            entry.deadline = self.deadline(Int(Self.askAgain))
            return TransactionStep(entry, .cutPower(guest: guest.uuid), pause: Self.look)
        }
        guard guest.isRunning else { return TransactionStep(entry, pause: Self.look) }
        return askToStop(0)
    }

    private mutating func goToStart(_ guest: GuestReport) -> TransactionStep {
        entry.deadline = deadline(entry.request.startSeconds)
        entry.duties[0].starts = 0
        entry.duties[0].lastStart = nil
        enter(.starting, "starts \(guest.label) again")
        return TransactionStep(entry)
    }

    mutating func start() -> TransactionStep {
        guard let guest else { return vanished() }
        if guest.isRunning {
            if let unread { return runsUnread(guest, unread) }
            guard let fault = seen.liveFault else { return runsAgain(guest) }
            let failed = failure(
                .checkFailed, "\(guest.label) runs again, without the change: \(fault.shown)",
                remedy: "read its live definition")
            guard entry.request.change?.exposure == false else { return turnBack(failed) }
            // The way back from hiding would expose again.
            entry.duties[0].settled = true
            return end(
                Ending(.kept, code: failed.code, "\(failed.sentence); the change is kept", remedy: failed.remedy))
        }
        if isHopeless(entry.duties[0]) || entry.deadline?.isOver(at: now) ?? false {
            return turnBack(
                failure(
                    .startFailed, "\(guest.label) did not start with the change\(lastReason.shown)",
                    remedy: "read its log, and correct the policy or the host"))
        }
        guard guest.isOff else { return TransactionStep(entry, pause: Self.look) }
        if let step = dropSavedState(guest) { return step }
        return tryToStart(0)
    }

    /// Seen running with the change: nothing is owed any more.
    private mutating func runsAgain(_ guest: GuestReport) -> TransactionStep {
        entry.record.restarted = entry.duties[0].isNewRun(guest, bootID: now.bootID)
        entry.duties[0].settled = true
        entry.deadline = nil
        entry.hold = deadline(entry.holdSeconds)
        enter(.awaitingVerdict, "\(guest.label) runs with the change; waits for the check inside")
        return TransactionStep(entry)
    }

    mutating func awaitVerdict() -> TransactionStep {
        switch entry.verdict {
        case .commit: return end(Ending(.committed, "the change holds, and its controller confirmed it"))
        case .rollback: return turnBack(Ending(.rolledBack, "its controller took the change back"))
        case .unknown, nil: break
        }
        let left = entry.hold?.remaining(at: now) ?? 0
        guard left > 0 else {
            return end(
                Ending(
                    .kept, "the change holds, and nobody said within \(entry.holdSeconds) s whether it works",
                    remedy: "check inside the guest"))
        }
        return TransactionStep(entry, pause: left)
    }

    /// The guest is not here any more: it is never defined or started again.
    mutating func vanished() -> TransactionStep {
        for index in entry.duties.indices {
            entry.duties[index].settled = true
            entry.duties[index].gone = true
        }
        return end(
            failure(
                .guestUnknown, "the guest \((entry.request.guest ?? "").quoted) is not on this host any more",
                remedy: "find where it runs, and look at it there"))
    }
}
