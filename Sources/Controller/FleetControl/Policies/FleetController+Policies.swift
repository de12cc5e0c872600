package import ControllerAPI
import FleetDocuments
import FleetStore
import NestingModel
import NestingPolicy

extension FleetController {
    package func policies() async throws(APIError) -> PoliciesAnswer {
        let set = try await read { (work) throws(StoreFailure) in try work.policies() }
        return PoliciesAnswer(revision: set.revision, policies: set.policies)
    }

    /// Takes policies from files: all of them or, where anything is wrong, none.
    package func apply(policies request: ApplyRequest, by requester: Requester) async throws(APIError)
        -> PolicyApplyAnswer
    {
        let before = try await read { (work) throws(StoreFailure) in try work.policies() }
        let draft = try await draft(request, over: before)
        if draft.changes.isEmpty {
            return PolicyApplyAnswer(
                revision: before.revision, added: [], changed: [], removed: [], warnings: draft.warnings)
        }
        let set = PolicySet(revision: before.revision + 1, policies: draft.policies)
        let detail =
            "revision \(set.revision): added [\(draft.added.joined(separator: ", "))], "
            + "changed [\(draft.changed.joined(separator: ", "))], removed [\(draft.removed.joined(separator: ", "))]"
            + Self.differences(from: before.policies, to: set.policies)
        try await change(requester, "policy.apply", "policies", detail: detail) { (work) throws(StoreFailure) in
            guard try work.policies().revision == before.revision else {
                throw StoreFailure(
                    .conflict, "the policies were changed meanwhile", remedy: "look at them, then apply again")
            }
            try work.put(policies: set)
            // New policies are a new word of the owner's: enforcement may try again.
            try work.put(nil as String?, as: .enforcementStopped)
            try work.put(nil as TroubledGuests?, as: .troubledGuests)
        }
        try await evaluate(changed: Set(draft.changes))
        return PolicyApplyAnswer(
            revision: set.revision, added: draft.added, changed: draft.changed, removed: draft.removed,
            warnings: draft.warnings)
    }

    /// What a draft would open, close and correct, over the stored fleet; changes nothing.
    package func preview(policies request: ApplyRequest) async throws(APIError) -> PreviewAnswer {
        let before = try await read { (work) throws(StoreFailure) in try work.policies() }
        let draft = try await draft(request, over: before)
        let now = environment.now()
        let (hosts, open) = try await read { (work) throws(StoreFailure) in
            (try work.hosts(), try work.openFindings())
        }
        let assessment = Assessment(
            hosts: hosts, policies: draft.policies, previous: open, changedPolicies: Set(draft.changes), now: now)
        let known = Set(open.map(\.id))
        return PreviewAnswer(
            opens: assessment.open.filter { !known.contains($0.id) },
            closes: assessment.findings.filter { $0.state == .resolved && known.contains($0.id) },
            plan: assessment.plan(Selection(), policies: draft.policies, now: now), warnings: draft.warnings)
    }

    private func draft(_ request: ApplyRequest, over before: PolicySet) async throws(APIError) -> PolicyDraft {
        if let expected = request.expectedRevision, expected != before.revision {
            throw APIError(
                code: "revision-changed",
                sentence: "the policies are at revision \(before.revision), and \(expected) was expected",
                remedy: "look at what changed (nestor policy list), then apply again")
        }
        return try PolicyDraft(request, over: before, hosts: try await views())
    }

    /// What changed in each policy that was there before and still is.
    private static func differences(from before: [Policy], to after: [Policy]) -> String {
        let old = Dictionary(before.map { ($0.name, $0) }) { first, _ in first }
        let sentences = after.flatMap { policy -> [String] in
            guard let earlier = old[policy.name], earlier != policy else { return [] }
            return DocumentChanges.sentences(from: earlier, to: policy, passing: ["place"]).map {
                "\(policy.name): \($0)"
            }
        }
        return sentences.isEmpty ? "" : "; " + DocumentChanges.joined(sentences)
    }
}
