package import FoundationEssentials

/// An enrolled host: where it is, how it is reached, and what pins its identity.
package struct FleetHost: Codable, Sendable, Hashable {
    /// One name for a physical host; a longer path for a host that is a guest of the path before it.
    package var path: NodePath
    /// As the machine before it on the way sees it (a guest: as its host sees it).
    package var address: String
    package var port: Int
    package var user: String
    package var labels: [String: String]
    /// The accepted host keys: known_hosts' type and base64, separated by a blank.
    package var hostKeys: [String]
    /// The SMBIOS UUID that its reports must show: the guest's UUID, or what was first seen of a physical host.
    package var uuid: String?
    /// Where its agent lies there, and with which options it runs.
    package var agent: InstalledAgent
    package var enrolledAt: Date

    package init(
        path: NodePath, address: String, port: Int, user: String, labels: [String: String] = [:],
        hostKeys: [String], uuid: String?, agent: InstalledAgent, enrolledAt: Date
    ) {
        self.path = path
        self.address = address
        self.port = port
        self.user = user
        self.labels = labels
        self.hostKeys = hostKeys
        self.uuid = uuid
        self.agent = agent
        self.enrolledAt = enrolledAt
    }
}

/// An agent as enrolment put it on a host.
package struct InstalledAgent: Codable, Sendable, Hashable {
    /// The folder of the binary.
    package var directory: String
    /// The folder of its journal and of its controller's id.
    package var state: String
    /// Which libvirt socket it asks; nil lets it look.
    package var libvirtSocket: String?
    /// The file that holds the controller's two keys.
    package var authorizedKeys: String
    /// The binary's SHA-256, in hex.
    package var sha256: String
    package var version: String

    package init(
        directory: String, state: String, libvirtSocket: String?, authorizedKeys: String, sha256: String,
        version: String
    ) {
        self.directory = directory
        self.state = state
        self.libvirtSocket = libvirtSocket
        self.authorizedKeys = authorizedKeys
        self.sha256 = sha256
        self.version = version
    }
}
