/// A JSON document of the store, cut into its values once: what is read of it is looked for there.
///
/// Reading the reports of a large fleet is most of what its first judgement costs, and Foundation's decoder makes
/// a table of texts for each object of them.
final class StoredJSON {
    enum Kind: UInt8 {
        case object, array, string, number, yes, no, null
        /// A text in which not every byte stands for itself.
        case escapedString
    }

    struct Value {
        var kind: Kind
        /// Its bytes; of a text, those between the quotes.
        var start: Int32
        var end: Int32
        /// The value that comes behind it and all that is in it. In an object names and values take turns.
        var next: Int32
    }

    /// Why a document, or a value of it, is not read here. It says no more than that: Foundation's decoder has the words.
    struct Fault: Error {}

    let bytes: [UInt8]
    let values: [Value]
    /// Where the last name was found: the same one is asked for again, or one that is not far behind it.
    private var last: (object: Int, name: Int) = (-1, 0)

    init(_ bytes: [UInt8]) throws(Fault) {
        self.bytes = bytes
        guard bytes.count < Int32.max else { throw Fault() }
        var scanner = JSONScanner(expecting: bytes.count)
        let isWhole = bytes.withUnsafeBufferPointer { scanner.scan($0) }
        guard isWhole else { throw Fault() }
        values = scanner.values
    }

    // MARK: Reading

    /// The place of an object's member; nil where it has none of that name.
    func member(_ name: String, of object: Int) -> Int? {
        let (first, end) = (object + 1, Int(values[object].next))
        let start = last.object == object ? last.name : first
        var name = name
        let found = name.withUTF8 { wanted in
            bytes.withUnsafeBufferPointer {
                find(wanted, start..<end, in: $0) ?? find(wanted, first..<start, in: $0)
            }
        }
        if let found { last = (object, found) }
        return found.map { $0 + 1 }
    }

    private func find(
        _ wanted: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>
    ) -> Int? {
        var place = range.lowerBound
        while place < range.upperBound {
            let name = values[place]
            if name.kind == .escapedString {
                if isSame(place, wanted) { return place }
            } else if Int(name.end - name.start) == wanted.count {
                var at = 0
                while at < wanted.count, bytes[Int(name.start) + at] == wanted[at] { at += 1 }
                if at == wanted.count { return place }
            }
            place = Int(values[place + 1].next)
        }
        return nil
    }

    private func isSame(_ place: Int, _ wanted: UnsafeBufferPointer<UInt8>) -> Bool {
        (try? text(at: place)).map { Array($0.utf8) == Array(wanted) } ?? false
    }

    /// The places of an object's names, or of an array's values.
    func places(in place: Int) -> [Int] {
        let isObject = values[place].kind == .object
        var (places, at) = ([Int](), place + 1)
        while at < Int(values[place].next) {
            places.append(at)
            at = Int(values[isObject ? at + 1 : at].next)
        }
        return places
    }

    func text(at place: Int) throws(Fault) -> String {
        let value = values[place]
        let range = Int(value.start)..<Int(value.end)
        switch value.kind {
        case .string:
            return bytes.withUnsafeBufferPointer {
                String(decoding: UnsafeBufferPointer(rebasing: $0[range]), as: UTF8.self)
            }
        case .escapedString:
            guard let text = JSONEscapes.text(bytes[range]) else { throw Fault() }
            return text
        default: throw Fault()
        }
    }

    func flag(at place: Int) throws(Fault) -> Bool {
        switch values[place].kind {
        case .yes: return true
        case .no: return false
        default: throw Fault()
        }
    }

    func integer<Number: FixedWidthInteger>(at place: Int) throws(Fault) -> Number {
        let value = values[place]
        guard value.kind == .number else { throw Fault() }
        var digits = bytes[Int(value.start)..<Int(value.end)]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits.removeFirst() }
        var number: Number = 0
        guard let first = digits.first, first != UInt8(ascii: "0") || digits.count == 1 else { throw Fault() }
        for digit in digits {
            // What has a fraction or an exponent is no integer as the store writes them.
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { throw Fault() }
            let (tenfold, overflows) = number.multipliedReportingOverflow(by: 10)
            let part = Number(digit - UInt8(ascii: "0"))
            let (sum, isTooLarge) =
                isNegative ? tenfold.subtractingReportingOverflow(part) : tenfold.addingReportingOverflow(part)
            guard !overflows, !isTooLarge else { throw Fault() }
            number = sum
        }
        return number
    }

    func real(at place: Int) throws(Fault) -> Double {
        let value = values[place]
        guard value.kind == .number,
            let number = Double(String(decoding: bytes[Int(value.start)..<Int(value.end)], as: UTF8.self))
        else { throw Fault() }
        return number
    }
}
