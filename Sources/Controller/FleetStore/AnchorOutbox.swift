package import ControllerAPI
package import FoundationEssentials

/// Heads of the audit log on their way to where nobody who can write the store can reach them.
package struct AnchorOutbox: Codable, Sendable, Hashable {
    package struct Letter: Codable, Sendable, Hashable {
        /// The same at every attempt, so that a receiver knows what it has.
        package var id: String
        package var head: AuditHead
        /// When it was the head.
        package var at: Date

        package init(id: String, head: AuditHead, at: Date) {
            self.id = id
            self.head = head
            self.at = at
        }
    }

    /// How many wait at most; beyond that the oldest is given up, since a later head vouches for all before it.
    package static let longest = 500

    /// In the order in which they go.
    package private(set) var waiting: [Letter] = []
    /// The last one that arrived.
    package private(set) var delivered: Letter?
    package var health = RecipientHealth()

    package init() {}

    package mutating func take(_ letter: Letter) {
        waiting.append(letter)
        let surplus = max(0, waiting.count - Self.longest)
        waiting.removeFirst(surplus)
        health.givenUp += surplus
    }

    package mutating func arrived(_ id: String) {
        delivered = waiting.first { $0.id == id } ?? delivered
        waiting.removeAll { $0.id == id }
    }
}
