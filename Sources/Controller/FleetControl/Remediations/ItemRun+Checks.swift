import ControllerAPI
import FoundationEssentials
import NestingModel

extension ItemRun {
    /// Fresh reports, just before the first touch: never act on an old one.
    mutating func read() async throws(ItemEnd) {
        let rows: [HostRow]
        let open: [Finding]
        do throws(APIError) {
            let hosts = Set([plan.host] + plan.drains.map(\.host) + (plan.verifyInside.map { [$0] } ?? []))
            rows = try await controller.sweep(SweepRequest(paths: hosts.sorted()))
            open = try await controller.findings(path: plan.path, resolved: false)
            if let inside = plan.verifyInside {
                item.bootIDBefore = try await controller.host(inside).report?.host.bootID.value
            }
            let guests = try await controller.host(plan.host).report?.guests.value ?? []
            item.before = guests.first { $0.uuid == plan.uuid }.map(plan.change.before(in:))
        } catch {
            throw .refused(error.sentence, remedy: error.remedy)
        }
        if let row = rows.first(where: { $0.path == plan.host && $0.health.state != .ok }) {
            throw .refused("its host can't be read: \(row.health.sentence)", remedy: row.health.remedy)
        }
        let identity: Set<FindingKind> = [.guestMoved, .clone, .falseClaim]
        if let conflict = open.first(where: { $0.path == plan.path && identity.contains($0.kind) }) {
            throw .refused(conflict.sentence, remedy: conflict.remedy)
        }
        let cause: (sentence: String, remedy: String)?
        do throws(APIError) {
            cause = try await controller.whyNoLonger(
                plan, isAsked: rollsBack, isEnforced: isEnforced, ofItsFindingsAlone: ofItsFindingsAlone)
        } catch {
            throw .refused(error.sentence, remedy: error.remedy)
        }
        if let cause { throw .refused(cause.sentence, remedy: cause.remedy) }
    }

    /// Asks the guest's own agent, until it answers from a new boot or the time for a start is over.
    /// - Parameter restarted: as the record of the correction has it.
    func verify(restarted: Bool?) async throws(ItemEnd) -> (verification: Verification, sentence: String) {
        guard let inside = plan.verifyInside else {
            return (.hostOnly, "it has no agent: verified from its host only")
        }
        say(inside, "waiting for its agent, to check the change inside")
        // What was open to it ended with its restart, and may not know that yet.
        await controller.sessions.drop(inside)
        let countdown = Countdown(environment.settings.startDeadline, on: environment.clock)
        var last: (verification: Verification, sentence: String) = (.inconclusive, "its agent did not answer in time")
        repeat {
            await controller.readAndStore(inside)
            let view: HostView
            do throws(APIError) {
                view = try await controller.host(inside)
            } catch {
                throw .interrupted("what '\(inside)' reports can't be told: \(error.sentence)")
            }
            if view.health.state == .ok, let report = view.report {
                let judgement = Judgement(
                    of: plan.change, bootIDBefore: item.bootIDBefore, restarted: restarted, report: report)
                last = (judgement.verification, judgement.sentence)
                // A boot from before is answered while the guest has not gone down yet, or never will.
                if judgement.verification != .inconclusive { return last }
            } else {
                last = (.inconclusive, "its agent does not answer: \(view.health.sentence)")
            }
            do {
                try await environment.clock.sleep(for: .seconds(1))
            } catch {
                return last  // the controller stops: the step is done again after its next start
            }
        } while !countdown.isOver
        return last
    }
}
