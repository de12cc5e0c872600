package import NestingModel
import YAMLDocument

extension FleetDocument {
    /// The enrolled hosts as a fleet file, which `read` reads back; by path.
    package static func write(_ hosts: [FleetHost]) -> String {
        let sorted = hosts.sorted { $0.path < $1.path }
        return YAMLValue.fields(["hosts": .sequence(sorted.map(value))]).yaml
    }

    private static func value(_ host: FleetHost) -> YAMLValue {
        .fields([
            "path": .text(host.path.description), "address": .text(host.address), "port": .int(Int64(host.port)),
            "user": .text(host.user), "labels": pairs(host.labels),
            "host-keys": host.hostKeys.isEmpty ? nil : .texts(host.hostKeys), "uuid": host.uuid.map { .text($0) },
            "agent": .fields([
                "directory": .text(host.agent.directory), "state": .text(host.agent.state),
                "libvirt-socket": host.agent.libvirtSocket.map { .text($0) },
                "authorized-keys": .text(host.agent.authorizedKeys),
            ]),
        ])
    }

    /// In the order of their names, so that the same labels are the same text; nil where there is none.
    static func pairs(_ labels: [String: String]) -> YAMLValue? {
        guard !labels.isEmpty else { return nil }
        return .mapping(labels.sorted { $0.key < $1.key }.map { YAMLPair(key: $0.key, value: .text($0.value)) })
    }
}
