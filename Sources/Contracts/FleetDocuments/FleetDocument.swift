import HumanText
package import NestingModel
package import YAMLDocument

/// Fleet files: a list `hosts` in each, whose paths are unique in all of them. The declarative side of enrolled hosts:
/// addresses and labels; a host that is not enrolled is announced, since pushing an agent needs an operator's key.
package enum FleetDocument {
    static let hostKeys = ["path", "address", "port", "user", "labels", "host-keys", "uuid", "agent"]
    static let agentKeys = ["directory", "state", "libvirt-socket", "authorized-keys"]

    package static func read(_ files: [DocumentText]) throws(YAMLFaults) -> [FleetEntry] {
        let reader = YAMLReader()
        return try reader.finish(entries(files, reader))
    }

    private static func entries(_ files: [DocumentText], _ reader: YAMLReader) -> [FleetEntry] {
        var places: [NodePath: YAMLPlace] = [:]
        return DocumentText.entries(
            files, under: "hosts", allowed: hostKeys, required: ["path", "address"], reader
        ) { fields in
            let path = fields.value("path", expected: "a path of names, as rack7 or rack7/build-l1") {
                NodePath($0.text)
            }
            let place = fields.place("path")
            if let path, let first = places.updateValue(place, forKey: path) {
                reader.refuse(place, "host \(path) is already at \(first)", "name every host once")
            }
            let agent = fields.mapping("agent", allowed: agentKeys)
            let address = fields.value("address", expected: "a host name or an IP address") {
                FleetHost.isAddress($0.text) ? $0.text : nil
            }
            let port = fields.int("port", in: 1...65535)
            let user = fields.string("user", longest: 64)
            let labels = fields.pairs("labels", longest: 256)
            let keys = fields.values("host-keys", expected: FleetText.hostKeyRule) {
                FleetText.isHostKey($0.text) ? $0.text : nil
            }
            let uuid = fields.value("uuid", expected: FleetText.uuidRule) { FleetText.uuid($0.text) }
            let folders = agentKeys.map { agent?.string($0) }
            guard let path, let address else { return nil }
            return FleetEntry(
                path: path, address: address, port: port, user: user, labels: labels, hostKeys: keys, uuid: uuid,
                agentDirectory: folders[0], agentState: folders[1], libvirtSocket: folders[2],
                authorizedKeys: folders[3], place: place)
        }
    }

    /// Holds a fleet file against what is enrolled. Nothing is changed by this.
    /// - Throws: every entry that says otherwise than enrolment what only enrolment decides.
    package static func compare(
        _ entries: [FleetEntry], with enrolled: [FleetHost]
    ) throws(YAMLFaults) -> FleetComparison {
        let reader = YAMLReader()
        let hosts = Dictionary(enrolled.map { ($0.path, $0) }) { first, _ in first }
        var result = FleetComparison()
        for entry in entries {
            guard let host = hosts[entry.path] else {
                result.notEnrolled.append(entry.path)
                continue
            }
            for sentence in entry.contradictions(to: host) {
                reader.refuse(
                    entry.place, sentence,
                    "leave it out, or remove the host and enrol it again: a file changes no identity")
            }
            let changed = entry.applied(to: host)
            if changed != host { result.changed.append(changed) }
        }
        let written = Set(entries.map(\.path))
        result.notInFile = enrolled.map(\.path).filter { !written.contains($0) }.sorted()
        return try reader.finish(result)
    }
}

/// What a fleet file would change.
package struct FleetComparison: Sendable, Hashable {
    /// As they would be.
    package var changed: [FleetHost] = []
    /// In the file and not enrolled, in the file's order.
    package var notEnrolled: [NodePath] = []
    /// Enrolled and not in the file, by path: what `prune` removes.
    package var notInFile: [NodePath] = []

    package init() {}
}
