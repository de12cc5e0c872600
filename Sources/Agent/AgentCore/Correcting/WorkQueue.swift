import NestingModel

/// Which corrections may move now: one after another, and never two that touch the same guest. One that only waits
/// for its controller's word holds up nobody else's guest.
package enum WorkQueue {
    /// - Parameter entries: by their number.
    /// - Returns: the ids, in the order in which they are to be stepped.
    package static func due(_ entries: [JournalEntry]) -> [String] {
        var due: [String] = []
        var taken: Set<String> = []
        var allTaken = false
        var busy = false
        let open = entries.filter(\.isOpen)
        for entry in open {
            let guests = Set(entry.record.guests)
            let blocked = allTaken || !guests.isDisjoint(with: taken) || (entry.touchesAllGuests && !taken.isEmpty)
            if entry.isWaiting {
                due.append(entry.request.id)
            } else if !busy && !blocked {
                due.append(entry.request.id)
                busy = true
            }
            taken.formUnion(guests)
            if entry.touchesAllGuests { allTaken = true }
        }
        // Duties of what ended: not while a newer correction has the same guest down.
        for entry in entries where !entry.isOpen && entry.record.owesStart {
            let guests = Set(entry.duties.filter(\.owesStart).map(\.guest))
            if !allTaken, guests.isDisjoint(with: taken) { due.append(entry.request.id) }
        }
        return due
    }
}
