package import ControllerAPI
import FleetStore
package import NestingModel

extension FleetController {
    /// Newest first.
    package func remediations() async throws(APIError) -> [Remediation] {
        try await read { (work) throws(StoreFailure) in try work.remediations(limit: 200) }
    }

    package func remediation(_ id: String) async throws(APIError) -> Remediation {
        guard let found = try await read({ (work) throws(StoreFailure) in try work.remediation(id) }) else {
            throw APIError(
                code: "remediation-unknown", sentence: "there is no remediation '\(printable(id))'",
                remedy: "nestor remediation list")
        }
        return found
    }

    /// Takes an interrupted remediation up again, at the step where it stood; one that was just paused goes on.
    package func resume(_ id: String, by requester: Requester) async throws(APIError) -> Remediation {
        let remediation = try await remediation(id)
        if let driven = driving[id] {
            if remediation.state == .running, remediation.asked == nil { return remediation }
            // It has just stopped, and its driver is about to let go of it.
            if remediation.state != .running { await driven.value }
        }
        guard remediation.state == .interrupted || remediation.state == .running else { throw ended(remediation) }
        let freezes = try await freezes().filter(\.isOfFleet)
        guard freezes.isEmpty else {
            throw APIError(code: "frozen", sentence: freezes.sentence, remedy: freezes.remedy)
        }
        let resumed = try await change(requester, "remediation.resume", id) { (work) throws(StoreFailure) in
            // As it is now: two who ask at once must not write an old journal over what goes on.
            guard var stored = try work.remediation(id) else { return remediation }
            guard stored.asked?.word != .abort else {
                throw StoreFailure(
                    .conflict, "remediation \(id) was aborted by \(stored.asked?.by ?? "")",
                    remedy: "when it has ended, nestor plan shows what is left to do")
            }
            guard stored.state == .interrupted || stored.state == .running else { return stored }
            stored.state = .running
            stored.sentence = ""
            stored.asked = nil
            try work.put(remediation: stored)
            return stored
        }
        if resumed.state == .running { drive(id) }
        nudgeAll()
        return resumed
    }

    /// Nothing new starts; what is in motion ends, and then it waits to be resumed.
    package func pause(_ id: String, by requester: Requester) async throws(APIError) -> Remediation {
        try await ask(.pause, of: id, by: requester)
    }

    /// Nothing new starts, and what has not begun never will; what is in motion ends safely, with its guests running
    /// again. One that waits for a host that can't be reached any more ends too.
    package func abort(_ id: String, by requester: Requester) async throws(APIError) -> Remediation {
        try await ask(.abort, of: id, by: requester)
    }

    private func ask(
        _ word: RemediationAsk.Word, of id: String, by requester: Requester
    ) async throws(APIError) -> Remediation {
        let before = try await remediation(id)
        guard before.state == .running || before.state == .interrupted else { throw ended(before) }
        // An interrupted one has just stopped, and its driver is about to let go of it.
        if before.state == .interrupted, let driven = driving[id] { await driven.value }
        let now = environment.now()
        let asked = try await change(requester, "remediation.\(word)", id) { (work) throws(StoreFailure) in
            var stored = try work.storedRemediation(id)
            guard stored.state == .running || stored.state == .interrupted else {
                throw StoreFailure(
                    .conflict, "remediation '\(id)' has ended: \(stored.state)",
                    remedy: "nestor plan shows what is left to do")
            }
            if word == .pause {
                guard stored.state == .running else {
                    throw StoreFailure(
                        .conflict, "remediation '\(id)' does not run: \(stored.sentence)",
                        remedy: "nestor remediation resume \(id), or nestor remediation abort \(id)")
                }
                guard stored.asked?.word != .abort else {
                    throw StoreFailure(
                        .conflict, "remediation '\(id)' is being aborted (\(stored.asked?.by ?? ""))",
                        remedy: "nestor remediation show \(id)")
                }
            }
            stored.asked = RemediationAsk(word: word, by: requester.name, at: now)
            // Its driver brings to its end what had begun, and skips the rest.
            stored.state = .running
            try work.put(remediation: stored)
            return stored
        }
        progress.send(remediation: id, "\(word) asked by \(requester.name)")
        drive(id)
        nudgeAll()
        return asked
    }

    private func ended(_ remediation: Remediation) -> APIError {
        APIError(
            code: "remediation-ended", sentence: "remediation '\(remediation.id)' has ended: \(remediation.state)",
            remedy: "nestor plan shows what is left to do")
    }
}
