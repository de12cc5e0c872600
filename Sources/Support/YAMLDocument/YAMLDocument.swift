/// Bounds on a file; what is beyond them is a fault.
package struct YAMLLimits: Sendable, Hashable {
    package var bytes: Int
    package var depth: Int
    /// Keys and values together.
    package var nodes: Int
    /// Bytes of one scalar.
    package var scalar: Int

    package init(bytes: Int = 32 << 20, depth: Int = 64, nodes: Int = 4_000_000, scalar: Int = 64 << 10) {
        (self.bytes, self.depth, self.nodes, self.scalar) = (bytes, depth, nodes, scalar)
    }
}

/// Reads one YAML document into a tree whose values know their places.
///
/// Refused: duplicate keys, keys that are no text, anchors, aliases and tags, a second document, and what exceeds the
/// limits. All faults are found at once, but that nothing can be said beyond a fault of syntax or of a limit.
package enum YAMLDocument {
    /// - Parameter file: how faults name the text.
    /// - Returns: the root; null for an empty text.
    package static func parse(
        _ bytes: [UInt8], file: String, limits: YAMLLimits = YAMLLimits()
    ) throws(YAMLFaults) -> YAMLNode {
        let start = YAMLPlace(file: file, line: 1, column: 1)
        guard bytes.count <= limits.bytes else {
            let sentence = "the file has \(bytes.count) bytes, which is more than \(limits.bytes)"
            throw YAMLFaults([YAMLFault(at: start, sentence, "split it into several files")])
        }
        if let offset = directive(in: bytes) {
            let line = bytes[..<offset].reduce(1) { $1 == 10 ? $0 + 1 : $0 }
            let place = YAMLPlace(file: file, line: line, column: 1)
            throw YAMLFaults([
                YAMLFault(at: place, "a line begins with %, and directives are not used here", "leave it out")
            ])
        }
        let result: Result<YAMLNode, YAMLFaults> = bytes.withUnsafeBufferPointer { buffer in
            var builder = YAMLTreeBuilder(events: YAMLEventSource(buffer, file: file), limits: limits, start: start)
            let root = builder.build()
            return builder.faults.isEmpty ? .success(root) : .failure(builder.faults.sorted())
        }
        return try result.get()
    }

    package static func parse(
        _ text: String, file: String, limits: YAMLLimits = YAMLLimits()
    ) throws(YAMLFaults) -> YAMLNode {
        try parse(Array(text.utf8), file: file, limits: limits)
    }

    /// The first % at a line's begin. libyaml compares every `%TAG` with all before it: 200,000 of them take minutes.
    private static func directive(in bytes: [UInt8]) -> Int? {
        var from = bytes.startIndex
        while let offset = bytes[from...].firstIndex(of: UInt8(ascii: "%")) {
            let before = bytes[..<offset]
            let breaks: [[UInt8]] = [
                [10], [13], [0xC2, 0x85], [0xE2, 0x80, 0xA8], [0xE2, 0x80, 0xA9], [0xEF, 0xBB, 0xBF],
            ]
            if before.isEmpty || breaks.contains(where: { before.suffix($0.count).elementsEqual($0) }) { return offset }
            from = offset + 1
        }
        return nil
    }
}
