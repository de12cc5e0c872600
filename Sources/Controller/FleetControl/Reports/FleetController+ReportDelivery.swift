import ControllerAPI
import DriftReports
import FleetStore
import FoundationEssentials
import NestingModel
import StructuredLog

/// What goes to a recipient next.
private struct NextDelivery: Sendable {
    var delivery: ReportDelivery
    var health: RecipientHealth
    /// Nil where the recipient or the run is no more: then there is nothing to send.
    var parcel: ReportParcel?
}

extension FleetController {
    /// Sends what waits: in order from each queue, to all recipients at once, so that none holds another up. The
    /// addresses of a mailing have one server, and are seen to one after another.
    func startDeliveries() async {
        guard !isStopping else { return }
        let queues: [RecipientKey: Int]
        do throws(APIError) {
            queues = try await read { (work) throws(StoreFailure) in try work.waitingDeliveries() }
        } catch {
            return environment.log.error("the outbox can't be read", ["cause": "\(error)"])
        }
        let recipients = Dictionary(grouping: queues.keys) { RecipientKey(report: $0.report, recipient: $0.recipient) }
        for (recipient, queues) in recipients where delivering[recipient] == nil && !isStopping {
            // Unstructured, as a slow recipient must hold nobody up; `stop` cancels it and waits for it.
            delivering[recipient] = Task {
                for queue in queues.sorted(by: { $0.description < $1.description }) { await self.deliver(to: queue) }
                self.delivering[recipient] = nil
            }
        }
    }

    private func deliver(to key: RecipientKey) async {
        do throws(APIError) {
            while !isStopping, !Task.isCancelled, let next = try await next(for: key) {
                guard next.health.mayTry(at: environment.now()) else { return }
                guard let parcel = next.parcel else {
                    try await record { (work) throws(StoreFailure) in
                        try work.remove(delivery: next.delivery.number)
                    }
                    continue
                }
                guard try await attempt(parcel, next) else { return }
            }
        } catch {
            environment.log.error("a delivery is not recorded", ["recipient": "\(key)", "cause": "\(error)"])
        }
    }

    private func next(for key: RecipientKey) async throws(APIError) -> NextDelivery? {
        let now = environment.now()
        return try await read { (work) throws(StoreFailure) in
            guard let delivery = try work.deliveries(to: key).first else { return nil }
            // Of today's definition: an address that was put right holds for what waits, too.
            let report = try work.reports().reports.first { $0.name == key.report }
            let recipient = report?.recipients.first { $0.name == key.recipient }
            var next = NextDelivery(
                delivery: delivery, health: try work.recipientHealth(key) ?? RecipientHealth())
            if let report, let recipient, RecipientKey.all(of: recipient, in: report.name).contains(key),
                let run = try work.reportRun(of: key.report, id: delivery.run)
            {
                next.parcel = ReportParcel(
                    id: delivery.id, run: run, format: delivery.format, formats: report.formats, place: recipient.place,
                    address: key.address, at: now)
            }
            return next
        }
    }

    /// - Returns: whether it arrived. Killed between arrival and record, it is sent again, with the same id.
    private func attempt(_ parcel: ReportParcel, _ next: NextDelivery) async throws(APIError) -> Bool {
        let key = next.delivery.key
        var failure: DeliveryFailure?
        do throws(DeliveryFailure) {
            try await environment.courier.deliver(parcel)
        } catch {
            if Task.isCancelled { return false }  // cut off by our own end: nobody refused anything
            failure = error
        }
        let (now, failed) = (environment.now(), failure)
        try await record { (work) throws(StoreFailure) in
            // Removed with its report meanwhile: then there is no state to keep.
            guard try work.deliveries(to: key).contains(where: { $0.number == next.delivery.number }) else { return }
            var health = try work.recipientHealth(key) ?? RecipientHealth()
            if let failed {
                health.failed(failed, at: now)
            } else {
                health.delivered(at: now)
                try work.remove(delivery: next.delivery.number)
            }
            try work.put(health: health, of: key)
        }
        if let failed {
            environment.log.warning("a report is not delivered", ["recipient": "\(key)", "cause": "\(failed)"])
        }
        return failed == nil
    }
}
