import CLibYAML

/// One of libyaml's events, copied out of its memory.
struct YAMLEvent {
    enum Kind {
        case streamStart, streamEnd, documentStart, documentEnd
        case scalar(YAMLScalar)
        /// Too long to be copied; its length in bytes.
        case longScalar(Int)
        case sequence, mapping, end, alias
    }

    var kind: Kind
    var place: YAMLPlace
    var hasAnchor = false
    var hasTag = false
}

/// libyaml's parser over bytes in memory; the one owner of its handle.
final class YAMLEventSource {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeBufferPointer<UInt8>
    private let file: String
    private let isReady: Bool

    /// - Parameter bytes: stays valid as long as the source.
    init(_ bytes: UnsafeBufferPointer<UInt8>, file: String) {
        (self.bytes, self.file) = (bytes, file)
        parser = .allocate(capacity: 1)
        isReady = yaml_parser_initialize(parser) == 1
        guard isReady else { return }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        if isReady { yaml_parser_delete(parser) }
        parser.deallocate()
    }

    func next(longestScalar: Int) throws(YAMLFault) -> YAMLEvent {
        var event = yaml_event_t()
        guard isReady, yaml_parser_parse(parser, &event) == 1 else { throw fault() }
        defer { yaml_event_delete(&event) }
        let mark = event.start_mark
        let place = YAMLPlace(file: file, line: mark.line + 1, column: mark.column + 1)
        func made(_ kind: YAMLEvent.Kind, _ anchor: UnsafePointer<UInt8>?, _ tag: UnsafePointer<UInt8>?) -> YAMLEvent {
            YAMLEvent(kind: kind, place: place, hasAnchor: anchor != nil, hasTag: tag != nil)
        }
        switch event.type {
        case YAML_STREAM_START_EVENT: return YAMLEvent(kind: .streamStart, place: place)
        case YAML_DOCUMENT_START_EVENT: return YAMLEvent(kind: .documentStart, place: place)
        case YAML_DOCUMENT_END_EVENT: return YAMLEvent(kind: .documentEnd, place: place)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            guard scalar.length <= longestScalar else {
                return made(.longScalar(scalar.length), scalar.anchor, scalar.tag)
            }
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            let quoted = scalar.style != YAML_PLAIN_SCALAR_STYLE
            return made(.scalar(YAMLScalar(text: text, wasQuoted: quoted)), scalar.anchor, scalar.tag)
        case YAML_SEQUENCE_START_EVENT:
            return made(.sequence, event.data.sequence_start.anchor, event.data.sequence_start.tag)
        case YAML_MAPPING_START_EVENT:
            return made(.mapping, event.data.mapping_start.anchor, event.data.mapping_start.tag)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .end, place: place)
        case YAML_ALIAS_EVENT: return YAMLEvent(kind: .alias, place: place)
        // After the stream's end libyaml gives no events; a caller that goes on reading sees the end again.
        default: return YAMLEvent(kind: .streamEnd, place: place)
        }
    }

    /// The parser's error, with a remedy.
    private func fault() -> YAMLFault {
        guard isReady, parser.pointee.error != YAML_MEMORY_ERROR, let text = parser.pointee.problem else {
            return YAMLFault(at: YAMLPlace(file: file, line: 1, column: 1), "no memory to read the file", "free some")
        }
        let problem = String(cString: text)
        let offset: Int
        // libyaml counts characters in its marks, and bytes only in a reader's offset.
        let mark = parser.pointee.problem_mark
        var place = YAMLPlace(file: file, line: mark.line + 1, column: mark.column + 1)
        if parser.pointee.error == YAML_READER_ERROR {
            if let wrong = firstWrongByte() {
                return YAMLFault(at: self.place(ofByte: wrong), "the file is no valid UTF-8", "save it as UTF-8")
            }
            offset = min(parser.pointee.problem_offset, bytes.count)
            place = self.place(ofByte: offset)
        } else {
            offset = byteOffset(of: place)
        }
        let isTab = offset < bytes.count && bytes[offset] == 9 && problem.contains("cannot start any token")
        if isTab || problem.contains("tab character") {
            return YAMLFault(at: place, "a tab stands where spaces are needed", "indent with spaces")
        }
        let context = parser.pointee.context.map { " " + String(cString: $0) } ?? ""
        return YAMLFault(at: place, "no valid YAML: \(problem)\(context)", Self.remedy(problem))
    }

    /// What usually helps, by libyaml's own words.
    private static func remedy(_ problem: String) -> String {
        let remedies = [
            ("mapping values are not allowed", "put text that contains \": \" in quotes, or check the indentation"),
            ("cannot start any token", "put the text in quotes"),
            ("unexpected end of stream", "close the quote or the bracket"),
            ("expected ',' or", "close the bracket, and put commas between its values"),
            ("could not find expected ':'", "write key: value"),
            ("control characters", "take the character out, or write it as an escape in double quotes"),
        ]
        return remedies.first { problem.contains($0.0) }?.1
            ?? "check the indentation of this line and of those above it"
    }

    /// Where the text stops being UTF-8; libyaml's own offset is sometimes a byte further.
    private func firstWrongByte() -> Int? {
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var offset = 0
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let scalar): offset += scalar.count
            case .error: return offset
            case .emptyInput: return nil
            }
        }
    }

    private func place(ofByte offset: Int) -> YAMLPlace {
        let before = bytes[..<offset]
        let line = before.reduce(1) { $1 == 10 ? $0 + 1 : $0 }
        let lineStart = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
        let column = before[lineStart...].reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
        return YAMLPlace(file: file, line: line, column: column)
    }

    /// The first byte of the character at `place`; the end where there is none.
    private func byteOffset(of place: YAMLPlace) -> Int {
        var offset = 0
        for _ in 1..<max(place.line, 1) {
            guard let end = bytes[offset...].firstIndex(of: 10) else { return bytes.count }
            offset = end + 1
        }
        for _ in 1..<max(place.column, 1) {
            repeat { offset += 1 } while offset < bytes.count && bytes[offset] & 0xC0 == 0x80
            guard offset < bytes.count else { return bytes.count }
        }
        return offset
    }
}
