/// Goes through a JSON text once and notes where each value is.
struct JSONScanner {
    private(set) var values: [StoredJSON.Value] = []
    private var at = 0

    /// Deeper ones are left to Foundation's decoder, which has bounds of its own.
    private static let deepest = 200

    /// - Parameter count: of the text's bytes.
    init(expecting count: Int) {
        values.reserveCapacity(count / 8)
    }

    /// - Returns: whether the text is one value and nothing else.
    mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard value(bytes, depth: 0) else { return false }
        skipBlanks(bytes)
        return at == bytes.count
    }

    private mutating func value(_ bytes: UnsafeBufferPointer<UInt8>, depth: Int) -> Bool {
        skipBlanks(bytes)
        guard at < bytes.count, depth <= Self.deepest else { return false }
        switch bytes[at] {
        case UInt8(ascii: "{"): return object(bytes, depth)
        case UInt8(ascii: "["): return array(bytes, depth)
        case UInt8(ascii: "\""): return text(bytes)
        case UInt8(ascii: "t"): return word("true", .yes, bytes)
        case UInt8(ascii: "f"): return word("false", .no, bytes)
        case UInt8(ascii: "n"): return word("null", .null, bytes)
        default: return number(bytes)
        }
    }

    private mutating func object(_ bytes: UnsafeBufferPointer<UInt8>, _ depth: Int) -> Bool {
        let place = begin(.object)
        skipBlanks(bytes)
        if take(UInt8(ascii: "}"), bytes) { return end(place) }
        repeat {
            skipBlanks(bytes)
            guard text(bytes) else { return false }
            skipBlanks(bytes)
            guard take(UInt8(ascii: ":"), bytes), value(bytes, depth: depth + 1) else { return false }
            skipBlanks(bytes)
        } while take(UInt8(ascii: ","), bytes)
        return take(UInt8(ascii: "}"), bytes) && end(place)
    }

    private mutating func array(_ bytes: UnsafeBufferPointer<UInt8>, _ depth: Int) -> Bool {
        let place = begin(.array)
        skipBlanks(bytes)
        if take(UInt8(ascii: "]"), bytes) { return end(place) }
        repeat {
            guard value(bytes, depth: depth + 1) else { return false }
            skipBlanks(bytes)
        } while take(UInt8(ascii: ","), bytes)
        return take(UInt8(ascii: "]"), bytes) && end(place)
    }

    private mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard take(UInt8(ascii: "\""), bytes) else { return false }
        let start = at
        var kind = StoredJSON.Kind.string
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
            if bytes[at] == UInt8(ascii: "\\") {
                kind = .escapedString
                at += 1
            } else if bytes[at] < 0x20 {
                return false
            }
            at += 1
        }
        guard at < bytes.count else { return false }
        add(kind, start, at)
        at += 1
        return true
    }

    private mutating func number(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = at
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                at += 1
                continue
            default: break
            }
            break
        }
        guard at > start else { return false }
        add(.number, start, at)
        return true
    }

    private mutating func word(
        _ word: StaticString, _ kind: StoredJSON.Kind, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let start = at
        for number in 0..<word.utf8CodeUnitCount {
            guard take(word.utf8Start[number], bytes) else { return false }
        }
        add(kind, start, at)
        return true
    }

    // MARK: Places

    private mutating func begin(_ kind: StoredJSON.Kind) -> Int {
        add(kind, at, at)
        at += 1
        return values.count - 1
    }

    private mutating func end(_ place: Int) -> Bool {
        values[place].end = Int32(at)
        values[place].next = Int32(values.count)
        return true
    }

    private mutating func add(_ kind: StoredJSON.Kind, _ start: Int, _ end: Int) {
        values.append(
            StoredJSON.Value(
                kind: kind, start: Int32(start), end: Int32(end), next: Int32(values.count + 1)))
    }

    private mutating func take(_ byte: UInt8, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func skipBlanks(_ bytes: UnsafeBufferPointer<UInt8>) {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 {
            at += 1
        }
    }
}
