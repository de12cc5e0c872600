package import NestingModel

/// One correction as it lies on the host's disk: all that a worker needs to go on after it was killed.
package struct JournalEntry: Codable, Sendable, Hashable {
    /// The format; an entry of a newer one is left alone.
    package var version = JournalEntry.currentVersion
    /// Rises with every entry: the order in which they run.
    package var number: Int
    package var request: CorrectionRequest
    package var controller: String
    package var epoch: Int
    /// What the controller sees.
    package var record: CorrectionRecord
    /// The phases that were entered, so that a follower misses none.
    package var trail: [CorrectionRecord]
    /// The guests that run or ran, and what is owed to them.
    package var duties: [GuestDuty] = []
    /// The connection through which its guests were found.
    package var connection: String?
    /// The persistent definition with its secrets, from before the change. Never sent, and gone once ended.
    package var before: String?
    /// How often the change, or its way back, was written; reset when the phase changes.
    package var defines = 0
    /// The run that had our change when the definition was put back: only that one has to be restarted.
    package var runSetBack: RunIdentity?
    /// How long the present phase may take.
    package var deadline: BootDeadline?
    /// How long a definition that can't be read is waited for; nil where it could be read.
    package var reading: BootDeadline?
    /// How long a verdict is waited for, or a drain is held.
    package var hold: BootDeadline?
    /// What a renewal made of the order's hold; the order itself stays as it was given.
    package var renewedSeconds: Int?
    /// The controller's word, written by a session.
    package var verdict: CorrectionVerdict?
    /// How it ends once the guests are as they were.
    package var ending: Ending?

    package static let currentVersion = 1

    package init(number: Int, request: CorrectionRequest, controller: String, epoch: Int) {
        self.number = number
        self.request = request
        self.controller = controller
        self.epoch = epoch
        record = CorrectionRecord(
            id: request.id, verb: request.verb, guests: request.guest.map { [$0] } ?? request.guests, phase: .queued,
            sentence: "waits for its turn")
        trail = [record]
    }

    package var holdSeconds: Int { renewedSeconds ?? request.holdSeconds }
    package var isOpen: Bool { record.phase != .ended }
    /// Open, or ended while a guest's start is still owed.
    package var needsWork: Bool { isOpen || record.owesStart }
    /// Waits for its controller's word, and nothing else.
    package var isWaiting: Bool { record.phase == .awaitingVerdict || record.phase == .holding }
    package var touchesAllGuests: Bool { request.verb == .drainGuests && record.guests.isEmpty }
}

/// How a correction will end.
package struct Ending: Codable, Sendable, Hashable {
    package var outcome: CorrectionOutcome
    package var code: String?
    package var sentence: String
    package var remedy: String

    package init(_ outcome: CorrectionOutcome, code: String? = nil, _ sentence: String, remedy: String = "") {
        self.outcome = outcome
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
    }
}
