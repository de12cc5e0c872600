package import FoundationEssentials
package import NestingModel

package struct FreezeRequest: Codable, Sendable, Hashable {
    package var reason: String
    /// When it ends by itself; nil where somebody has to end it.
    package var until: Date?
    /// The same, counted from now.
    package var seconds: Int?
    /// These places and all below them; none means the whole fleet.
    package var paths: [NodePath]?

    package init(reason: String, until: Date? = nil, seconds: Int? = nil, paths: [NodePath]? = nil) {
        self.reason = reason
        self.until = until
        self.seconds = seconds
        self.paths = paths
    }
}

/// While it lasts no correction starts in what it holds.
package struct Freeze: Codable, Sendable, Hashable {
    package var reason: String
    package var by: String
    package var since: Date
    /// When it ends by itself; nil where somebody has to end it.
    package var until: Date?
    /// These places and all below them; nil is the whole fleet.
    package var paths: [NodePath]?

    package init(reason: String, by: String, since: Date, until: Date? = nil, paths: [NodePath]? = nil) {
        self.reason = reason
        self.by = by
        self.since = since
        self.until = until
        self.paths = paths
    }

    /// What it holds: `fleet`, or its places.
    package var scope: String { paths.map { $0.map(\.description).joined(separator: ", ") } ?? "fleet" }

    package var sentence: String {
        let place = paths == nil ? "the fleet is frozen" : "\(scope) \(paths?.count == 1 ? "is" : "are") frozen"
        return "\(place)\(until.map { " until \($0.formatted(.iso8601))" } ?? ""): \(reason) (\(by))"
    }
}
