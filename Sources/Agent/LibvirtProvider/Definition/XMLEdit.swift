/// Edits of one XML text, collected and then made at once. Every one replaces a range of bytes.
struct XMLEdit {
    private let tree: XMLTree
    private var replacements: [(range: Range<Int>, text: [UInt8])] = []

    init(_ tree: XMLTree) { self.tree = tree }

    var isEmpty: Bool { replacements.isEmpty }

    /// The text with all edits in it.
    var result: String {
        var bytes = tree.bytes
        let ordered = replacements.enumerated().sorted {
            ($0.element.range.lowerBound, $0.offset) > ($1.element.range.lowerBound, $1.offset)
        }
        for (_, replacement) in ordered { bytes.replaceSubrange(replacement.range, with: replacement.text) }
        return String(decoding: bytes, as: UTF8.self)
    }

    mutating func replace(_ range: Range<Int>, with text: String) {
        replacements.append((range, Array(text.utf8)))
    }

    /// Sets the text of an element that holds text only; comments and white space around it stay.
    mutating func setText(of index: Int, to text: String) {
        let node = tree[index]
        guard let first = node.textRanges.first else {
            if node.isSelfClosing {
                replace(slash(of: index)..<node.startTag.upperBound, with: ">\(text)</\(node.name)>")
            } else {
                replace(node.startTag.upperBound..<node.startTag.upperBound, with: text)
            }
            return
        }
        var range = first
        while range.count > 1, isSpace(range.lowerBound) { range = (range.lowerBound + 1)..<range.upperBound }
        while range.count > 1, isSpace(range.upperBound - 1) { range = range.lowerBound..<(range.upperBound - 1) }
        replace(range, with: text)
        for other in node.textRanges.dropFirst() { replace(other, with: "") }
    }

    /// Sets an attribute, in its place where it is there, else as the first one.
    /// - Parameter value: needs no escaping.
    mutating func setAttribute(_ name: String, of index: Int, to value: String) {
        if let range = attributeRange(name, of: index)?.value {
            replace(range, with: value)
        } else {
            let end = tree[index].startTag.lowerBound + 1 + tree[index].name.utf8.count
            replace(end..<end, with: " \(name)='\(value)'")
        }
    }

    mutating func removeAttribute(_ name: String, of index: Int) {
        guard let range = attributeRange(name, of: index)?.whole else { return }
        replace(range, with: "")
    }

    /// Removes an element, and the white space before it.
    mutating func remove(_ index: Int) {
        let range = tree[index].range
        replace((range.lowerBound - spaceBefore(range.lowerBound).utf8.count)..<range.upperBound, with: "")
    }

    /// Makes an element an empty one: `<a/>`.
    mutating func close(_ index: Int) {
        replace((tree[index].startTag.upperBound - 1)..<tree[index].range.upperBound, with: "/>")
    }

    /// Puts an element behind another, on a line of its own where that one is on its own.
    mutating func insert(_ xml: String, after index: Int) {
        let range = tree[index].range
        replace(range.upperBound..<range.upperBound, with: spaceBefore(range.lowerBound) + xml)
    }

    /// Puts an element into another as its last child.
    mutating func insert(_ xml: String, into index: Int) {
        let node = tree[index]
        if let last = node.children.last { return insert(xml, after: last) }
        let space = spaceBefore(node.startTag.lowerBound)
        let inner = space.isEmpty ? "" : space + "  "
        if node.isSelfClosing {
            replace(slash(of: index)..<node.startTag.upperBound, with: ">\(inner)\(xml)\(space)</\(node.name)>")
        } else {
            replace(node.startTag.upperBound..<node.startTag.upperBound, with: inner + xml)
        }
    }

    private func isSpace(_ offset: Int) -> Bool {
        let byte = tree.bytes[offset]
        return byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    /// The white space right before an offset: the line's end and the indentation.
    private func spaceBefore(_ offset: Int) -> String {
        var start = offset
        while start > 0, isSpace(start - 1) { start -= 1 }
        return String(decoding: tree.bytes[start..<offset], as: UTF8.self)
    }

    /// Where the `/>` of an empty element is.
    private func slash(of index: Int) -> Int { tree[index].startTag.upperBound - 2 }

    /// Where an attribute is: with the space before it, and its value alone. The tag is well-formed, as expat read it.
    private func attributeRange(_ name: String, of index: Int) -> (whole: Range<Int>, value: Range<Int>)? {
        let tag = tree[index].startTag
        var offset = tag.lowerBound + 1 + tree[index].name.utf8.count
        while offset < tag.upperBound {
            let whole = offset
            while offset < tag.upperBound, isSpace(offset) { offset += 1 }
            let nameStart = offset
            while offset < tag.upperBound, !isSpace(offset), tree.bytes[offset] != UInt8(ascii: "=") { offset += 1 }
            let found = tree.bytes[nameStart..<offset].elementsEqual(name.utf8)
            while offset < tag.upperBound, tree.bytes[offset] != 0x22, tree.bytes[offset] != 0x27 { offset += 1 }
            guard offset < tag.upperBound else { return nil }
            let quote = tree.bytes[offset]
            let valueStart = offset + 1
            offset = valueStart
            while offset < tag.upperBound, tree.bytes[offset] != quote { offset += 1 }
            guard offset < tag.upperBound else { return nil }
            let value = valueStart..<offset
            offset += 1
            if found { return (whole..<offset, value) }
        }
        return nil
    }
}
