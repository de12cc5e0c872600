import ControllerAPI
import DriftReports
import FleetStore
import FoundationEssentials
import StructuredLog

extension FleetController {
    /// Writes the head of the audit log into the daemon's log when it is time to and, where a webhook is to have it,
    /// puts it into that one's outbox first.
    func anchorAudit() async {
        do throws(APIError) {
            let head = try await read { (work) throws(StoreFailure) in try work.auditHead() }
            let (before, now) = (anchor, environment.now())
            guard anchor.isDue(head, at: now) else { return }
            environment.log.notice("audit head", ["records": "\(head.number)", "hash": head.hash])
            guard environment.settings.anchor != nil else { return }
            let letter = AnchorOutbox.Letter(id: "audit-head.\(environment.newID())", head: head, at: now)
            do throws(APIError) {
                try await record { (work) throws(StoreFailure) in
                    var outbox = try work.value(.anchorOutbox, as: AnchorOutbox.self) ?? AnchorOutbox()
                    outbox.take(letter)
                    try work.put(outbox, as: .anchorOutbox)
                }
            } catch {
                anchor = before  // due still
                throw error
            }
            startAnchoring()
        } catch {
            environment.log.error("the head of the audit log is not anchored", ["cause": "\(error)"])
        }
    }

    /// Sends what waits, in order.
    func startAnchoring() {
        guard let place = environment.settings.anchor, anchoring == nil, !isStopping else { return }
        // Unstructured, as a slow receiver must hold nobody up; `stop` cancels it and waits for it.
        anchoring = Task {
            do throws(APIError) {
                while try await self.sendHead(to: place) {}
            } catch {
                self.environment.log.error("an anchored head is not recorded", ["cause": "\(error)"])
            }
            self.anchoring = nil
        }
    }

    /// - Returns: whether one arrived. Killed between arrival and record, it is sent again, with the same id.
    private func sendHead(to place: WebhookPlace) async throws(APIError) -> Bool {
        guard !isStopping, !Task.isCancelled, let outbox = try await anchorOutbox(), let letter = outbox.waiting.first,
            outbox.health.mayTry(at: environment.now())
        else { return false }
        var failure: DeliveryFailure?
        do throws(DeliveryFailure) {
            try await environment.headCourier.deliver(
                AuditHeadLetter(
                    id: letter.id, controller: controllerID, head: letter.head, headAt: letter.at, place: place,
                    at: environment.now()))
        } catch {
            if Task.isCancelled { return false }  // cut off by our own end: nobody refused anything
            failure = error
        }
        let (now, failed) = (environment.now(), failure)
        try await record { (work) throws(StoreFailure) in
            var outbox = try work.value(.anchorOutbox, as: AnchorOutbox.self) ?? AnchorOutbox()
            if let failed {
                outbox.health.failed(failed, at: now)
            } else {
                outbox.health.delivered(at: now)
                outbox.arrived(letter.id)
            }
            try work.put(outbox, as: .anchorOutbox)
        }
        if let failed {
            environment.log.warning("the head of the audit log is not delivered", ["cause": "\(failed)"])
        }
        return failed == nil
    }

    /// Nil where no webhook is to have it.
    func anchorStatus() async throws(APIError) -> AuditAnchorStatus? {
        guard let place = environment.settings.anchor else { return nil }
        let outbox = try await anchorOutbox() ?? AnchorOutbox()
        return AuditAnchorStatus(
            place: place.origin, waiting: outbox.waiting.count, delivered: outbox.delivered?.head, health: outbox.health
        )
    }

    private func anchorOutbox() async throws(APIError) -> AnchorOutbox? {
        try await read { (work) throws(StoreFailure) in try work.value(.anchorOutbox, as: AnchorOutbox.self) }
    }
}
