import AgentWire
import NestingModel

/// `guest.set` where a definition can't be read: the wait for it has an end, and no guest stays off over it.
extension Transaction {
    /// Whether the definition has the change can't be read.
    mutating func defineUnread(_ guest: GuestReport, _ unread: ProviderFailure) -> TransactionStep {
        guard hasWaitedToRead() else { return TransactionStep(entry, pause: Self.reach) }
        let wasWritten = entry.defines > 0
        let ending = failure(
            .changeImpossible,
            "the definition of \(guest.label) can't be read: \(unread.sentence.shown); "
                + (wasWritten ? "the change was written into it" : "nothing was changed"),
            remedy: unread.remedy.isEmpty ? "see whether virsh dumpxml --inactive shows it" : unread.remedy)
        // One that ran and is off by now is started on the way back.
        return wasWritten || guest.isOff && entry.duties[0].ran ? turnBack(ending) : end(ending)
    }

    /// It runs on a new run, and whether with the change can't be read: it is not stopped again over what is not known.
    mutating func runsUnread(_ guest: GuestReport, _ unread: ProviderFailure) -> TransactionStep {
        guard hasWaitedToRead() else { return TransactionStep(entry, pause: Self.reach) }
        entry.duties[0].settled = true
        let ending = failure(
            .checkFailed,
            "\(guest.label) runs again, its definition has the change, and whether it runs with it can't be read: "
                + unread.sentence.shown,
            remedy: "read its live definition, and check inside the guest")
        guard entry.request.change?.exposure == false else { return end(ending) }
        return end(Ending(.kept, code: ending.code, ending.sentence, remedy: ending.remedy))
    }

    /// The way back went without the definition: it ends with what stands where.
    mutating func noteUnread(_ guest: GuestReport, _ unread: ProviderFailure) {
        let first = entry.ending
        entry.ending = Ending(
            .failed,
            code: first?.outcome == .failed ? first?.code : CorrectionCode.definitionRefused.rawValue,
            "\(first?.sentence ?? ""); the definition of \(guest.label) can't be read, and may have the change still: "
                + unread.sentence.shown,
            remedy: "read it, and put it back by hand")
    }
}
