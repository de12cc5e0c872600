/// An XML text with its elements' places in it: what is read comes from the elements, and an edit replaces bytes,
/// so that nothing else changes.
struct XMLTree {
    struct Node {
        /// As written, prefix included.
        var name: String
        /// Values are decoded.
        var attributes: [(name: String, value: String)] = []
        /// Decoded text of its own, where it is more than white space.
        var text = ""
        /// Where that text's pieces are; none of them is white space alone.
        var textRanges: [Range<Int>] = []
        var parent: Int?
        var children: [Int] = []
        var startTag: Range<Int>
        /// The same range as `startTag` for `<a/>`.
        var endTag: Range<Int>

        var isSelfClosing: Bool { startTag == endTag }
        /// The whole element.
        var range: Range<Int> { startTag.lowerBound..<endTag.upperBound }
    }

    let bytes: [UInt8]
    /// In document order; the root is the first.
    let nodes: [Node]

    subscript(_ index: Int) -> Node { nodes[index] }

    /// The children of a node with this name.
    func children(of index: Int, named name: String) -> [Int] {
        nodes[index].children.filter { nodes[$0].name == name }
    }

    /// The first node on this way down from `start`.
    func first(_ path: String..., from start: Int = 0) -> Int? {
        var index = start
        for name in path {
            guard let next = nodes[index].children.first(where: { nodes[$0].name == name }) else { return nil }
            index = next
        }
        return index
    }

    /// A node's attribute; nil too where there is no node.
    func attribute(_ name: String, of index: Int?) -> String? {
        guard let index else { return nil }
        return nodes[index].attributes.first { $0.name == name }?.value
    }

    /// A node's text without white space around it; nil too where there is no node.
    func text(of index: Int?) -> String? {
        guard let index else { return nil }
        return trimmed(nodes[index].text)
    }

    /// The namespace that a node's prefix, or its lack of one, stands for.
    func namespace(of index: Int) -> String? {
        let name = nodes[index].name
        let declaration = name.firstIndex(of: ":").map { "xmlns:" + name[..<$0] } ?? "xmlns"
        var next: Int? = index
        while let current = next {
            if let found = attribute(declaration, of: current) { return found }
            next = nodes[current].parent
        }
        return nil
    }
}

/// Without white space at both ends, as XML has it.
func trimmed(_ text: String) -> String {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
    let utf8 = text.utf8
    guard let first = utf8.firstIndex(where: { !isSpace($0) }), let last = utf8.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(text[first...last])
}
