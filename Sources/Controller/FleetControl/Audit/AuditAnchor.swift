import ControllerAPI
import FoundationEssentials

/// When the head of the audit log is written where nobody who can write the store can reach it: into the daemon's log
/// and to a webhook, at its start, whenever another 1,000 records are full, and once a day.
struct AuditAnchor: Sendable {
    private static let records = 1_000
    private static let seconds: TimeInterval = 86_400

    private var last: (head: AuditHead, at: Date)?

    /// Whether to write it now; whoever asks does it then.
    mutating func isDue(_ head: AuditHead, at now: Date) -> Bool {
        if let last, head.number / Self.records == last.head.number / Self.records,
            now.timeIntervalSince(last.at) < Self.seconds
        {
            return false
        }
        last = (head, now)
        return true
    }
}
