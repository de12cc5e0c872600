/// Deadlines and whose they are, the earliest first.
struct DeadlineHeap {
    private var entries: [(at: ContinuousClock.Instant, id: UInt64)] = []

    var count: Int { entries.count }

    mutating func insert(_ at: ContinuousClock.Instant, _ id: UInt64) {
        entries.append((at, id))
        var child = entries.count - 1
        while child > 0, entries[child].at < entries[(child - 1) / 2].at {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// The next one whose time has come.
    mutating func due(now: ContinuousClock.Instant = .now) -> UInt64? {
        guard let first = entries.first, first.at <= now else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        sink(0)
        return first.id
    }

    mutating func keep(_ isWanted: (UInt64) -> Bool) {
        let wanted = entries.filter { isWanted($0.id) }
        entries = []
        for entry in wanted { insert(entry.at, entry.id) }
    }

    /// Until the earliest, rounded up and at most a minute; -1 where there is none.
    func milliseconds(now: ContinuousClock.Instant = .now) -> Int32 {
        guard let first = entries.first else { return -1 }
        let left = first.at - now
        guard left > .zero else { return 0 }
        guard left < .seconds(60) else { return 60_000 }
        let (seconds, attoseconds) = left.components
        return Int32(seconds) * 1000 + Int32(attoseconds / 1_000_000_000_000_000) + 1
    }

    private mutating func sink(_ from: Int) {
        var parent = from
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
                if entries[child].at < entries[least].at { least = child }
            }
            guard least != parent else { return }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}
