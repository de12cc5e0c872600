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
        let before = try await read { (work) throws(StoreFailure) in try work.policies() }
        let draft = try draft(request, over: before, hosts: try await views())
        return try await take(draft, over: before, action: "policy.apply", requester)
    }

    /// Makes a draft the next revision, with its audit record, and judges the fleet by it.
    /// - Parameter note: what was done, where it was no ordinary change.
    func take(
        _ draft: PolicyDraft, over before: PolicySet, action: String, note: String? = nil, _ requester: Requester
    ) async throws(APIError) -> ApplyAnswer {
        let changes = draft.changes
        if changes.isEmpty {
            return ApplyAnswer(
                revision: before.revision, added: [], changed: [], removed: [], warnings: draft.warnings)
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
            warnings: draft.warnings)
    }

    /// What a draft would open, close, exempt and correct, over the stored fleet; changes nothing.
    package func preview(policies request: ApplyRequest) async throws(APIError) -> PreviewAnswer {
        try await preview { (before, hosts) throws(APIError) in try draft(request, over: before, hosts: hosts) }
    }

    /// - Parameter draft: of the policies and the hosts as they are stored.
    func preview(
        _ draft: (PolicySet, [HostView]) throws(APIError) -> PolicyDraft
    ) async throws(APIError) -> PreviewAnswer {
        let now = environment.now()
        let (before, hosts, standing, earlier) = try await read { (work) throws(StoreFailure) in
            let (before, hosts) = (try work.policies(), try work.hosts())
            return (
                before, hosts, try work.standingFindings(),
                try work.earlierJudgements(before: before, than: nil, hosts: hosts, now: now)
            )
        }
        let draft = try draft(before, hosts)
        let assessment = Assessment(
            draft.joined, draft: draft.book, previous: standing, earlier: earlier, now: now)
        let known = Dictionary(standing.map { ($0.id, $0) }) { first, _ in first }
        return PreviewAnswer(
            opens: assessment.open.filter { known[$0.id]?.state.isOpen != true },
            closes: assessment.findings.filter { $0.state == .resolved && known[$0.id]?.state.isOpen == true },
            exempts: assessment.findings.filter { $0.state == .exempted && known[$0.id]?.state != .exempted },
            modes: assessment.open.compactMap { finding in
                guard let before = known[finding.id], before.state.isOpen, before.mode != finding.mode else {
                    return nil
                }
                return ModeChange(finding: finding, before: before.mode)
            },
            plan: assessment.plan(Selection(), now: now), warnings: draft.warnings)
    }

    private func draft(
        _ request: ApplyRequest, over before: PolicySet, hosts: [HostView]
    ) throws(APIError) -> PolicyDraft {
        try check(request.expectedRevision, is: before)
        let longest = environment.settings.longestExemption
        return try PolicyDraft(
            request, over: before, hosts: hosts,
            exemptions: ExemptionBounds(
                now: environment.now(), longest: TimeInterval(longest.components.seconds)))
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
