import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy

/// A nesting tree as the JSON that encoding its `TreeNode` gives, made of the documents that are stored.
struct TreeDocument {
    /// One line for each root: all that are enrolled in it have the same, so that is one.
    private(set) var text = ""
    private(set) var nodes = 0
    private let hosts: [NodePath: HostDocument]

    /// - Parameter hosts: all of one nesting tree.
    init(_ hosts: [HostDocument]) {
        self.hosts = Dictionary(hosts.map { ($0.view.host.path, $0) }) { first, _ in first }
        text.reserveCapacity(2 * hosts.reduce(0) { $0 + ($1.report?.utf8.count ?? 0) } + 4_096)
        for root in NestingTree(joining: hosts.map(\.view)).roots {
            write(root, of: nil)
            text += "\n"
        }
    }

    /// - Parameter parent: whose guest it is.
    private mutating func write(_ node: TreeNode, of parent: HostDocument?) {
        nodes += 1
        let host = hosts[node.path]
        text += "{\"children\":["
        for (index, child) in node.children.enumerated() {
            if index > 0 { text += "," }
            write(child, of: host)
        }
        text += "]"
        if let parent, let place = node.sharedGuest?.value.run.value { text += ",\"guest\":\(parent.guests[place])" }
        if let host {
            text += ",\"host\":{\"health\":\(host.health ?? Self.neverRead),\"host\":\(host.host)"
            if let report = host.report { text += ",\"report\":\(report)" }
            text += "}"
        }
        if let identity = node.identity { text += ",\"identity\":\(Self.quoted(identity))" }
        text += ",\"path\":\(Self.quoted(node.path.description))}"
    }

    private static let neverRead = encoded(HostHealth(state: .never))

    private static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy {
            $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
        return isPlain ? "\"\(text)\"" : encoded(text)
    }

    private static func encoded(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and enumerations always encode.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }
}
