import HumanText

/// Builds the tree from the parser's events, and adds what libyaml does not check.
struct YAMLTreeBuilder {
    /// A fault after which nothing more can be read.
    private struct Stop: Error {}

    private let events: YAMLEventSource
    private let limits: YAMLLimits
    private let start: YAMLPlace
    private var nodes = 0
    private(set) var faults = YAMLFaults()

    init(events: YAMLEventSource, limits: YAMLLimits, start: YAMLPlace) {
        (self.events, self.limits, self.start) = (events, limits, start)
    }

    /// The root, to be used only when there are no `faults`.
    mutating func build() -> YAMLNode {
        var root: YAMLNode?
        do throws(Stop) {
            reading: while true {
                let event = try next()
                switch event.kind {
                case .streamEnd: break reading
                case .documentStart where root != nil:
                    throw stop(event.place, "a second document begins here", "keep one document in the file")
                case .scalar, .sequence, .mapping, .alias: root = try node(event, depth: 1)
                default: break
                }
            }
        } catch {}
        return root ?? null(at: start)
    }

    private mutating func next() throws(Stop) -> YAMLEvent {
        do {
            return try events.next(longestScalar: limits.scalar)
        } catch {
            faults.add(error)
            throw Stop()
        }
    }

    private mutating func node(_ event: YAMLEvent, depth: Int) throws(Stop) -> YAMLNode {
        nodes += 1
        guard nodes <= limits.nodes else {
            throw stop(event.place, "the file has more than \(limits.nodes) values", "split it into several files")
        }
        guard depth <= limits.depth else {
            throw stop(event.place, "values are nested more than \(limits.depth) deep", "nest them less")
        }
        if event.hasAnchor {
            refuse(event.place, "an anchor (&) names this value, and anchors are not used here", "leave it out")
        }
        if event.hasTag {
            refuse(event.place, "a tag (!) stands before this value, and tags are not used here", "leave it out")
        }
        switch event.kind {
        case .scalar(let scalar):
            return YAMLNode(place: event.place, content: .scalar(scalar))
        case .longScalar(let length):
            let sentence = "the value has \(length) bytes, which is more than \(limits.scalar)"
            refuse(event.place, sentence, "write a shorter one")
            return null(at: event.place)
        case .sequence:
            var items: [YAMLNode] = []
            while true {
                let item = try next()
                if case .end = item.kind { break }
                items.append(try node(item, depth: depth + 1))
            }
            return YAMLNode(place: event.place, content: .sequence(items))
        case .mapping:
            return YAMLNode(place: event.place, content: .mapping(try entries(depth: depth)))
        default:
            refuse(event.place, "an alias (*) stands here, and aliases are not used here", "write the value out")
            return null(at: event.place)
        }
    }

    private mutating func entries(depth: Int) throws(Stop) -> [YAMLEntry] {
        var entries: [YAMLEntry] = []
        // Most mappings are short, and comparing their few keys is quicker than hashing them.
        var index: [String: Int] = [:]
        let few = 16
        while true {
            let event = try next()
            if case .end = event.kind { return entries }
            let key = try node(event, depth: depth + 1)
            let value = try node(try next(), depth: depth + 1)
            guard case .scalar(let scalar) = key.content else {
                refuse(key.place, "a mapping's key is a \(key.content.kind)", "write text before the colon")
                continue
            }
            if entries.count == few {
                index = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.key, $0) })
            }
            let first = entries.count < few ? entries.firstIndex { $0.key == scalar.text } : index[scalar.text]
            if let first {
                let name = ShownText.quoted(scalar.text)
                let line = entries[first].keyPlace.line
                refuse(key.place, "key \(name) is already given in line \(line)", "keep one of them")
            } else {
                if entries.count >= few { index[scalar.text] = entries.count }
                entries.append(YAMLEntry(key: scalar.text, keyPlace: key.place, value: value))
            }
        }
    }

    private func null(at place: YAMLPlace) -> YAMLNode {
        YAMLNode(place: place, content: .scalar(YAMLScalar(text: "", wasQuoted: false)))
    }

    private mutating func refuse(_ place: YAMLPlace, _ sentence: String, _ remedy: String) {
        faults.add(YAMLFault(at: place, sentence, remedy))
    }

    private mutating func stop(_ place: YAMLPlace, _ sentence: String, _ remedy: String) -> Stop {
        refuse(place, sentence, remedy)
        return Stop()
    }
}

extension YAMLNode.Content {
    /// How faults call it.
    var kind: String {
        switch self {
        case .scalar: "value"
        case .sequence: "list"
        case .mapping: "mapping"
        }
    }
}
