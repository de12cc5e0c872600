import ControllerAPI

/// A document piece by piece, as somebody takes them: nobody holds a long one whole.
package struct ReportPieces: Sequence, IteratorProtocol {
    private var head: ArraySlice<String>
    private let findings: AnyIterator<String>
    private var tail: ArraySlice<String>

    /// One that is short, however large the fleet is.
    init(_ write: (_ emit: (String) -> Void) -> Void) {
        self.init(head: Self.collected(write), findings: AnyIterator { nil }, tail: [])
    }

    /// - Parameter findings: gives a piece for each.
    init(head: [String], findings: AnyIterator<String>, tail: [String]) {
        self.head = head[...]
        self.findings = findings
        self.tail = tail[...]
    }

    static func collected(_ write: (_ emit: (String) -> Void) -> Void) -> [String] {
        var pieces: [String] = []
        write { pieces.append($0) }
        return pieces
    }

    package mutating func next() -> String? {
        if let text = head.popFirst() { return text }
        if let piece = findings.next() { return piece }
        return tail.popFirst()
    }
}
