/// When the clocks of one time zone stood how, as its file in the time-zone database says (TZif, RFC 9636).
///
/// Read from the system's own database and not from a library's copy: a country that changes its rules is right after
/// the next update of the system.
package struct ZoneRules: Sendable, Hashable {
    /// In seconds since 1970, rising.
    private var transitions: [Int64] = []
    /// Seconds east of UTC from each transition on.
    private var offsets: [Int] = []
    /// Before the first transition.
    private var first = 0
    /// After the last one.
    private var rest: ZoneFooter?

    /// - Returns: nil for what is no such file.
    package init?(tzif bytes: [UInt8]) {
        var reader = Reader(bytes: bytes[...])
        guard let old = reader.header() else { return nil }
        if old.version >= UInt8(ascii: "2") {
            guard reader.skip(old.length(ofTime: 4)), let header = reader.header(), read(header, 8, &reader) else {
                return nil
            }
            let text = reader.rest.split(separator: UInt8(ascii: "\n")).first ?? []
            rest = ZoneFooter(String(decoding: text, as: UTF8.self))
        } else {
            guard read(old, 4, &reader) else { return nil }
        }
    }

    /// Seconds east of UTC at an instant.
    package func offset(at instant: Int64) -> Int {
        guard let last = transitions.last, instant < last else {
            return rest?.offset(at: instant) ?? offsets.last ?? first
        }
        // The first transition that is later.
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= instant { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : offsets[low - 1]
    }

    /// The instant at which the zone's clocks show this local time: the first one where they show it twice, and the
    /// one right after the gap where they skip it.
    package func instant(of day: Int, minute: Int) -> Int64 {
        let local = Int64(day) * 86_400 + Int64(minute) * 60
        // No zone is further than 15 hours from UTC, and none changes twice in two days.
        var (low, high) = (local - 86_400, local + 86_400)
        let (before, after) = (offset(at: low), offset(at: high))
        if before == after { return local - Int64(before) }
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(at: middle) == before { low = middle } else { high = middle }
        }
        // `high` is the first instant of the other offset.
        return local - Int64(before) < high ? local - Int64(before) : max(local - Int64(after), high)
    }

    /// The local day, in days since 1970-01-01.
    package func day(at instant: Int64) -> Int {
        let local = instant + Int64(offset(at: instant))
        return Int(local >= 0 ? local / 86_400 : (local - 86_399) / 86_400)
    }

    private mutating func read(_ header: Header, _ size: Int, _ reader: inout Reader) -> Bool {
        guard header.types > 0 else { return false }
        var times: [Int64] = []
        for _ in 0..<header.times {
            guard let time = reader.number(size) else { return false }
            times.append(time)
        }
        guard let indexes = reader.take(header.times) else { return false }
        var kinds: [Int] = []
        for _ in 0..<header.types {
            guard let offset = reader.number(4), reader.skip(2) else { return false }
            kinds.append(Int(offset))
        }
        guard indexes.allSatisfy({ Int($0) < kinds.count }), reader.skip(header.lengthAfterTypes(ofTime: size)) else {
            return false
        }
        transitions = times
        offsets = indexes.map { kinds[Int($0)] }
        first = kinds[0]
        return true
    }

    /// The counts at the head of a block.
    private struct Header {
        var version: UInt8
        var utc, standard, leaps, times, types, letters: Int

        func length(ofTime size: Int) -> Int { times * (size + 1) + types * 6 + lengthAfterTypes(ofTime: size) }
        func lengthAfterTypes(ofTime size: Int) -> Int { letters + leaps * (size + 4) + standard + utc }
    }

    private struct Reader {
        var bytes: ArraySlice<UInt8>
        var rest: ArraySlice<UInt8> { bytes }

        mutating func take(_ count: Int) -> [UInt8]? {
            guard bytes.count >= count else { return nil }
            defer { bytes = bytes.dropFirst(count) }
            return Array(bytes.prefix(count))
        }

        mutating func skip(_ count: Int) -> Bool { take(count) != nil }

        /// Big-endian, signed.
        mutating func number(_ size: Int) -> Int64? {
            guard let taken = take(size) else { return nil }
            let value = taken.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return size == 4 ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value)
        }

        mutating func header() -> Header? {
            guard let magic = take(4), magic == Array("TZif".utf8), let version = take(16) else { return nil }
            var counts: [Int] = []
            for _ in 0..<6 {
                // The largest zone has some hundred entries: what says more is no zone.
                guard let count = number(4), (0...100_000).contains(count) else { return nil }
                counts.append(Int(count))
            }
            return Header(
                version: version[0], utc: counts[0], standard: counts[1], leaps: counts[2], times: counts[3],
                types: counts[4], letters: counts[5])
        }
    }
}
