import ControllerAPI
import NestingModel

/// One physical host and what is inside it, as SVG. Marks differ in shape as well as in colour.
struct TreeDrawing {
    private let rows: [TreeRow]
    private let name: String

    private static let width = 880
    private static let rowHeight = 24
    private static let step = 26
    /// Rows of one drawing: no page is broken inside one.
    private static let most = 12
    /// Roughly, of 13 px type.
    private static let letter = 6.9

    init(root: ReportNode) {
        rows = TreeRow.rows(of: root)
        name = root.path.name
    }

    static let legend: String = {
        func item(_ mark: NodeMark, _ text: String) -> String {
            "<span><svg width=\"18\" height=\"14\" aria-hidden=\"true\">\(shape(mark, x: 7, y: 7))</svg>\(text)</span>"
        }
        return "<p class=\"legend\">" + item(.inLine, "in line") + item(.outOfLine, "out of line")
            + item(.unread, "not read, or can't be told") + item(.context, "not part of this report") + "</p>\n"
    }()

    func write(_ emit: (String) -> Void) {
        emit("<div class=\"tree\">\n")
        for start in stride(from: 0, to: rows.count, by: Self.most) {
            let part = rows[start..<min(start + Self.most, rows.count)]
            emit(
                "<svg viewBox=\"0 0 \(Self.width) \(part.count * Self.rowHeight)\" role=\"img\" "
                    + "aria-label=\"\(HTMLText.escaped("nesting tree of \(name)"))\">\n")
            for (index, row) in part.enumerated() { emit(drawn(row, top: index * Self.rowHeight) + "\n") }
            emit("</svg>\n")
        }
        emit("</div>\n")
    }

    private func drawn(_ row: TreeRow, top: Int) -> String {
        let (middle, bottom) = (top + Self.rowHeight / 2, top + Self.rowHeight)
        let x = Self.x(row.depth)
        var text = row.wires.map { wire("M\(Self.x($0)) \(top)V\(bottom)") }.joined()
        if row.elbow != .none {
            let parent = Self.x(row.depth - 1)
            text += wire("M\(parent) \(top)V\(row.elbow == .last ? middle : bottom)M\(parent) \(middle)H\(x)")
        }
        if row.hasBelow { text += wire("M\(x) \(middle)V\(bottom)") }
        switch row.content {
        case .node(let node): text += drawn(node, x: x, middle: middle)
        case .finding(let sentence, let mark):
            text += line(sentence, x: x + 16, middle: middle, style: mark == .outOfLine ? "out" : "old")
        case .omitted(let count):
            text += line("and \(ReportWords.count(count, "more guest"))", x: x + 4, middle: middle, style: "dim")
        }
        return text
    }

    private func drawn(_ node: ReportNode, x: Int, middle: Int) -> String {
        var text = Self.shape(node.mark, x: x, y: middle)
        var left = x + 14
        if node.isHost {
            text += "<rect class=\"tag\" x=\"\(left)\" y=\"\(middle - 8)\" width=\"24\" height=\"16\" rx=\"3\"/>"
            text +=
                "<text class=\"tagtext\" x=\"\(left + 12)\" y=\"\(middle + 4)\" text-anchor=\"middle\">"
                + "L\(node.path.level)</text>"
            left += 32
        }
        let room = max(20, Int(Double(Self.width - left) / Self.letter))
        let name = HTMLText.cut(node.path.name, to: max(12, room / 2))
        let rest = HTMLText.cut(node.description, to: max(8, room - name.count - 2))
        text += "<text x=\"\(left)\" y=\"\(middle + 4)\"><title>"
        text += HTMLText.escaped("\(node.path): \(node.description)")
        text += "</title><tspan class=\"name\">\(HTMLText.escaped(name))</tspan>"
        text += "<tspan class=\"dim\" dx=\"10\">\(HTMLText.escaped(rest))</tspan></text>"
        return text
    }

    private func line(_ sentence: String, x: Int, middle: Int, style: String) -> String {
        let shown = HTMLText.cut(sentence, to: max(20, Int(Double(Self.width - x) / Self.letter)))
        let title = shown == sentence ? "" : "<title>\(HTMLText.escaped(sentence))</title>"
        return "<text class=\"\(style)\" x=\"\(x)\" y=\"\(middle + 4)\">\(title)\(HTMLText.escaped(shown))</text>"
    }

    private func wire(_ path: String) -> String { "<path class=\"wire\" d=\"\(path)\"/>" }

    private static func x(_ depth: Int) -> Int { 10 + depth * step }

    private static func shape(_ mark: NodeMark, x: Int, y: Int) -> String {
        switch mark {
        case .inLine: "<circle class=\"in\" cx=\"\(x)\" cy=\"\(y)\" r=\"5\"/>"
        case .outOfLine: "<path class=\"out\" d=\"M\(x) \(y - 7)L\(x + 7) \(y)L\(x) \(y + 7)L\(x - 7) \(y)Z\"/>"
        case .unread, .unknown: "<circle class=\"unread\" cx=\"\(x)\" cy=\"\(y)\" r=\"5\"/>"
        case .context: "<circle class=\"context\" cx=\"\(x)\" cy=\"\(y)\" r=\"3\"/>"
        }
    }
}
