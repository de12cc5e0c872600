package import ControllerAPI
import FleetStore
import FoundationEssentials
package import NestingModel

extension FleetController {
    /// Newest first.
    package func changeRequests() async throws(APIError) -> [ChangeRequest] {
        let now = environment.now()
        return try await read { (work) throws(StoreFailure) in try work.changeRequests(limit: 200) }
            .map { $0.current(at: now) }
    }

    package func changeRequest(_ id: String) async throws(APIError) -> ChangeRequest {
        guard let found = try await read({ (work) throws(StoreFailure) in try work.changeRequest(id) }) else {
            throw APIError(
                code: "change-unknown", sentence: "there is no change request '\(printable(id))'",
                remedy: "nestor change list")
        }
        return found.current(at: environment.now())
    }

    /// Asks others to agree to the plan that somebody saw; nothing runs yet.
    package func request(_ draft: ChangeDraft, by requester: Requester) async throws(APIError) -> ChangeRequest {
        let text = try said(draft.text)
        let seconds = draft.seconds ?? 7 * 86_400
        guard (60...366 * 86_400).contains(seconds) else {
            throw APIError(
                code: "change-expiry", sentence: "it would expire after \(seconds) s",
                remedy: "give it from a minute to a year")
        }
        let plan = try await freshPlan(draft.selection)
        let digest = try plan.digest()
        guard digest == draft.digest else {
            throw APIError(
                code: "plan-changed", sentence: "the plan is not the one that was shown", remedy: "look at the new one")
        }
        guard !plan.items.isEmpty else {
            throw APIError(code: "plan-empty", sentence: "there is nothing to correct", remedy: "nestor plan")
        }
        let now = environment.now()
        let request = ChangeRequest(
            id: environment.newID(), selection: draft.selection, plan: plan, digest: digest, author: requester.name,
            authorPerson: requester.person, createdAt: now, expiresAt: now.addingTimeInterval(Double(seconds)),
            rollout: try (draft.rollout ?? RolloutWish()).over(environment.settings.rollout),
            entries: [ChangeEntry(word: .requested, by: requester.shown, at: now, text: text)])
        try await change(requester, "change.request", request.id, detail: text) { (work) throws(StoreFailure) in
            try work.put(changeRequest: request)
        }
        return request
    }

    /// A comment, a rejection, or an approval, which runs it.
    package func answer(_ word: ChangeWord, by requester: Requester) async throws(APIError) -> ChangeRequest {
        switch word.word {
        case .approved: return try await approve(word, by: requester)
        case .rejected, .commented:
            let entry = ChangeEntry(
                word: word.word, by: requester.shown, at: environment.now(), text: try said(word.text))
            let isOpenOnly = word.word == .rejected
            _ = try await changeRequest(word.id)
            let action = isOpenOnly ? "change.reject" : "change.comment"
            return try await change(requester, action, word.id, detail: entry.text) { (work) throws(StoreFailure) in
                var request = try work.openChangeRequest(word.id, at: entry.at, orClosed: !isOpenOnly)
                request.entries.append(entry)
                if isOpenOnly { request.state = .rejected }
                try work.put(changeRequest: request)
                return request.current(at: entry.at)
            }
        default:
            throw APIError(
                code: "change-word", sentence: "'\(word.word)' is nothing that can be said of a change request",
                remedy: "say commented, approved or rejected")
        }
    }

    /// Runs what was asked for, as it was seen; where the world changed since, there is a new plan to agree to.
    private func approve(_ word: ChangeWord, by requester: Requester) async throws(APIError) -> ChangeRequest {
        let request = try await changeRequest(word.id)
        guard request.state == .open else {
            throw APIError(
                code: "change-closed", sentence: "change request '\(request.id)' is \(request.state)",
                remedy: "ask for the change anew: nestor change request")
        }
        guard !environment.settings.fourEyes || !request.isFrom(requester.name, person: requester.person)
        else {
            throw APIError(
                code: "change-own", sentence: "\(requester.shown) asked for it, and somebody else has to approve it",
                remedy: "ask another of api.admins (remediation.four-eyes is set)")
        }
        let selection = request.selection ?? Selection(paths: request.paths)
        let plan = try await freshPlan(selection)
        let digest = try plan.digest()
        if digest != request.digest { try await planAgain(request, plan, digest) }
        guard digest == request.digest, word.digest == digest else {
            throw APIError(
                code: "plan-changed",
                sentence: "the plan of change request '\(request.id)' is not the one that was seen: the fleet or the "
                    + "policies changed",
                remedy: "look at the new one, and approve that: nestor change approve \(request.id)")
        }
        let entry = ChangeEntry(
            word: .approved, by: requester.shown, at: environment.now(),
            text: word.text.isEmpty ? "" : try said(word.text))
        _ = try await begin(plan, by: requester, selection: selection, rollout: request.rollout) {
            (work, remediation) throws(StoreFailure) in
            // In one transaction: what runs is approved, and what is approved runs once.
            var stored = try work.openChangeRequest(request.id, at: entry.at)
            guard stored.digest == digest else {
                throw StoreFailure(.conflict, "the change request was planned anew meanwhile", remedy: "look at it")
            }
            stored.entries.append(entry)
            stored.state = .approved
            stored.remediation = remediation.id
            try work.put(changeRequest: stored)
            try work.audit(
                AuditEntry(
                    actor: requester.name, action: "change.approve", subject: request.id,
                    detail: "runs as \(remediation.id)", origin: requester.origin))
        }
        return try await changeRequest(request.id)
    }

    private func planAgain(_ request: ChangeRequest, _ plan: Plan, _ digest: String) async throws(APIError) {
        let now = environment.now()
        try await change(.controller, "change.plan", request.id, detail: digest) { (work) throws(StoreFailure) in
            var stored = try work.openChangeRequest(request.id, at: now)
            stored.plan = plan
            stored.digest = digest
            stored.entries.append(
                ChangeEntry(
                    word: .planned, by: Requester.controller.name, at: now,
                    text: "the fleet or the policies changed: this is another plan, to be agreed to anew"))
            try work.put(changeRequest: stored)
        }
    }

    private func said(_ text: String) throws(APIError) -> String {
        let said = printable(text)
        guard !said.isEmpty else {
            throw APIError(code: "text-missing", sentence: "nothing was said", remedy: "--comment TEXT")
        }
        return said
    }
}

extension FleetReading {
    /// - Parameter orClosed: whether one that is not open any more will do.
    fileprivate func openChangeRequest(
        _ id: String, at now: Date, orClosed: Bool = false
    ) throws(StoreFailure) -> ChangeRequest {
        guard let stored = try changeRequest(id) else {
            throw StoreFailure(.conflict, "there is no change request '\(id)'", remedy: "nestor change list")
        }
        let state = stored.current(at: now).state
        guard orClosed || state == .open else {
            throw StoreFailure(
                .conflict, "change request '\(id)' is \(state)",
                remedy: "ask for the change anew: nestor change request")
        }
        return stored
    }
}
