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
    /// Instead of paths: what it selects, with all that runs inside it, now and later.
    package var selector: PolicySelector?

    package init(
        reason: String, until: Date? = nil, seconds: Int? = nil, paths: [NodePath]? = nil,
        selector: PolicySelector? = nil
    ) {
        self.reason = reason
        self.until = until
        self.seconds = seconds
        self.paths = paths
        self.selector = selector
    }
}

/// While it lasts no correction starts in what it holds.
package struct Freeze: Codable, Sendable, Hashable {
    /// Nil in a document from before there could be several.
    package var id: String?
    package var reason: String
    package var by: String
    package var since: Date
    /// When it ends by itself; nil where somebody has to end it.
    package var until: Date?
    /// These places and all below them; nil, where there is no selector either, is the whole fleet.
    package var paths: [NodePath]?
    /// What it selects, with all that runs inside it.
    package var selector: PolicySelector?

    package init(
        id: String? = nil, reason: String, by: String, since: Date, until: Date? = nil, paths: [NodePath]? = nil,
        selector: PolicySelector? = nil
    ) {
        self.id = id
        self.reason = reason
        self.by = by
        self.since = since
        self.until = until
        self.paths = paths
        self.selector = selector
    }

    package var isOfFleet: Bool { paths == nil && selector == nil }

    /// What it holds: `fleet`, its places, or its selector.
    package var scope: String {
        selector?.text ?? paths.map { $0.map(\.description).joined(separator: ", ") } ?? "fleet"
    }

    /// The beginning of a sentence about it: `the fleet is`, `rack7, rack8 are`, `what 'site=lab' selects is`.
    package var subject: String {
        if isOfFleet { return "the fleet is" }
        return selector == nil ? "\(scope) \(paths?.count == 1 ? "is" : "are")" : "what '\(scope)' selects is"
    }

    package var sentence: String {
        "\(subject) frozen\(until.map { " until \($0.formatted(.iso8601))" } ?? ""): \(reason) (\(by))"
    }
}

extension [Freeze] {
    /// All of them, as one sentence.
    package var sentence: String { map(\.sentence).joined(separator: "; ") }

    /// What lets corrections start again where they hold them back.
    package var remedy: String {
        guard count == 1 else { return "nestor freeze list, and nestor unfreeze ID for each" }
        return self[0].id.map { "nestor unfreeze \($0.prefix(8))" } ?? "nestor unfreeze"
    }
}

/// A document that reminds of what is frozen.
package protocol FreezeReminder {
    /// The first of them, for readers that know of one alone.
    var freeze: Freeze? { get }
    /// All; nil where there is none, and in a document from before there could be several.
    var freezes: [Freeze]? { get }
}

extension FreezeReminder {
    /// Those of the whole fleet first, then the oldest.
    package var standingFreezes: [Freeze] { freezes ?? freeze.map { [$0] } ?? [] }
}
