import HumanText

/// Where something stands in a file: line and column from 1, columns in characters.
package struct YAMLPlace: Sendable, Hashable, CustomStringConvertible {
    package let file: String
    private let storedLine: UInt32
    private let storedColumn: UInt32

    package init(file: String, line: Int, column: Int) {
        self.file = file
        storedLine = UInt32(clamping: line)
        storedColumn = UInt32(clamping: column)
    }

    package var line: Int { Int(storedLine) }
    package var column: Int { Int(storedColumn) }
    /// `policies.yaml:12:5`
    package var description: String { "\(ShownText.escaped(file, limit: 200)):\(line):\(column)" }
}

/// Something in a file that is refused.
package struct YAMLFault: Error, Sendable, Hashable, CustomStringConvertible {
    package var file: String
    package var line: Int
    package var column: Int
    /// In lower case, naming the thing and the value found; nothing in it can act on a terminal.
    package var sentence: String
    /// What to write instead.
    package var remedy: String

    package init(at place: YAMLPlace, _ sentence: String, _ remedy: String) {
        (file, line, column) = (place.file, place.line, place.column)
        (self.sentence, self.remedy) = (sentence, remedy)
    }

    package var place: YAMLPlace { YAMLPlace(file: file, line: line, column: column) }
    /// `policies.yaml:12:5: mode is "enforc"; write audit, propose or enforce`
    package var description: String { "\(place): \(sentence); \(remedy)" }
}

/// All that is wrong with a file, in the file's order.
package struct YAMLFaults: Error, Sendable, Hashable, CustomStringConvertible {
    /// More are counted, not kept: a hostile file could have millions.
    package static let most = 100

    package private(set) var faults: [YAMLFault] = []
    /// How many were found beyond `most`.
    package private(set) var more = 0

    package init(_ faults: [YAMLFault] = []) {
        for fault in faults { add(fault) }
    }

    package var isEmpty: Bool { faults.isEmpty }

    package mutating func add(_ fault: YAMLFault) {
        if faults.count < Self.most { faults.append(fault) } else { more += 1 }
    }

    /// The same in the order of file, line and column.
    package func sorted() -> YAMLFaults {
        var sorted = self
        sorted.faults.sort { ($0.file, $0.line, $0.column) < ($1.file, $1.line, $1.column) }
        return sorted
    }

    /// One line for each.
    package var description: String {
        (faults.map(\.description) + (more > 0 ? ["and \(more) more"] : [])).joined(separator: "\n")
    }
}
