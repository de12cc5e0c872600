/// A UUID to compare and to look up by, whatever case it is written in. What is not written as one is compared as text.
enum UUIDKey: Hashable, Sendable {
    case number(UInt64, UInt64)
    case text(String)

    init(_ text: String) {
        var copy = text
        if let (high, low) = copy.withUTF8(Self.parse) {
            self = .number(high, low)
        } else {
            self = .text(text.lowercased())
        }
    }

    /// In lower case.
    var text: String {
        switch self {
        case .text(let text): return text
        case .number(let high, let low):
            let digits = [high, low].map { number in
                let hex = String(number, radix: 16)
                return String(repeating: "0", count: 16 - hex.count) + hex
            }.joined()
            var rest = Substring(digits)
            return [8, 4, 4, 4, 12].map { count in
                defer { rest = rest.dropFirst(count) }
                return String(rest.prefix(count))
            }.joined(separator: "-")
        }
    }

    /// 32 digits in groups of 8, 4, 4, 4 and 12.
    private static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> (UInt64, UInt64)? {
        guard bytes.count == 36 else { return nil }
        var (high, low) = (UInt64(0), UInt64(0))
        for position in 0..<36 {
            let byte = bytes[position]
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            if position < 18 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
        }
        return (high, low)
    }
}
