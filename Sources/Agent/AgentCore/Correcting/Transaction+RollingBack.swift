import AgentWire
import NestingModel

/// The way back of `guest.set`.
extension Transaction {
    /// Begins the way back: our own settings as they were, and the guest running if it ran.
    mutating func turnBack(_ ending: Ending) -> TransactionStep {
        entry.ending = ending
        entry.deadline = nil
        entry.runSetBack = nil
        enter(.rollingBack, ending.sentence)
        return TransactionStep(entry)
    }

    mutating func rollBack() -> TransactionStep {
        guard let guest = entry.request.guest.flatMap({ seen.guests[$0] }) else { return vanished() }
        if unread != nil, !hasWaitedToRead() { return TransactionStep(entry, pause: Self.reach) }
        if case .setBackNeeded(true) = seen.definition, entry.defines < Self.tries {
            // Remembered once: a later run was started from the definition that was put back.
            if entry.runSetBack == nil, guest.isRunning, entry.duties[0].isNewRun(guest, bootID: now.bootID) {
                entry.runSetBack = run(of: guest)
            }
            entry.defines += 1
            return TransactionStep(entry, .setBack(guest: guest.uuid))
        }
        if case .setBackNeeded(true) = seen.definition { noteNotSetBack(guest) }
        if guest.isOff { return startFromBefore(guest) }
        guard entry.duties[0].ran else { return finishRollingBack() }
        if let run = run(of: guest), run == entry.runSetBack { return stopOurRun(guest) }
        if entry.duties[0].isNewRun(guest, bootID: now.bootID) { entry.duties[0].settled = true }
        return finishRollingBack()
    }

    /// It runs with the change that was taken back: down with it, and up again.
    private mutating func stopOurRun(_ guest: GuestReport) -> TransactionStep {
        guard let deadline = entry.deadline else {
            entry.deadline = self.deadline(entry.request.shutdownSeconds)
            entry.duties[0].run = run(of: guest)
            entry.duties[0].asked = nil
            entry.duties[0].seenOff = false
            entry.duties[0].settled = false
            return askToStop(0)
        }
        guard !deadline.isOver(at: now) else {
            guard entry.request.consent.cutPower else {
                entry.ending = failure(
                    .shutdownDeadline,
                    "the definition of \(guest.label) is as it was, and it did not shut down within "
                        + "\(entry.request.shutdownSeconds) s: it still runs with the change",
                    remedy: "restart it")
                return finishRollingBack()
            }
            entry.deadline = self.deadline(Int(Self.askAgain))
            return TransactionStep(entry, .cutPower(guest: guest.uuid), pause: Self.look)
        }
        return askToStop(0)
    }

    private mutating func startFromBefore(_ guest: GuestReport) -> TransactionStep {
        guard entry.duties[0].ran else { return finishRollingBack() }
        if !entry.duties[0].seenOff || entry.duties[0].settled {
            entry.duties[0].seenOff = true
            entry.duties[0].settled = false
        }
        if entry.runSetBack != nil || entry.deadline == nil {
            entry.runSetBack = nil
            entry.deadline = deadline(entry.request.startSeconds)
            entry.duties[0].starts = 0
            entry.duties[0].lastStart = nil
        }
        if isHopeless(entry.duties[0]) || entry.deadline?.isOver(at: now) ?? false {
            let first = entry.ending?.sentence ?? ""
            entry.ending = failure(
                .startFailed,
                "\(first); then \(guest.label) did not start from its old definition either\(lastReason)"
                    .shown,
                remedy: "start it by hand: the agent keeps trying")
            return finishRollingBack()
        }
        return tryToStart(0)
    }

    private mutating func noteNotSetBack(_ guest: GuestReport) {
        entry.runSetBack = nil
        guard entry.ending?.outcome != .failed || entry.ending?.code != CorrectionCode.definitionRefused.rawValue else {
            return
        }
        let first = entry.ending?.sentence ?? ""
        entry.ending = failure(
            .definitionRefused, "\(first); the definition of \(guest.label) could not be put back\(lastReason)",
            remedy: "put it back by hand")
    }

    private mutating func finishRollingBack() -> TransactionStep {
        if let unread, let guest = entry.request.guest.flatMap({ seen.guests[$0] }) { noteUnread(guest, unread) }
        return end(entry.ending ?? Ending(.rolledBack, "the definition is as it was"))
    }
}
