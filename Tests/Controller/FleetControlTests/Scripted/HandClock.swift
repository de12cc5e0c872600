import FoundationEssentials
import Synchronization

/// A time that only a test moves.
final class HandClock: Sendable {
    private let time: Mutex<Date>

    /// 2027-01-15T08:00:00Z.
    init(_ start: Date = Date(timeIntervalSince1970: 1_800_000_000)) {
        time = Mutex(start)
    }

    var now: Date { time.withLock { $0 } }
    func move(_ seconds: TimeInterval) { time.withLock { $0 += seconds } }
}
