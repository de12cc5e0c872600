/// Rows of Markdown: what, Nestor's figure, and what else does the same in which time.
struct MeasuredTable {
    private var rows: [[String]] = [["what", "Nestor", "beside"], ["---", "---", "---"]]

    mutating func add(_ what: String, _ ours: String, _ beside: String = "") {
        rows.append([what, ours, beside])
        // Shown at once on standard error too: some sections take a while.
        ProgressLine.write("\(what): \(ours)\(beside.isEmpty ? "" : "; \(beside)")")
    }

    var text: String {
        let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, text in
                text + String(repeating: text == "---" ? "-" : " ", count: widths[column] - text.count)
            }
            return "| \(cells.joined(separator: " | ")) |"
        }.joined(separator: "\n")
    }
}
