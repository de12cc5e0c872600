package import ControllerAPI
import FleetDocuments
import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy

extension FleetController {
    package func policies() async throws(APIError) -> PoliciesAnswer {
        let set = try await read { (work) throws(StoreFailure) in try work.policies() }
        return PoliciesAnswer(set)
    }

    /// Takes policies and exemptions from files: all of them or, where anything is wrong, none.
    package func apply(policies request: ApplyRequest, by requester: Requester) async throws(APIError)
        -> ApplyAnswer
    {
        let (before, picture) = try await look { (work, memory) throws(StoreFailure) in
            (try work.policies(), memory.picture)
        }
        let draft = try draft(request, over: before, roots: picture.roots)
        return try await take(
            draft, over: before, warnings: await warnings(about: draft, in: picture), action: "policy.apply", requester)
    }

    /// Makes a draft the next revision, with its audit record, and judges the fleet by it.
    /// - Parameter note: what was done, where it was no ordinary change.
    func take(
        _ draft: PolicyDraft, over before: PolicySet, warnings: [String], action: String, note: String? = nil,
        _ requester: Requester
    ) async throws(APIError) -> ApplyAnswer {
        let changes = draft.changes
        if changes.isEmpty {
            return ApplyAnswer(
                revision: before.revision, added: [], changed: [], removed: [], warnings: warnings)
        }
        let set = PolicySet(
            revision: before.revision + 1, policies: draft.book.policies, exemptions: draft.book.exemptions,
            by: requester.name, at: environment.now(), note: note)
        let detail =
            "revision \(set.revision)\(note.map { ", \($0)" } ?? ""): added [\(changes.added.joined(separator: ", "))], "
            + "changed [\(changes.changed.joined(separator: ", "))], removed [\(changes.removed.joined(separator: ", "))]"
            + changes.detail
        try await change(requester, action, "policies", detail: detail) { (work) throws(StoreFailure) in
            guard try work.policies().revision == before.revision else {
                throw StoreFailure(
                    .conflict, "the policies were changed meanwhile", remedy: "look at them, then apply again")
            }
            try work.put(policies: set)
            // New policies are a new word of the owner's: enforcement may try again.
            try work.put(nil as String?, as: .enforcementStopped)
            try work.put(nil as TroubledGuests?, as: .troubledGuests)
        }
        try await evaluate(before: before)
        return ApplyAnswer(
            revision: set.revision, added: changes.added, changed: changes.changed, removed: changes.removed,
            warnings: warnings)
    }

    /// What looks like a mistake in a draft. The controller goes on meanwhile.
    nonisolated func warnings(about draft: PolicyDraft, in picture: FleetPicture) async -> [String] {
        draft.warnings(draft.reach(in: picture.tree()))
    }

    /// What a draft would open, close, exempt and correct, over the stored fleet; changes nothing.
    /// - Parameter limit: of each kind of what the answer holds; nil for all there is.
    package func preview(policies request: ApplyRequest, limit: Int? = nil) async throws(APIError) -> PreviewAnswer {
        try await preview(limit: limit) { (before, roots) throws(APIError) in
            try draft(request, over: before, roots: roots)
        }
    }

    /// - Parameter draft: of the policies as they are stored, and of the names of the physical hosts.
    func preview(
        limit: Int?, _ draft: (PolicySet, Set<String>) throws(APIError) -> PolicyDraft
    ) async throws(APIError) -> PreviewAnswer {
        let now = environment.now().wholeSecond
        let ground = try await look { (work, memory) throws(StoreFailure) in
            try PreviewGround(work, memory, now: now)
        }
        return await answer(from: ground, to: try draft(ground.before, ground.roots), limit: limit)
    }

    /// The controller goes on meanwhile.
    private nonisolated func answer(
        from ground: PreviewGround, to draft: PolicyDraft, limit: Int?
    ) async -> PreviewAnswer {
        ground.preview(draft, limit: limit)
    }

    private func draft(
        _ request: ApplyRequest, over before: PolicySet, roots: Set<String>
    ) throws(APIError) -> PolicyDraft {
        try check(request.expectedRevision, is: before)
        let longest = environment.settings.longestExemption
        return try PolicyDraft(
            request, over: before, roots: roots,
            exemptions: ExemptionBounds(
                now: environment.now(), longest: TimeInterval(longest.components.seconds),
                stored: Dictionary(before.exemptions.map { ($0.name, $0.expires.date) }) { first, _ in first }))
    }

    func check(_ expected: Int?, is before: PolicySet) throws(APIError) {
        guard let expected, expected != before.revision else { return }
        throw APIError(
            code: "revision-changed",
            sentence: "the policies are at revision \(before.revision), and \(expected) was expected",
            remedy: "look at what changed (nestor policy diff \(expected) \(before.revision)), then apply again")
    }
}

extension PoliciesAnswer {
    init(_ set: PolicySet) {
        self.init(
            revision: set.revision, policies: set.policies, exemptions: set.exemptions, by: set.by, at: set.at,
            note: set.note)
    }
}
