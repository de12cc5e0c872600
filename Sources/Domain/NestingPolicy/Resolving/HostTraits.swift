import NestingModel

/// What selectors ask of the nearest enrolled host at or above a node.
struct HostTraits: Sendable, Hashable {
    var labels: [String: String] = [:]
    /// Nil where its agent was never heard, and where there is no host.
    var platform: String?
}

extension HostTraits {
    init(_ view: HostView) {
        self.init(labels: view.host.labels, platform: view.report?.agent.platform)
    }
}
