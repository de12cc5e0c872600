import NestingModel

/// What selectors ask of the nearest enrolled host at or above a node.
struct HostTraits: Sendable, Hashable {
    /// The names of its path; none where there is no host.
    var path: [String] = []
    var labels: [String: String] = [:]
    /// Nil where its agent was never heard, and where there is no host.
    var platform: String?
}

extension HostTraits {
    init(_ view: HostView) {
        self.init(path: view.host.path.names, labels: view.host.labels, platform: view.report?.agent.platform)
    }
}
