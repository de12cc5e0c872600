import NestingModel

/// Reads, for one correction, what its next decision needs, and runs the action that was decided.
struct Lookout {
    let provider: any GuestProvider

    func look(for entry: JournalEntry, failure: ProviderFailure?) -> Observation {
        do throws(ProviderFailure) {
            var seen = Observation(failure: failure)
            switch (entry.request.verb, entry.record.phase) {
            case (_, .queued), (_, .awaitingVerdict), (_, .holding): break
            case (.drainGuests, .checking) where entry.request.guests.isEmpty:
                switch provider.guests() {
                case .known(let guests): for guest in guests { seen.guests[guest.uuid] = guest }
                // A daemon that is being restarted looks the same as none.
                case .absent:
                    seen.unreachable = ProviderFailure(.hypervisorUnreachable, "no hypervisor's manager is here")
                case .unknown(let reason): seen.unreachable = ProviderFailure(.hypervisorUnreachable, reason)
                }
            case (.drainGuests, .checking):
                for uuid in entry.request.guests { seen.guests[uuid] = try provider.guest(uuid) }
            case (.setGuest, let phase) where phase != .ended:
                try lookAtChange(entry, &seen)
            default:
                for duty in entry.duties where !duty.settled {
                    seen.guests[duty.guest] = try provider.guest(duty.guest)
                }
            }
            seen.connection = provider.connection
            if let strange = strange(to: entry.connection) { seen.unreachable = strange }
            return seen
        } catch {
            return Observation(failure: failure, unreachable: error)
        }
    }

    /// One guest alone, whatever its correction wants to know besides.
    /// - Parameter connection: the one through which it was found.
    /// - Returns: nil where it is not here any more.
    func guest(_ uuid: String, over connection: String?) throws(ProviderFailure) -> GuestReport? {
        let guest = try provider.guest(uuid)
        if let strange = strange(to: connection) { throw strange }
        return guest
    }

    /// Another connection than the guests' knows nothing of them.
    private func strange(to known: String?) -> ProviderFailure? {
        guard let known, let present = provider.connection, known != present else { return nil }
        return ProviderFailure(
            .hypervisorUnreachable, "the guests are known to \(known), and only \(present) answers")
    }

    /// The guest is read before and after its definition and its live state: a difference is looked at again, so that
    /// a definition never goes with another's digest, nor a stopped guest's silence with a running one.
    private func lookAtChange(_ entry: JournalEntry, _ seen: inout Observation) throws(ProviderFailure) {
        guard let uuid = entry.request.guest, let change = entry.request.change else { return }
        do throws(ProviderFailure) {
            for _ in 0..<3 {
                guard let first = try provider.guest(uuid) else { return }
                try readDefinitions(of: uuid, change, entry, &seen)
                guard let second = try provider.guest(uuid) else { return }
                if first.definitionDigest == second.definitionDigest, first.state == second.state,
                    first.run == second.run
                {
                    seen.guests[uuid] = second
                    return
                }
            }
            throw ProviderFailure(.hypervisorUnreachable, "the guest \(uuid) changes all the time")
        } catch  where error.code == .guestUnknown {
            seen.guests[uuid] = nil
        }
    }

    /// What can't be read is no hypervisor that can't be asked: its correction must not wait for it for ever.
    private func readDefinitions(
        of uuid: String, _ change: GuestChange, _ entry: JournalEntry, _ seen: inout Observation
    ) throws(ProviderFailure) {
        (seen.definition, seen.liveFault, seen.unread) = (nil, nil, nil)
        let phase = entry.record.phase
        do throws(ProviderFailure) {
            if [.checking, .defining, .rollingBack].contains(phase) {
                seen.definition = try sight(of: change, in: entry, uuid)
            }
            if phase != .rollingBack { seen.liveFault = try provider.liveFault(of: change, guest: uuid) }
        } catch  where error.code != .hypervisorUnreachable && error.code != .guestUnknown {
            seen.unread = error
        }
    }

    private func sight(
        of change: GuestChange, in entry: JournalEntry, _ uuid: String
    ) throws(ProviderFailure) -> DefinitionSight {
        let now = try provider.definition(uuid)
        do throws(ProviderFailure) {
            if entry.record.phase == .rollingBack {
                guard let before = entry.before else { return .setBackNeeded(false) }
                return .setBackNeeded(try provider.undoing(change, before: before, now: now) != nil)
            }
            return try provider.applying(change, to: now) == now ? .has(definition: now) : .lacks(definition: now)
        } catch  where error.code == .changeImpossible {
            return entry.record.phase == .rollingBack ? .setBackNeeded(false) : .impossible(error)
        }
    }

    /// - Returns: what it met, where it failed.
    func run(_ action: CorrectionAction, for entry: JournalEntry) -> ProviderFailure? {
        do throws(ProviderFailure) {
            switch action {
            case .define(let guest):
                guard let change = entry.request.change else { return nil }
                try provider.define(try provider.applying(change, to: try provider.definition(guest)))
            case .setBack(let guest):
                guard let change = entry.request.change, let before = entry.before else { return nil }
                let now = try provider.definition(guest)
                guard let back = try provider.undoing(change, before: before, now: now) else { return nil }
                try provider.define(back)
            case .dropSavedState(let guest): try provider.dropSavedState(guest)
            case .requestShutdown(let guest): try provider.requestShutdown(guest)
            case .cutPower(let guest): try provider.cutPower(guest)
            case .start(let guest): try provider.start(guest)
            }
            return nil
        } catch {
            return error
        }
    }
}
