import CExpat

/// Builds an `XMLTree` with expat, which tells the byte range of every token.
///
/// Bounds: depth and number of elements here; entity bombs can't come, as a document type is refused outright.
final class XMLTreeParser {
    private static let depthLimit = 64
    private static let nodeLimit = 50_000

    private let parser: OpaquePointer
    private var nodes: [XMLTree.Node] = []
    private var open: [Int] = []
    private var fault: String?

    private init(_ parser: OpaquePointer) {
        self.parser = parser
        nodes.reserveCapacity(128)
    }

    static func parse(_ bytes: [UInt8]) throws(XMLFault) -> XMLTree {
        guard let parser = XML_ParserCreate("UTF-8") else { throw XMLFault(description: "no memory for a parser") }
        defer { XML_ParserFree(parser) }
        let state = XMLTreeParser(parser)
        XML_SetUserData(parser, Unmanaged.passUnretained(state).toOpaque())
        XML_SetElementHandler(parser, elementStarts, elementEnds)
        XML_SetCharacterDataHandler(parser, textComes)
        XML_SetStartDoctypeDeclHandler(parser, documentTypeComes)
        let status = withExtendedLifetime(state) {
            bytes.withUnsafeBytes {
                XML_Parse(parser, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: $0.count), 1)
            }
        }
        guard status == XML_STATUS_OK, state.fault == nil, !state.nodes.isEmpty else {
            let reason = state.fault ?? String(cString: XML_ErrorString(XML_GetErrorCode(parser)))
            throw XMLFault(description: "\(reason) in line \(XML_GetCurrentLineNumber(parser))")
        }
        return XMLTree(bytes: bytes, nodes: state.nodes)
    }

    /// The token that expat is at.
    private var token: Range<Int> {
        let start = Int(XML_GetCurrentByteIndex(parser))
        return start..<(start + Int(XML_GetCurrentByteCount(parser)))
    }

    fileprivate func stop(_ reason: String) {
        fault = fault ?? reason
        XML_StopParser(parser, 0)
    }

    fileprivate func starts(_ name: UnsafePointer<CChar>, _ list: UnsafeMutablePointer<UnsafePointer<CChar>?>?) {
        guard open.count < XMLTreeParser.depthLimit else {
            return stop("elements nest deeper than \(XMLTreeParser.depthLimit)")
        }
        guard nodes.count < XMLTreeParser.nodeLimit else {
            return stop("there are more than \(XMLTreeParser.nodeLimit) elements")
        }
        var node = XMLTree.Node(name: String(cString: name), parent: open.last, startTag: token, endTag: token)
        if var next = list {
            while let key = next[0], let value = next[1] {
                node.attributes.append((String(cString: key), String(cString: value)))
                next += 2
            }
        }
        if let parent = open.last { nodes[parent].children.append(nodes.count) }
        open.append(nodes.count)
        nodes.append(node)
    }

    fileprivate func ends() {
        guard let index = open.popLast() else { return }
        // At the end of `<a/>` expat has no token left: the start tag, set before, is the end as well.
        let tag = token
        if !tag.isEmpty { nodes[index].endTag = tag }
    }

    fileprivate func comes(_ text: UnsafeBufferPointer<UInt8>) {
        guard let index = open.last else { return }
        let isBlank = text.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        if isBlank, nodes[index].textRanges.isEmpty { return }
        nodes[index].text += String(decoding: text, as: UTF8.self)
        if !isBlank { nodes[index].textRanges.append(token) }
    }
}

private func state(_ pointer: UnsafeMutableRawPointer?) -> XMLTreeParser? {
    pointer.map { Unmanaged<XMLTreeParser>.fromOpaque($0).takeUnretainedValue() }
}

private func elementStarts(
    _ data: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?,
    _ list: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) {
    guard let name else { return }
    state(data)?.starts(name, list)
}

private func elementEnds(_ data: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?) {
    state(data)?.ends()
}

private func textComes(_ data: UnsafeMutableRawPointer?, _ text: UnsafePointer<CChar>?, _ count: Int32) {
    guard let text else { return }
    text.withMemoryRebound(to: UInt8.self, capacity: Int(count)) {
        state(data)?.comes(UnsafeBufferPointer(start: $0, count: Int(count)))
    }
}

private func documentTypeComes(
    _ data: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?, _ system: UnsafePointer<CChar>?,
    _ publicName: UnsafePointer<CChar>?, _ hasSubset: Int32
) {
    state(data)?.stop("a document type is not allowed")
}
