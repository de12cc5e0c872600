package import NestingModel

/// What a worker saw of the guests of one correction, just before it decides.
package struct Observation: Sendable {
    /// The guests by UUID; those that are not here any more are missing.
    package var guests: [String: GuestReport]
    /// `guest.set`: how the persistent definition stands to the change; nil where it was not looked at.
    package var definition: DefinitionSight?
    /// `guest.set`: why the running guest was not started with the change; nil where it was, or does not run.
    package var liveFault: String?
    /// `guest.set`: why the definition, or what the guest runs with, could not be read: neither is known then, and the
    /// guest itself is.
    package var unread: ProviderFailure?
    /// The connection that answered; nil where there is only one.
    package var connection: String?
    /// What the last action met, where it failed.
    package var failure: ProviderFailure?
    /// Set where the hypervisor could not be asked: then nothing else here is known.
    package var unreachable: ProviderFailure?

    package init(
        guests: [String: GuestReport] = [:], definition: DefinitionSight? = nil, liveFault: String? = nil,
        failure: ProviderFailure? = nil, unreachable: ProviderFailure? = nil
    ) {
        self.guests = guests
        self.definition = definition
        self.liveFault = liveFault
        self.failure = failure
        self.unreachable = unreachable
    }
}

/// How a persistent definition stands to a change.
package enum DefinitionSight: Sendable, Hashable {
    /// It lacks the change, or a part of it; this is the whole of it, with its secrets.
    case lacks(definition: String)
    /// It says all that the change asks; this is the whole of it, with its secrets.
    case has(definition: String)
    case impossible(ProviderFailure)
    /// Seen on the way back: whether something of ours is left to set back.
    case setBackNeeded(Bool)
}

/// The effects that a transaction asks for, one at a time; each is journalled before it is run.
package enum CorrectionAction: Sendable, Hashable {
    /// Write the definition with the change in it.
    case define(guest: String)
    /// Write the definition with our own settings as they were.
    case setBack(guest: String)
    case dropSavedState(guest: String)
    case requestShutdown(guest: String)
    case cutPower(guest: String)
    case start(guest: String)
}

/// What is next: the entry as it has to be journalled first, then at most one action, then the next look.
package struct TransactionStep: Sendable {
    package var entry: JournalEntry
    package var action: CorrectionAction?
    /// Seconds until the next look is worth while.
    package var pause: Double

    package init(_ entry: JournalEntry, _ action: CorrectionAction? = nil, pause: Double = 0) {
        self.entry = entry
        self.action = action
        self.pause = pause
    }
}
