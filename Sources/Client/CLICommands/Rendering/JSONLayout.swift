/// JSON of one line on many, as `--output json` prints it: the layout of `JSONEncoder.OutputFormatting.prettyPrinted`.
///
/// For a terminal as much as for a program: what a terminal would obey or what would reorder a line stands in it as
/// `\u009b`, which every reader of JSON takes for the same text.
enum JSONLayout {
    /// - Parameter compact: JSON without blanks between its parts, in UTF-8.
    static func append(_ compact: UnsafeRawBufferPointer, to text: inout [UInt8]) {
        // Indents are about as much again.
        text.reserveCapacity(text.count + 3 * compact.count)
        var (place, depth) = (0, 0)
        func breakLine(_ text: inout [UInt8]) {
            text.append(newline)
            text.append(contentsOf: repeatElement(blank, count: 2 * depth))
        }
        while place < compact.count {
            let byte = compact[place]
            switch byte {
            case UInt8(ascii: "\""):
                place = appendText(compact, from: place, to: &text)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                text.append(byte)
                // An empty one has an empty line in it; what closes comes two bytes behind what opens.
                let isEmpty = place + 1 < compact.count && compact[place + 1] == byte + 2
                if isEmpty { text.append(newline) } else { breakLine(&text) }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                breakLine(&text)
                text.append(byte)
            case UInt8(ascii: ","):
                text.append(byte)
                breakLine(&text)
            case UInt8(ascii: ":"): text.append(contentsOf: [blank, byte, blank])
            default: text.append(byte)
            }
            place += 1
        }
    }

    private static let blank = UInt8(ascii: " ")
    private static let newline = UInt8(ascii: "\n")

    /// - Parameter start: of a text in quotes.
    /// - Returns: where it has ended.
    private static func appendText(
        _ compact: UnsafeRawBufferPointer, from start: Int, to text: inout [UInt8]
    ) -> Int {
        // What is copied as it is begins there.
        var (begin, place) = (start, start + 1)
        while place < compact.count {
            switch compact[place] {
            case UInt8(ascii: "\""):
                text.append(contentsOf: compact[begin...place])
                return place + 1
            case UInt8(ascii: "\\"): place += 2
            case 0x20..<0x7F: place += 1
            default:
                let scalar = scalar(compact, at: place)
                if isUnfit(scalar.value) {
                    text.append(contentsOf: compact[begin..<place])
                    for unit in String(scalar.value).utf16 {
                        let hex = String(unit, radix: 16)
                        text.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - hex.count))\(hex)".utf8)
                    }
                    begin = place + scalar.length
                }
                place += scalar.length
            }
        }
        text.append(contentsOf: compact[begin...])
        return compact.count
    }

    private static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    private static func scalar(
        _ compact: UnsafeRawBufferPointer, at place: Int
    ) -> (value: Unicode.Scalar, length: Int) {
        var bytes = compact[place...].prefix(4).makeIterator()
        var decoder = UTF8()
        guard case .scalarValue(let scalar) = decoder.decode(&bytes) else { return ("\u{FFFD}", 1) }
        return (scalar, UTF8.width(scalar))
    }
}
