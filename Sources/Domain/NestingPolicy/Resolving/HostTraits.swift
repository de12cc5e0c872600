import NestingModel

/// What selectors ask of the nearest enrolled host at or above a node.
/// An object, since it goes with each guest on the way through a tree.
final class HostTraits: Sendable {
    /// The names of its path; none where there is no host.
    let path: [String]
    let labels: [String: String]
    /// Nil where its agent was never heard, and where there is no host.
    let platform: String?

    private init(path: [String], labels: [String: String], platform: String?) {
        self.path = path
        self.labels = labels
        self.platform = platform
    }

    convenience init(_ view: HostView) {
        self.init(path: view.host.path.names, labels: view.host.labels, platform: view.report?.agent.platform)
    }

    /// Of no host.
    static let none = HostTraits(path: [], labels: [:], platform: nil)
}
