/// One order to an agent. Durations, never points in time: the two clocks need not agree.
package struct CorrectionRequest: Codable, Sendable, Hashable {
    /// Unique for ever; the same id again is the same correction, and is not run twice.
    package var id: String
    package var verb: CorrectionVerb
    /// `guest.set`: the guest. `guests.drain`: empty.
    package var guest: String?
    /// `guest.set` only.
    package var change: GuestChange?
    /// `guest.set`: the definition's digest that the plan was made from.
    package var definitionDigest: String?
    /// `guests.drain`: the guests to stop; empty means all that run.
    package var guests: [String]
    package var consent: CorrectionConsent
    /// How long a guest may take to shut down.
    package var shutdownSeconds: Int
    /// How long a guest may take until it runs again.
    package var startSeconds: Int
    /// `guest.set`: how long to wait for `finish` before the change is kept as it is, unverified.
    /// `guests.drain`: the dead-man time; the guests start again when it has passed without a `renew`.
    package var holdSeconds: Int

    package init(
        id: String, verb: CorrectionVerb, guest: String? = nil, change: GuestChange? = nil,
        definitionDigest: String? = nil, guests: [String] = [], consent: CorrectionConsent = CorrectionConsent(),
        shutdownSeconds: Int, startSeconds: Int, holdSeconds: Int
    ) {
        self.id = id
        self.verb = verb
        self.guest = guest
        self.change = change
        self.definitionDigest = definitionDigest
        self.guests = guests
        self.consent = consent
        self.shutdownSeconds = shutdownSeconds
        self.startSeconds = startSeconds
        self.holdSeconds = holdSeconds
    }
}

/// The fixed verbs of a correction: an agent knows no others, and no shell.
package enum CorrectionVerb: String, OpenEnumeration {
    /// Change a guest's settings as a transaction, with a restart where it runs.
    case setGuest = "guest.set"
    /// Stop guests gracefully and hold them, to be started again by `finish` or when the hold runs out.
    case drainGuests = "guests.drain"
    case unknown
}
