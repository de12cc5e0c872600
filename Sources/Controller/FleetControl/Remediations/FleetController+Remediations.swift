package import ControllerAPI
import FleetStore
package import NestingModel
import StructuredLog

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

    /// Takes an interrupted remediation up again, at the step where it stood.
    package func resume(_ id: String, by requester: Requester) async throws(APIError) -> Remediation {
        let remediation = try await remediation(id)
        if let driven = driving[id] {
            if remediation.state == .running { return remediation }
            // It has just stopped, and its driver is about to let go of it.
            await driven.value
        }
        guard remediation.state == .interrupted || remediation.state == .running else {
            throw APIError(
                code: "remediation-ended", sentence: "remediation '\(id)' has ended: \(remediation.state)",
                remedy: "nestor plan shows what is left to do")
        }
        if let freeze = try await currentFreeze() {
            throw APIError(
                code: "frozen", sentence: "the fleet is frozen: \(freeze.reason) (\(freeze.by))",
                remedy: "nestor unfreeze")
        }
        let resumed = try await change(requester, "remediation.resume", id) { (work) throws(StoreFailure) in
            // As it is now: two who ask at once must not write an old journal over what goes on.
            guard var stored = try work.remediation(id) else { return remediation }
            guard stored.state == .interrupted else { return stored }
            stored.state = .running
            stored.sentence = ""
            try work.put(remediation: stored)
            return stored
        }
        if resumed.state == .running { drive(id) }
        return resumed
    }

    /// After a start: what ran when the controller ended goes on; what somebody stopped waits for them.
    func resumeUnfinished() async {
        do throws(APIError) {
            for remediation in try await read({ (work) throws(StoreFailure) in try work.unfinishedRemediations() })
            where remediation.state == .running {
                environment.log.notice("taking a remediation up again", ["remediation": remediation.id])
                drive(remediation.id)
            }
        } catch {
            environment.log.error("cannot look for unfinished remediations", ["cause": "\(error)"])
        }
    }

    /// Runs a stored remediation to its end; once per process. While the controller stops it stays journalled, for the
    /// next start to take up.
    func drive(_ id: String) {
        guard driving[id] == nil, !isStopping else { return }
        // Goes on after the request that began it; `stop` waits for it.
        driving[id] = Task {
            do throws(APIError) {
                try await RemediationRun(controller: self, environment: self.environment, id: id).run()
            } catch {
                self.environment.log.error("remediation stopped", ["remediation": id, "cause": "\(error)"])
            }
            await self.driven(id)
        }
    }

    private func driven(_ id: String) async {
        driving[id] = nil
        do throws(APIError) {
            let remediation = try await remediation(id)
            progress.send(
                remediation: id, remediation.sentence.isEmpty ? "\(remediation.state)" : remediation.sentence,
                last: true)
            guard !isStopping else { return }
            if remediation.state == .succeeded { await enforce() }
        } catch {
            environment.log.error("cannot read a remediation", ["remediation": id, "cause": "\(error)"])
        }
    }
}
