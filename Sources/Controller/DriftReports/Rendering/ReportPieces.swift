import ControllerAPI

/// A document piece by piece, as somebody takes them: nobody holds a long one whole.
package struct ReportPieces: Sequence, IteratorProtocol {
    private var head: ArraySlice<String>
    private var findings: ArraySlice<ReportedFinding>
    private var tail: ArraySlice<String>
    private var isFirst = true
    private let piece: (_ finding: ReportedFinding, _ isFirst: Bool) -> String

    /// One that is short, however large the fleet is.
    init(_ write: (_ emit: (String) -> Void) -> Void) {
        self.init(head: Self.collected(write), findings: [], tail: []) { _, _ in "" }
    }

    /// One with a piece for each finding.
    init(
        head: [String], findings: [ReportedFinding], tail: [String],
        _ piece: @escaping (_ finding: ReportedFinding, _ isFirst: Bool) -> String
    ) {
        self.head = head[...]
        self.findings = findings[...]
        self.tail = tail[...]
        self.piece = piece
    }

    static func collected(_ write: (_ emit: (String) -> Void) -> Void) -> [String] {
        var pieces: [String] = []
        write { pieces.append($0) }
        return pieces
    }

    package mutating func next() -> String? {
        if let text = head.popFirst() { return text }
        if let finding = findings.popFirst() {
            defer { isFirst = false }
            return piece(finding, isFirst)
        }
        return tail.popFirst()
    }
}
