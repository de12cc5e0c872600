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
    }

    init(_ header: String...) {
        self.header = header
    }

    mutating func add(_ cells: Cell...) { rows.append(cells) }

    func text(_ terminal: Terminal) -> String {
        var widths = header.map(\.count)
        for row in rows {
            for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.text.count) }
        }
        func line(_ cells: [Cell]) -> String {
            var line = ""
            for (column, cell) in cells.enumerated() {
                line += cell.style.map { terminal.paint(cell.text, $0) } ?? cell.text
                if column < cells.count - 1 {
                    line += String(repeating: " ", count: widths[column] - cell.text.count + 2)
                }
            }
            while line.last == " " { line.removeLast() }
            return line
        }
        return ([line(header.map { Cell($0, .bold) })] + rows.map(line)).joined(separator: "\n")
    }
}
