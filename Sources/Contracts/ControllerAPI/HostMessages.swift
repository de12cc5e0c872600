package import NestingModel

/// An operator's private key: held in memory for one request, never stored and never logged.
package struct OperatorKey: Codable, Sendable, CustomStringConvertible {
    package var text: String
    package var passphrase: String

    package init(text: String, passphrase: String) {
        self.text = text
        self.passphrase = passphrase
    }

    package var description: String { "OperatorKey(…)" }
}

/// Asks which host key a machine offers, so that a person can compare its fingerprint.
package struct HostKeyRequest: Codable, Sendable {
    package var path: NodePath
    package var address: String
    package var port: Int
    package var user: String
    /// Opens the way through the hosts above it.
    package var operatorKey: OperatorKey

    package init(path: NodePath, address: String, port: Int, user: String, operatorKey: OperatorKey) {
        self.path = path
        self.address = address
        self.port = port
        self.user = user
        self.operatorKey = operatorKey
    }
}

/// Enrols a host: pushes the agent, leaves the controller's two keys and its id there, and reads it.
package struct EnrolRequest: Codable, Sendable {
    package var path: NodePath
    package var address: String
    package var port: Int
    package var user: String
    package var labels: [String: String]
    /// Keys that a person or the settings accepted: `ssh-ed25519 AAAA…`.
    package var hostKeys: [String]
    /// Serves for this host and for those above it on the way.
    package var operatorKey: OperatorKey
    /// nil: where DESIGN's defaults put it (root: `/usr/local/libexec/nestor`).
    package var agentDirectory: String?
    package var agentState: String?
    package var libvirtSocket: String?
    package var authorizedKeys: String?
    /// Whether the host's service manager or cron settles open corrections at boot and every minute.
    package var bootRecovery: Bool
    /// Progress events carry it, so that the one who asked can follow.
    package var operation: String?

    package init(
        path: NodePath, address: String, port: Int, user: String, labels: [String: String], hostKeys: [String],
        operatorKey: OperatorKey, agentDirectory: String? = nil, agentState: String? = nil,
        libvirtSocket: String? = nil, authorizedKeys: String? = nil, bootRecovery: Bool = true,
        operation: String? = nil
    ) {
        self.path = path
        self.address = address
        self.port = port
        self.user = user
        self.labels = labels
        self.hostKeys = hostKeys
        self.operatorKey = operatorKey
        self.agentDirectory = agentDirectory
        self.agentState = agentState
        self.libvirtSocket = libvirtSocket
        self.authorizedKeys = authorizedKeys
        self.bootRecovery = bootRecovery
        self.operation = operation
    }
}

/// One host in a list.
package struct HostRow: Codable, Sendable, Equatable {
    package var path: NodePath
    package var level: Int
    package var address: String
    package var port: Int
    package var user: String
    package var labels: [String: String]
    package var health: HostHealth
    package var agentVersion: String
    /// Absent where the host runs none.
    package var guests: Fact<Int>

    package init(_ view: HostView) {
        self.init(
            host: view.host, health: view.health,
            guests: view.report?.guests.map(\.count) ?? .unknown("not read yet"))
    }

    package init(host: FleetHost, health: HostHealth, guests: Fact<Int>) {
        path = host.path
        level = host.path.level
        address = host.address
        port = host.port
        user = host.user
        labels = host.labels
        self.health = health
        agentVersion = host.agent.version
        self.guests = guests
    }
}

/// Some of the enrolled hosts.
package struct HostPage: Codable, Sendable, Equatable {
    /// By path.
    package var hosts: [HostRow]
    /// Hosts that come after these.
    package var more: Int
    /// The last of these, for `after` of the next page; nil on the last one.
    package var next: NodePath?

    /// Hosts on a page where nobody says otherwise.
    package static let usual = 500

    package init(hosts: [HostRow], more: Int = 0, next: NodePath? = nil) {
        self.hosts = hosts
        self.more = more
        self.next = next
    }
}

/// Forgets a host and, with `uninstall`, takes agent and keys away from it.
package struct RemoveRequest: Codable, Sendable {
    package var uninstall: Bool
    /// Needed with `uninstall`: the controller's own keys can't do that.
    package var operatorKey: OperatorKey?
    package var operation: String?

    package init(uninstall: Bool, operatorKey: OperatorKey?, operation: String? = nil) {
        self.uninstall = uninstall
        self.operatorKey = operatorKey
        self.operation = operation
    }
}

package struct RemoveAnswer: Codable, Sendable, Hashable {
    package var path: NodePath
    /// What was taken away, and what stays and where.
    package var sentences: [String]

    package init(path: NodePath, sentences: [String]) {
        self.path = path
        self.sentences = sentences
    }
}

package struct CheckRequest: Codable, Sendable, Hashable {
    package var path: NodePath
    package var operation: String?

    package init(path: NodePath, operation: String? = nil) {
        self.path = path
        self.operation = operation
    }
}

/// What was tried on the way to a host, hop by hop, and what its fresh report says.
package struct CheckAnswer: Codable, Sendable, Equatable {
    package var hops: [HopCheck]
    package var view: HostView

    package init(hops: [HopCheck], view: HostView) {
        self.hops = hops
        self.view = view
    }
}

package struct HopCheck: Codable, Sendable, Hashable {
    package var path: NodePath
    package var state: HostState
    package var sentence: String
    package var remedy: String

    package init(path: NodePath, state: HostState, sentence: String, remedy: String) {
        self.path = path
        self.state = state
        self.sentence = sentence
        self.remedy = remedy
    }
}

/// Reads hosts now: the named ones, or what tells of some places; without either, all.
package struct SweepRequest: Codable, Sendable, Hashable {
    package var paths: [NodePath]
    /// Instead of paths: the hosts at and below these places, and those right above them, whose reports have the guests
    /// that are meant.
    package var places: [NodePath]?
    /// False where nobody looks at the hosts' rows in the answer: it has none then.
    package var tellsRows: Bool

    package init(paths: [NodePath] = [], places: [NodePath]? = nil, tellsRows: Bool = true) {
        self.paths = paths
        self.places = places
        self.tellsRows = tellsRows
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        paths = try container.decodeIfPresent([NodePath].self, forKey: .paths) ?? []
        places = try container.decodeIfPresent([NodePath].self, forKey: .places)
        tellsRows = try container.decodeIfPresent(Bool.self, forKey: .tellsRows) ?? true
    }
}

/// Pushes the controller's agent to hosts; no paths means all whose agent differs.
package struct UpgradeRequest: Codable, Sendable {
    package var paths: [NodePath]
    package var operatorKey: OperatorKey
    package var operation: String?

    package init(paths: [NodePath], operatorKey: OperatorKey, operation: String? = nil) {
        self.paths = paths
        self.operatorKey = operatorKey
        self.operation = operation
    }
}

package struct UpgradeRow: Codable, Sendable, Hashable {
    package var path: NodePath
    package var before: String
    package var after: String
    /// Nil where it went well.
    package var error: APIError?

    package init(path: NodePath, before: String, after: String, error: APIError?) {
        self.path = path
        self.before = before
        self.after = after
        self.error = error
    }
}
