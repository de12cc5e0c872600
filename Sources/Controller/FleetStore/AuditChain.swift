package import ControllerAPI
import Digests

/// One record of the audit log with its texts exactly as they are stored: what was hashed.
package struct ChainedRecord: Sendable, Hashable {
    package var number: Int
    package var time: String
    package var entry: AuditEntry
    package var hash: String

    package init(number: Int, time: String, entry: AuditEntry, hash: String) {
        self.number = number
        self.time = time
        self.entry = entry
        self.hash = hash
    }
}

/// The rule by which audit records hang together, and the check of it: each hash covers its record and the hash before.
package struct AuditChain: Sendable, Hashable {
    /// The last record that is as it was written.
    package private(set) var head = AuditHead(number: 0, hash: "")
    /// The first that is not; nothing after it is taken.
    package private(set) var fault: AuditFault?

    package init() {}

    /// - Parameters:
    ///   - before: the hash of the record before; empty for the first.
    ///   - time: as it is stored.
    package static func hash(after before: String, time: String, _ entry: AuditEntry) -> String {
        // The length before each field keeps two different records from having one text.
        var fields = [before, time, entry.actor, entry.action, entry.subject, entry.detail]
        // Records from before there were these two have the hash that they were written with.
        if !entry.origin.isEmpty || !entry.place.isEmpty { fields += [entry.origin, entry.place] }
        let text = fields.map { "\($0.utf8.count):\($0)" }.joined()
        return Digest.sha256Hex(of: Array(text.utf8))
    }

    /// Takes the next record, oldest first.
    package mutating func take(_ record: ChainedRecord) {
        guard fault == nil else { return }
        let next = head.number + 1
        guard record.number == next else {
            let last = record.number - 1
            fault = AuditFault(
                number: next,
                sentence: last <= next
                    ? "record \(next) is missing" : "records \(next) to \(last) are missing")
            return
        }
        let hash = Self.hash(after: head.hash, time: record.time, record.entry)
        guard hash == record.hash else {
            fault = AuditFault(
                number: next,
                sentence: "record \(next) is not as it was written: its hash is \(record.hash), and its text after "
                    + "record \(head.number) has \(hash)")
            return
        }
        head = AuditHead(number: next, hash: hash)
    }
}
