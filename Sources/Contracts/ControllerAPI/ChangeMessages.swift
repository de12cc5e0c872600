package import NestingModel

/// Asks others to agree to the plan that somebody saw.
package struct ChangeDraft: Codable, Sendable, Hashable {
    package var selection: Selection
    package var digest: String
    package var text: String
    /// How long it can be approved; nil: a week.
    package var seconds: Int?
    package var rollout: RolloutWish?

    package init(selection: Selection, digest: String, text: String, seconds: Int? = nil, rollout: RolloutWish? = nil) {
        self.selection = selection
        self.digest = digest
        self.text = text
        self.seconds = seconds
        self.rollout = rollout
    }
}

/// Somebody's word on a change request.
package struct ChangeWord: Codable, Sendable, Hashable {
    package var id: String
    /// `commented`, `approved` or `rejected`.
    package var word: ChangeEntry.Word
    package var text: String
    /// To approve: of the plan that was seen.
    package var digest: String?

    package init(id: String, word: ChangeEntry.Word, text: String, digest: String? = nil) {
        self.id = id
        self.word = word
        self.text = text
        self.digest = digest
    }
}
