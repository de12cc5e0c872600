import ControllerAPI
import FleetStore
import NestingModel

/// What an item asks of agents.
extension ItemRun {
    /// - Parameter again: the drains were sent before this controller started: their holds are prolonged, so that none
    ///   runs out under what follows.
    func drain(again: Bool) async throws(ItemEnd) {
        for (number, step) in plan.drains.enumerated() {
            if number > 0 { try await refuseWhereHeld() }
            let request = CorrectionRequest(
                id: item.drains[number], verb: .drainGuests, guests: step.guests,
                shutdownSeconds: plan.rules.shutdownSeconds, startSeconds: startSeconds, holdSeconds: holdSeconds)
            say(step.host, "draining: \(step.guests.count) guest\(step.guests.count == 1 ? "" : "s")")
            let record = try await settle(request, on: step.host, held: number) { $0.phase == .holding }
            guard record.phase == .holding else {
                throw .ended(
                    .failed, "'\(step.host)' could not be drained: \(printable(record.sentence))",
                    remedy: printable(record.remedy))
            }
            if again { try await prolong(number) }
        }
    }

    /// Lets a drain hold for as long again as all that follows can take.
    private func prolong(_ number: Int) async throws(ItemEnd) {
        try await conversation.renew(
            item.drains[number], on: plan.drains[number].host, holdSeconds: holdSeconds, deadline: wholeDeadline)
    }

    func correct() async throws(ItemEnd) -> CorrectionRecord {
        let request = CorrectionRequest(
            id: item.correction, verb: .setGuest, guest: plan.uuid, change: plan.change,
            definitionDigest: plan.definitionDigest, consent: plan.rules.consent,
            shutdownSeconds: plan.rules.shutdownSeconds, startSeconds: startSeconds, holdSeconds: verdictSeconds)
        return try await settle(request, on: plan.host, held: plan.drains.count) { $0.phase == .awaitingVerdict }
    }

    /// After a start of the controller in this step. Where the agent has the correction it goes on; where it has not,
    /// the guests inside may have been started again meanwhile, and are stopped first or nothing is done.
    func takenUp() async throws(ItemEnd) -> CorrectionRecord? {
        do throws(ItemEnd) {
            return try await conversation.recall(item.correction, on: plan.host, deadline: wholeDeadline) {
                $0.phase == .awaitingVerdict
            }
        } catch .absent where item.step == .correcting {
            try await refuseWhereHeld(since: Self.wasDown)
            try await drain(again: true)
            return nil
        }
    }

    func finish() async throws(ItemEnd) -> CorrectionRecord {
        try throwIfStopping()
        let verdict = Judgement.verdict(on: item.verification ?? .inconclusive, of: plan.change)
        say(plan.path, verdict == .commit ? "keeping the change" : "taking the change back")
        return try await conversation.finish(item.correction, verdict, on: plan.host, deadline: wholeDeadline)
    }

    /// Starts again what was drained, the outer hosts first. What can't be started is told, and is the hold's to start.
    mutating func release() async {
        guard !plan.drains.isEmpty, item.step != .waiting, item.step != .reading else { return }
        item.step = .releasing
        try? await store()
        for (number, step) in plan.drains.enumerated().reversed() {
            say(step.host, "starting again what ran")
            do throws(ItemEnd) {
                let record = try await conversation.finish(
                    item.drains[number], .commit, on: step.host, deadline: wholeDeadline)
                // What was refused was never stopped, and is told already.
                if record.outcome != .committed && record.outcome != .refused {
                    note("in '\(step.host)': \(printable(record.sentence))", printable(record.remedy))
                }
            } catch .absent {
                continue  // it was never sent: the item ended before
            } catch {
                note(
                    "'\(step.host)' could not be told to start its guests (\(error.sentence))",
                    "it starts them by itself within \(holdSeconds) s of its drain")
            }
        }
    }

    private mutating func note(_ sentence: String, _ remedy: String) {
        item.sentence += "; \(sentence)"
        if !remedy.isEmpty { item.remedy = remedy }
        // Guests that need KVM can't start where it was just hidden: that is what was asked for, and is told.
        if item.outcome == .corrected && plan.change.exposure != false { item.outcome = .failed }
    }

    /// Sends a correction, with its audit record first, and follows it until it waits or ended.
    /// - Parameter held: how many of the item's drains hold; with none nothing was done before it.
    private func settle(
        _ request: CorrectionRequest, on host: NodePath, held: Int,
        until waits: @Sendable (CorrectionRecord) -> Bool
    ) async throws(ItemEnd) -> CorrectionRecord {
        try throwIfStopping()
        do throws(APIError) {
            try await controller.change(
                Requester(name: requestedBy), "correction.send", request.id, of: plan.path,
                detail: "\(request.verb) on \(host): \(plan.steps.joined(separator: "; "))"
            ) { (_) throws(StoreFailure) in }
        } catch {
            throw .refused("it could not be recorded: \(error.sentence)", remedy: error.remedy)
        }
        return try await conversation.settle(request, on: host, deadline: wholeDeadline, until: waits) {
            await objection(held: held)
        }
    }

    /// Why an order that could not be brought to its agent at once is not sent any more: the world went on meanwhile.
    private func objection(held: Int) async -> ItemEnd? {
        do throws(ItemEnd) {
            if held == 0 {
                // Nothing was done: all is looked at once more that is looked at before the first touch.
                var again = self
                try await again.read()
                try await waitWhereHeld()
            } else {
                try await refuseWhereHeld(since: "its agent could not be reached")
                // None may run out, and start its guests again, under what is sent so late.
                for number in 0..<held { try await prolong(number) }
            }
            return nil
        } catch {
            return error
        }
    }

    /// Whether no agent has anything of an item that an earlier run of the controller had begun.
    func isUntouched() async throws(ItemEnd) -> Bool {
        let (first, host) = plan.drains.isEmpty ? (item.correction, plan.host) : (item.drains[0], plan.drains[0].host)
        do throws(ItemEnd) {
            _ = try await conversation.recall(first, on: host, deadline: wholeDeadline) { _ in true }
            return false
        } catch .absent {
            return true
        }
    }

    func conclude(_ record: CorrectionRecord) -> ItemEnd {
        let said = printable(record.sentence)
        switch record.outcome {
        case .committed where item.verification == nil && item.step == .correcting:
            return .ended(.corrected, said.isEmpty ? "done" : said, remedy: "")
        case .committed where item.verification == .passed || item.verification == .hostOnly:
            return .ended(.corrected, item.sentence, remedy: "")
        case .committed, .kept:
            return .ended(
                .unverified,
                "the change holds, and the check inside says: \(item.verification ?? .inconclusive) (\(item.sentence))",
                remedy: "look inside '\(plan.path)'; nothing was taken back")
        case .rolledBack:
            return .ended(.rolledBack, said.isEmpty ? item.sentence : said, remedy: printable(record.remedy))
        case .refused: return .ended(.refused, said, remedy: printable(record.remedy))
        default: return .ended(.failed, said, remedy: printable(record.remedy))
        }
    }
}
