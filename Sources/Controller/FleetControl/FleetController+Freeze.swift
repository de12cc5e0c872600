package import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

extension FleetController {
    /// From now on no correction starts, anywhere or in the places that are named; what an agent already does ends
    /// safely there.
    package func freeze(_ request: FreezeRequest, by requester: Requester) async throws(APIError) -> Freeze {
        let reason = printable(request.reason)
        guard !reason.isEmpty else {
            throw APIError(
                code: "reason-missing", sentence: "a freeze needs a reason", remedy: "nestor freeze --reason TEXT")
        }
        let now = environment.now()
        let until = try end(of: request, from: now)
        let paths = request.paths ?? []
        guard paths.isEmpty || request.selector == nil else {
            throw APIError(
                code: "freeze-place",
                sentence: "a freeze is of places or of what a selector selects, and both are said",
                remedy: "leave one out: a selector has paths, too")
        }
        try await check(Selection(paths: paths, selector: request.selector))
        let freeze = Freeze(
            reason: reason, by: requester.name, since: now, until: until, paths: paths.isEmpty ? nil : paths.sorted(),
            selector: request.selector)
        try await change(requester, "freeze", freeze.scope, detail: freeze.sentence) { (work) throws(StoreFailure) in
            // Nobody's freeze is lifted by somebody else's.
            if let other = try work.freeze(at: now), !freeze.covers(other) {
                throw StoreFailure(
                    .conflict, "\(other.sentence), and \(freeze.scope) alone would lift that",
                    remedy: freeze.remedy(beside: other))
            }
            try work.put(freeze, as: .freeze)
        }
        progress.send(freeze.sentence)
        nudgeAll()
        return freeze
    }

    private func end(of request: FreezeRequest, from now: Date) throws(APIError) -> Date? {
        let end = request.until ?? request.seconds.map { now.addingTimeInterval(Double($0)) }
        if request.until != nil, request.seconds != nil {
            throw APIError(
                code: "freeze-end", sentence: "a freeze has one end, and both --until and --for are said",
                remedy: "leave one out")
        }
        if let end, end <= now {
            throw APIError(
                code: "freeze-end",
                sentence: "the freeze would end at \(end.formatted(.iso8601)), and it is \(now.formatted(.iso8601))",
                remedy: "give an end that is to come")
        }
        return end
    }

    package func unfreeze(by requester: Requester) async throws(APIError) {
        let ended = try await currentFreeze().map { freeze in
            "it was frozen since \(freeze.since.formatted(.iso8601)) by \(freeze.by): \(freeze.reason)"
        }
        let overtaken = try await change(requester, "unfreeze", "fleet", detail: ended ?? "") {
            (work) throws(StoreFailure) in
            try work.put(nil as Freeze?, as: .freeze)
            return try Self.overtake(work)
        }
        if let overtaken { epoch = overtaken }
        progress.send("the fleet is no longer frozen")
        nudgeAll()
    }

    /// nil also where its time is over.
    func currentFreeze() async throws(APIError) -> Freeze? {
        let now = environment.now()
        return try await read { (work) throws(StoreFailure) in try work.freeze(at: now) }
    }
}

extension Freeze {
    /// What holds both.
    fileprivate func remedy(beside other: Freeze) -> String {
        guard let paths, let others = other.paths else { return "freeze all of it, or first: nestor unfreeze" }
        let both = Set(paths + others).sorted().map(\.description).joined(separator: " ")
        return "freeze both: nestor freeze \(both) --reason …; or first: nestor unfreeze"
    }
}
