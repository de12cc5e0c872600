package import NestingModel

/// One run of a guest. The numbers begin again when the host boots.
package struct RunIdentity: Codable, Sendable, Hashable {
    package var bootID: String
    package var run: Int

    package init(bootID: String, run: Int) {
        self.bootID = bootID
        self.run = run
    }
}

/// What a correction did to a guest's run, and so what it owes the guest: nobody's guest stays off that ran.
package struct GuestDuty: Codable, Sendable, Hashable {
    package var guest: String
    package var name: String
    /// Whether it ran when the correction began.
    package var ran: Bool
    /// Which run that was; nil where it was off or could not be told.
    package var run: RunIdentity?
    /// When it was last asked to shut down; nil: never.
    package var asked: BootInstant?
    /// Whether it was seen off since.
    package var seenOff = false
    package var lastStart: BootInstant?
    package var starts = 0
    /// Why the last try to start it failed, where another one is of no use until the host changes.
    package var cannotStart: String?
    /// It runs on a new run, or never had to be stopped, or is not here any more.
    package var settled = false
    package var gone = false

    package init(guest: String, name: String, ran: Bool, run: RunIdentity? = nil) {
        self.guest = guest
        self.name = name
        self.ran = ran
        self.run = run
    }

    /// Whether what runs now began after this correction first looked.
    package func isNewRun(_ report: GuestReport, bootID: String) -> Bool {
        guard let run, run.bootID == bootID, !seenOff else { return true }
        guard let now = report.run.value else { return false }
        return now != run.run
    }

    /// Whether the guest must run, and is not known to do so again.
    package var owesStart: Bool { ran && !settled && (asked != nil || seenOff) }
}
