package import NestingModel
package import YAMLDocument

/// One host of a fleet file. What `apply` may change is a value here or nil, which leaves it as it is; what pins the
/// host's identity and where its agent lies is only compared, since enrolment alone decides that.
package struct FleetEntry: Sendable, Hashable {
    package var path: NodePath
    package var address: String
    package var port: Int?
    package var user: String?
    package var labels: [String: String]?
    package var hostKeys: [String]?
    package var uuid: String?
    package var agentDirectory: String?
    package var agentState: String?
    package var libvirtSocket: String?
    package var authorizedKeys: String?
    /// Of its path, in the file.
    package var place: YAMLPlace

    /// The enrolled host with what the entry says of it.
    package func applied(to host: FleetHost) -> FleetHost {
        var host = host
        host.address = address
        host.port = port ?? host.port
        host.user = user ?? host.user
        host.labels = labels ?? host.labels
        return host
    }

    /// What the entry says otherwise than enrolment, one sentence each; `apply` refuses it.
    package func contradictions(to host: FleetHost) -> [String] {
        var found: [String] = []
        func compare(_ name: String, _ written: String?, _ enrolled: String?) {
            guard let written, written != enrolled else { return }
            found.append("\(name) of \(path) is \(written) in the file, and \(enrolled ?? "not set") as enrolled")
        }
        if let hostKeys, Set(hostKeys) != Set(host.hostKeys) {
            found.append("host-keys of \(path) differ from the enrolled ones")
        }
        compare("uuid", uuid, host.uuid?.lowercased())
        compare("agent.directory", agentDirectory, host.agent.directory)
        compare("agent.state", agentState, host.agent.state)
        compare("agent.libvirt-socket", libvirtSocket, host.agent.libvirtSocket)
        compare("agent.authorized-keys", authorizedKeys, host.agent.authorizedKeys)
        return found
    }
}
