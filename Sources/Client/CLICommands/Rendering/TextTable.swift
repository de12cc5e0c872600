/// Rows in columns that fit their widest cell; the last column runs free.
struct TextTable {
    let header: [String]
    private(set) var rows: [[Cell]] = []

    struct Cell {
        var text: String
        var style: Terminal.Style?

        init(_ text: String, _ style: Terminal.Style? = nil) {
            self.text = plain(text)
            self.style = style
        }

        /// In columns of a terminal.
        var width: Int {
            text.utf8.allSatisfy { $0 < 0x80 }
                ? text.utf8.count : text.reduce(0) { $0 + (Self.isWide($1) ? 2 : 1) }
        }

        /// Whether terminals give a character two columns: what UAX #11 calls wide and full width, in its blocks.
        private static func isWide(_ character: Character) -> Bool {
            switch character.unicodeScalars.first?.value ?? 0 {
            case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
                0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
                0x20000...0x3FFFD:
                true
            default: false
            }
        }
    }

    init(_ header: String...) {
        self.header = header
    }

    mutating func add(_ cells: Cell...) { rows.append(cells) }

    func text(_ terminal: Terminal) -> String {
        let header = header.map { Cell($0, .bold) }
        var widths = header.map(\.width)
        for row in rows {
            for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.width) }
        }
        func line(_ cells: [Cell]) -> String {
            var line = ""
            for (column, cell) in cells.enumerated() {
                line += cell.style.map { terminal.paint(cell.text, $0) } ?? cell.text
                if column < cells.count - 1 {
                    line += String(repeating: " ", count: widths[column] - cell.width + 2)
                }
            }
            while line.last == " " { line.removeLast() }
            return line
        }
        return ([line(header)] + rows.map(line)).joined(separator: "\n")
    }
}
