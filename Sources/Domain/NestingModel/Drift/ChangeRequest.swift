package import FoundationEssentials

/// A plan that somebody asks others to agree to: it runs when it is approved, as it was seen or not at all.
package struct ChangeRequest: Codable, Sendable, Hashable {
    package var id: String
    /// What it is about: these nodes and all below them; none means the whole fleet.
    package var paths: [NodePath]
    /// The same with all its conditions; nil in those from before there were any others.
    package var selection: Selection?
    /// As it was made last.
    package var plan: Plan
    /// Of that plan: what is approved.
    package var digest: String
    package var author: String
    /// Whom four eyes count for it; nil where that could not be told, and in those from before it was kept.
    package var authorPerson: String?
    package var createdAt: Date
    /// From then on nobody can approve it.
    package var expiresAt: Date
    package var state: ChangeRequestState
    /// How its items will follow one another.
    package var rollout: Rollout
    /// What was said, the oldest first.
    package var entries: [ChangeEntry]
    /// What runs it, once it was approved.
    package var remediation: String?

    package init(
        id: String, selection: Selection, plan: Plan, digest: String, author: String,
        authorPerson: String? = nil, createdAt: Date, expiresAt: Date, rollout: Rollout, entries: [ChangeEntry]
    ) {
        self.id = id
        paths = selection.paths
        self.selection = selection
        self.plan = plan
        self.digest = digest
        self.author = author
        self.authorPerson = authorPerson
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        state = .open
        self.rollout = rollout
        self.entries = entries
    }

    /// Whether somebody is its author. Where the person behind one of the two is not known, accounts are compared: two
    /// people who share one are one, then.
    /// - Parameters:
    ///   - name: of the account.
    ///   - person: behind it, where that is known.
    package func isFrom(_ name: String, person: String?) -> Bool {
        if let authorPerson, let person { return authorPerson == person }
        return author == name || author == person
    }

    /// As it stands at a time: nobody has to be there when it expires.
    package func current(at now: Date) -> ChangeRequest {
        var current = self
        if state == .open, expiresAt <= now { current.state = .expired }
        return current
    }
}

package enum ChangeRequestState: String, OpenEnumeration {
    case open, approved, rejected, expired, unknown
}

/// One word about a change request.
package struct ChangeEntry: Codable, Sendable, Hashable {
    package enum Word: String, OpenEnumeration {
        case requested, commented, approved, rejected
        /// The world had changed: there is another plan, which has to be agreed to anew.
        case planned
        case unknown
    }

    package var word: Word
    package var by: String
    package var at: Date
    package var text: String

    package init(word: Word, by: String, at: Date, text: String) {
        self.word = word
        self.by = by
        self.at = at
        self.text = text
    }
}
