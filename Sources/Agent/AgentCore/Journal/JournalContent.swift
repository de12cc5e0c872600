package import NestingModel

/// What the journal holds: the entries that could be read, by their number, and the files that could not.
package struct JournalContent: Sendable {
    package var entries: [JournalEntry]
    /// Records with the code `journal`, one for each file that is damaged or from a newer agent.
    package var damaged: [CorrectionRecord]

    package init(entries: [JournalEntry] = [], damaged: [CorrectionRecord] = []) {
        self.entries = entries
        self.damaged = damaged
    }

    package var needWork: [JournalEntry] { entries.filter(\.needsWork) }

    package func entry(_ id: String) -> JournalEntry? { entries.first { $0.request.id == id } }

    /// The records of these ids, or of all that are known; the damaged ones last.
    package func records(_ ids: [String] = []) -> [CorrectionRecord] {
        let all = entries.map(\.record) + damaged
        return ids.isEmpty ? all : all.filter { ids.contains($0.id) }
    }
}
