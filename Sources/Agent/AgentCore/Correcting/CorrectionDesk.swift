package import AgentWire
package import NestingModel

/// Takes orders into the journal, for the one controller that may give them. It runs nothing itself.
package struct CorrectionDesk {
    let folder: StateFolder

    package init(_ folder: StateFolder) {
        self.folder = folder
    }

    /// Validates the whole batch, then journals it. An id that is known already is answered as it stands.
    package func accept(_ order: CorrectParameters) throws(WireError) -> (
        records: [CorrectionRecord], entries: [JournalEntry]
    ) {
        let faults = order.corrections.faults
        guard faults.isEmpty else { throw WireError(.invalidParameters, faults.joined(separator: "; ")) }
        var records: [CorrectionRecord] = []
        var all: [JournalEntry] = []
        try write { content, enrolment throws(WireError) in
            try admit(order.controller, order.epoch, enrolment)
            var number = content.entries.last?.number ?? 0
            var added: [JournalEntry] = []
            for request in order.corrections {
                if let known = content.entry(request.id) {
                    guard known.request == request else {
                        throw WireError(
                            .invalidParameters, "the correction \(request.id.quoted) is known, with other contents",
                            remedy: "give another order another id")
                    }
                    records.append(known.record)
                    all.append(known)
                } else if let damaged = content.damaged.first(where: { $0.id == request.id }) {
                    records.append(damaged)
                } else {
                    number += 1
                    let entry = JournalEntry(
                        number: number, request: request, controller: order.controller, epoch: order.epoch)
                    added.append(entry)
                    all.append(entry)
                    records.append(entry.record)
                }
            }
            return added
        }
        return (records, all)
    }

    /// Writes the controller's verdict, or on an ended one releases a duty to start. The same word again is no error.
    package func finish(_ word: FinishParameters) throws(WireError) -> CorrectionRecord {
        guard word.verdict != .unknown else {
            throw WireError(.invalidParameters, "verdict must be commit or rollback")
        }
        return try change(word.id, word.controller, word.epoch) { entry throws(WireError) in
            if entry.verdict == word.verdict, !(entry.record.owesStart && !entry.isOpen) { return entry }
            var entry = entry
            if !entry.isOpen, entry.record.owesStart, word.verdict == .commit { return Transaction.releasing(entry) }
            let drains = entry.request.verb == .drainGuests
            guard entry.isWaiting || (drains && entry.record.phase == .stopping), entry.verdict == nil else {
                throw Self.wrongPhase(entry, "a verdict")
            }
            entry.verdict = word.verdict
            return entry
        }
    }

    /// Prolongs a hold or a wait for a verdict.
    package func renew(_ word: RenewParameters, at now: BootInstant) throws(WireError) -> CorrectionRecord {
        guard (0...604_800).contains(word.holdSeconds) else {
            throw WireError(.invalidParameters, "holdSeconds must be 0 to 604800, is \(word.holdSeconds)")
        }
        return try change(word.id, word.controller, word.epoch) { entry throws(WireError) in
            var entry = entry
            guard entry.isWaiting || (entry.request.verb == .drainGuests && entry.record.phase == .stopping) else {
                throw Self.wrongPhase(entry, "a renewal")
            }
            entry.renewedSeconds = word.holdSeconds
            entry.hold = BootDeadline(start: now, seconds: Double(word.holdSeconds))
            return entry
        }
    }

    private static func wrongPhase(_ entry: JournalEntry, _ what: String) -> WireError {
        WireError(
            .correctionPhase,
            "the correction \(entry.request.id.quoted) is \(entry.record.phase), and waits for no \(what)")
    }

    private func change(
        _ id: String, _ controller: String, _ epoch: Int, _ body: (JournalEntry) throws(WireError) -> JournalEntry
    ) throws(WireError) -> CorrectionRecord {
        var record: CorrectionRecord?
        try write { content, enrolment throws(WireError) in
            try admit(controller, epoch, enrolment)
            guard let entry = content.entry(id) else {
                throw WireError(.correctionUnknown, "no correction \(id.quoted) is known here")
            }
            let changed = try body(entry)
            record = changed.record
            return changed == entry ? [] : [changed]
        }
        guard let record else { throw WireError(.internalFault, "the correction \(id.quoted) was not written") }
        return record
    }

    /// Stores a higher epoch before anything is acted on.
    private func admit(_ controller: String, _ epoch: Int, _ known: Enrolment?) throws(WireError) {
        guard let raised = try Enrolment.admitting(controller: controller, epoch: epoch, to: known) else { return }
        do throws(StateFault) { try folder.store(raised) } catch { throw WireError(.internalFault, error.sentence) }
    }

    private func write(
        _ decide: (JournalContent, Enrolment?) throws(WireError) -> [JournalEntry]
    ) throws(WireError) {
        do throws(JournalRefusal) {
            let journal: Journal
            let folder = folder
            do throws(StateFault) { journal = try Journal(folder) } catch { throw .fault(error) }
            try journal.update { content throws(WireError) in
                let enrolment: Enrolment?
                do throws(StateFault) { enrolment = try folder.enrolment() } catch {
                    throw WireError(.internalFault, error.sentence, remedy: error.remedy)
                }
                return try decide(content, enrolment)
            }
        } catch {
            switch error {
            case .refused(let refusal): throw refusal
            case .fault(let fault): throw WireError(.internalFault, fault.sentence, remedy: fault.remedy)
            }
        }
    }
}
