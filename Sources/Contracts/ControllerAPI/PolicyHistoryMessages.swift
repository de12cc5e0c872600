package import FoundationEssentials

/// One revision of the policies in a list, and what it changed against the one before it.
package struct PolicyRevisionRow: Codable, Sendable, Hashable {
    package var revision: Int
    /// Nil for revisions from before this was kept.
    package var at: Date?
    package var by: String?
    /// What was done, where it was no ordinary change.
    package var note: String?
    package var added: [String]
    package var changed: [String]
    package var removed: [String]

    package init(
        revision: Int, at: Date?, by: String?, note: String?, added: [String], changed: [String], removed: [String]
    ) {
        self.revision = revision
        self.at = at
        self.by = by
        self.note = note
        self.added = added
        self.changed = changed
        self.removed = removed
    }
}

/// What differs between two revisions.
package struct PolicyDifference: Codable, Sendable, Hashable {
    package var from: Int
    package var to: Int
    /// By name, policies before exemptions.
    package var entries: [Entry]

    package struct Entry: Codable, Sendable, Hashable {
        /// `builders`, or `exemption legacy`.
        package var name: String
        /// `added`, `changed` or `removed`.
        package var change: String
        /// The whole entry as a file has it, line by line: `- ` was, `+ ` is, and two blanks stay.
        package var lines: [String]

        package init(name: String, change: String, lines: [String]) {
            self.name = name
            self.change = change
            self.lines = lines
        }
    }

    package init(from: Int, to: Int, entries: [Entry]) {
        self.from = from
        self.to = to
        self.entries = entries
    }
}

/// A policy that asks for what one node has.
package struct PolicyFileAnswer: Codable, Sendable, Hashable {
    /// A policy file, as YAML.
    package var text: String
    /// What it says nothing of, and why.
    package var warnings: [String]

    package init(text: String, warnings: [String]) {
        self.text = text
        self.warnings = warnings
    }
}

/// Makes the content of an old revision the newest one.
package struct PolicyRollbackRequest: Codable, Sendable, Hashable {
    package var revision: Int
    /// Refused where the stored revision is another one.
    package var expectedRevision: Int?

    package init(revision: Int, expectedRevision: Int? = nil) {
        self.revision = revision
        self.expectedRevision = expectedRevision
    }
}
