package import ControllerAPI
import FleetStore
import FoundationEssentials
package import NestingModel

extension FleetController {
    /// Notes that a person has seen a finding. Nothing else changes: what a policy enforces is corrected all the same.
    package func acknowledge(
        _ request: AcknowledgeRequest, by requester: Requester
    ) async throws(APIError) -> Finding {
        let now = environment.now()
        let note = printable(request.note)
        guard !note.isEmpty else {
            throw APIError(
                code: "note-missing", sentence: "an acknowledgement needs a note",
                remedy: "nestor drift ack \(printable(request.finding)) --note TEXT")
        }
        if let until = request.until, until <= now {
            throw APIError(
                code: "time-past", sentence: "'until' is \(until.formatted(.iso8601)), which is over",
                remedy: "a time that is to come, or none")
        }
        let acknowledgement = FindingAcknowledgement(by: requester.name, at: now, note: note, until: request.until)
        let end = request.until.map { " until \($0.formatted(.iso8601))" } ?? ""
        return try await change(
            try await openFinding(request.finding), requester, "drift.acknowledge", .acknowledged,
            sentence: "\(note)\(end)"
        ) { finding in finding.acknowledgement = acknowledgement }
    }

    /// Takes an acknowledgement back.
    package func unacknowledge(_ name: String, by requester: Requester) async throws(APIError) -> Finding {
        let finding = try await openFinding(name)
        guard let acknowledgement = finding.acknowledgement else {
            throw APIError(code: "not-acknowledged", sentence: "'\(finding.id)' is not acknowledged")
        }
        return try await change(
            finding, requester, "drift.unacknowledge", .unacknowledged,
            sentence: "it was acknowledged by \(acknowledgement.by): \(acknowledgement.note)"
        ) { finding in finding.acknowledgement = nil }
    }

    /// Lets contested settings be corrected again, and a guest whose corrections failed be tried again. A path stands for
    /// all that is open there.
    package func settle(_ request: SettleRequest, by requester: Requester) async throws(APIError) -> Finding {
        let now = environment.now()
        let named = try await openFindings(request.finding)
        let (first, note) = (named[0], printable(request.note ?? ""))
        let subject = named.count == 1 ? first.id : first.path.description
        return try await change(requester, "drift.settle", subject, detail: note) { (work) throws(StoreFailure) in
            // Drift and a restart that is needed are two findings about one setting.
            let same = try work.openFindings().filter { finding in
                named.contains { $0.path == finding.path && $0.setting == finding.setting }
            }
            var troubled = try work.value(.troubledGuests, as: TroubledGuests.self) ?? TroubledGuests()
            let wasTroubled = troubled.guests.contains { $0.path == first.path }
            let contested = same.filter { $0.contest != nil }
            // As versions before stopped it, for good and for the whole fleet.
            let wasStopped = try work.value(.enforcementStopped, as: String.self) != nil
            guard wasTroubled || wasStopped || !contested.isEmpty else {
                throw StoreFailure(
                    .conflict, "'\(subject)' is neither contested nor left out after a failure: nothing is to settle",
                    remedy: "nestor drift and nestor status show what is")
            }
            troubled.forget(first.path)
            if wasTroubled { try work.put(troubled.guests.isEmpty ? nil : troubled, as: .troubledGuests) }
            if wasStopped { try work.put(nil as String?, as: .enforcementStopped) }
            let settled = contested.map { finding in
                var finding = finding
                finding.contest = nil
                return finding
            }
            try work.put(findings: settled)
            try work.add(
                history: (contested.isEmpty ? [first] : contested).map {
                    HistoryEntry(.settled, $0, at: now, by: requester.name, sentence: note.isEmpty ? nil : note)
                })
            return try work.findings(ids: [first.id]).first ?? first
        }
    }

    /// - Parameter name: an id, or a path at which only one finding is open.
    func openFinding(_ name: String) async throws(APIError) -> Finding {
        let there = try await openFindings(name)
        guard there.count == 1 else {
            throw APIError(
                code: "finding-ambiguous", sentence: "\(there.count) findings are open at '\(printable(name))'",
                remedy: "name one of them: \(there.map(\.id).joined(separator: ", "))")
        }
        return there[0]
    }

    /// - Parameter name: an id, or a path.
    /// - Returns: at least one.
    private func openFindings(_ name: String) async throws(APIError) -> [Finding] {
        let named = try await read { (work) throws(StoreFailure) in try work.findings(ids: [name]) }
        if let finding = named.first, finding.state.isOpen { return [finding] }
        var there: [Finding] = []
        if let path = NodePath(name) {
            there = try await findings(path: path, resolved: false).filter { $0.path == path }.sorted { $0.id < $1.id }
        }
        guard !there.isEmpty else {
            throw APIError(
                code: "finding-unknown", sentence: "there is no open finding '\(printable(name))'",
                remedy: "nestor drift shows their ids")
        }
        return there
    }

    private func change(
        _ finding: Finding, _ requester: Requester, _ action: String, _ kind: HistoryKind, sentence: String,
        _ body: @escaping @Sendable (inout Finding) -> Void
    ) async throws(APIError) -> Finding {
        let now = environment.now()
        return try await change(requester, action, finding.id, of: finding.path, detail: sentence) {
            (work) throws(StoreFailure) in
            // As it is now: an evaluation may have ended it meanwhile.
            guard var stored = try work.findings(ids: [finding.id]).first, stored.state.isOpen else {
                throw StoreFailure(
                    .conflict, "'\(finding.id)' was resolved or exempted meanwhile", remedy: "nestor drift")
            }
            body(&stored)
            try work.put(findings: [stored])
            try work.add(history: [
                HistoryEntry(kind, stored, at: now, by: requester.name, sentence: sentence)
            ])
            return stored
        }
    }
}
