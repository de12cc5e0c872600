package import FoundationEssentials

/// A point in time as somebody wrote it, so that it is shown again in that person's own words and zone.
package struct Moment: Codable, Sendable, Hashable, CustomStringConvertible {
    package var date: Date
    /// `2027-01-31T18:00 Europe/Berlin`, or as RFC 3339 has it.
    package var text: String

    package init(_ date: Date, _ text: String) {
        self.date = date
        self.text = text
    }

    package var description: String { text }
}
