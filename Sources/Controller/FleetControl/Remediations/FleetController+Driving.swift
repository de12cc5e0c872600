import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import StructuredLog

extension FleetController {
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
            var isBroken = false
            do throws(APIError) {
                try await RemediationRun(controller: self, environment: self.environment, id: id).run()
            } catch {
                isBroken = true
                self.environment.log.error("remediation stopped", ["remediation": id, "cause": "\(error)"])
            }
            await self.driven(id, isBroken: isBroken)
        }
    }

    private func driven(_ id: String, isBroken: Bool) async {
        driving[id] = nil
        do throws(APIError) {
            let remediation = try await remediation(id)
            // Somebody said something else in the moment in which it stopped.
            if remediation.state == .running, !isBroken { return drive(id) }
            progress.send(
                remediation: id, remediation.sentence.isEmpty ? "\(remediation.state)" : remediation.sentence,
                last: true)
            guard !isStopping else { return }
            if remediation.state == .succeeded { await enforce() }
        } catch {
            environment.log.error("cannot read a remediation", ["remediation": id, "cause": "\(error)"])
        }
    }

    // MARK: What a running one is told

    func listen(_ id: String, _ nudge: @escaping @Sendable () -> Void) { nudges[id] = nudge }
    func stopListening(_ id: String) { nudges[id] = nil }

    /// Something changed that decides what may start.
    func nudgeAll() {
        for nudge in nudges.values { nudge() }
    }

    /// False also where that can't be told.
    func isAborted(_ id: String) async -> Bool {
        (try? await remediation(id))?.asked?.word == .abort
    }

    /// Corrected guests of a remediation that did not stay so, by their numbers, read afresh.
    /// - Parameter strictly: whether a host that can't be read counts, too.
    func regressed(_ remediation: Remediation, strictly: Bool) async throws(APIError) -> [Int: String] {
        let corrected = remediation.items.indices.filter { remediation.items[$0].outcome == .corrected }
        let plans = corrected.map { remediation.plan.items[$0] }
        let known = Set(try await enrolled().map(\.path))
        let hosts = Set(plans.map(\.host) + plans.compactMap(\.verifyInside)).intersection(known)
        let rows = try await sweep(SweepRequest(paths: hosts.sorted()))
        let open = try await read { (work) throws(StoreFailure) in try work.findings(ids: plans.flatMap(\.findings)) }
        return corrected.reduce(into: [:]) { found, index in
            let plan = remediation.plan.items[index]
            if let finding = open.first(where: { $0.state == .open && plan.findings.contains($0.id) }) {
                found[index] = "corrected, and it did not stay so: \(finding.sentence)"
            } else if strictly {
                let lost = rows.first { row in
                    (row.path == plan.host || row.path == plan.verifyInside) && row.health.state != .ok
                }
                if let lost {
                    found[index] = "corrected, and then '\(lost.path)' could no longer be read: \(lost.health.sentence)"
                }
            }
        }
    }
}
