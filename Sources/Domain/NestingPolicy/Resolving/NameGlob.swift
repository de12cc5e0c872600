/// A pattern over one name, in which `*` stands for any number of bytes, none included. Matching goes through the
/// name once: each part between two stars is looked for from where the last one ended, and never again.
struct NameGlob: Sendable, Hashable {
    private enum Form: Sendable, Hashable {
        case any
        case literal([UInt8])
        case parts(first: [UInt8], middle: [[UInt8]], last: [UInt8])
    }

    private let form: Form

    init(_ pattern: String) {
        let parts = Array(pattern.utf8).split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
            .map(Array.init)
        if parts.count == 1 {
            form = .literal(parts[0])
        } else if parts.allSatisfy(\.isEmpty) {
            form = .any
        } else {
            form = .parts(
                first: parts[0], middle: parts.dropFirst().dropLast().filter { !$0.isEmpty },
                last: parts[parts.count - 1])
        }
    }

    /// The name that it stands for, where it has no star.
    var literal: String? {
        if case .literal(let bytes) = form { String(decoding: bytes, as: UTF8.self) } else { nil }
    }

    func matches(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { bytes in
            switch form {
            case .any: true
            case .literal(let wanted): bytes.elementsEqual(wanted)
            case .parts(let first, let middle, let last): Self.match(bytes, first, middle, last)
            }
        }
    }

    private static func match(
        _ bytes: UnsafeBufferPointer<UInt8>, _ first: [UInt8], _ middle: [[UInt8]], _ last: [UInt8]
    ) -> Bool {
        guard bytes.count >= first.count + last.count, bytes.starts(with: first), bytes.suffix(last.count) == last
        else { return false }
        var position = first.count
        let end = bytes.count - last.count
        for part in middle {
            guard let found = find(part, in: bytes, from: position, to: end) else { return false }
            position = found + part.count
        }
        return true
    }

    private static func find(_ part: [UInt8], in bytes: UnsafeBufferPointer<UInt8>, from: Int, to end: Int) -> Int? {
        guard part.count <= end - from else { return nil }
        return (from...end - part.count).first { start in part.indices.allSatisfy { bytes[start + $0] == part[$0] } }
    }
}

private func == (left: Slice<UnsafeBufferPointer<UInt8>>, right: [UInt8]) -> Bool { left.elementsEqual(right) }
