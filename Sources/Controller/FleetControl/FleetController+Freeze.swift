package import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

extension FleetController {
    /// How many may stand: more than people keep in mind.
    static let mostFreezes = 100

    /// From now on no correction starts, anywhere or in the places that are named; what an agent already does ends
    /// safely there. Other freezes stand beside it, whoever made them and however much they hold.
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
            id: environment.newID(), reason: reason, by: requester.name, since: now, until: until,
            paths: paths.isEmpty ? nil : paths.sorted(), selector: request.selector)
        try await change(requester, "freeze", freeze.scope, detail: freeze.sentence) { (work) throws(StoreFailure) in
            try work.add(freeze)
        }
        progress.send(freeze.sentence)
        nudgeAll()
        return freeze
    }

    /// The controller's own word, which stands until a person ends it; said once, by however many hosts it is seen.
    func freezeUntilLookedAt(_ reason: String) async throws(APIError) {
        let freeze = Freeze(
            id: environment.newID(), reason: printable(reason), by: Requester.controller.name, since: environment.now())
        let isNew = try await record { (work) throws(StoreFailure) in
            guard try !work.freezes(at: freeze.since).contains(where: \.isOwn) else { return false }
            try work.add(freeze)
            try work.audit(
                AuditEntry(actor: freeze.by, action: "freeze", subject: freeze.scope, detail: freeze.sentence))
            return true
        }
        guard isNew else { return }
        await anchorAudit()
        progress.send(freeze.sentence)
        nudgeAll()
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

    /// Ends one, or all of them.
    /// - Parameters:
    ///   - id: which one; nil is the only one that stands.
    ///   - all: instead, whatever stands.
    /// - Returns: those that ended.
    @discardableResult
    package func unfreeze(_ id: String? = nil, all: Bool = false, by requester: Requester) async throws(APIError)
        -> [Freeze]
    {
        let now = environment.now()
        let standing = try await freezes()
        if let id, !standing.contains(where: { $0.id == id }) {
            throw APIError(
                code: "freeze-unknown", sentence: "no freeze '\(printable(id))' stands", remedy: "nestor freeze list")
        }
        let (ended, overtaken) = try await record { (work) throws(StoreFailure) in
            let standing = try work.freezes(at: now)
            // Nobody's freeze is lifted unseen.
            guard id != nil || all || standing.count <= 1 else {
                throw StoreFailure(
                    .conflict, "\(standing.count) freezes stand, and none is named: \(standing.sentence)",
                    remedy: "nestor freeze list, then nestor unfreeze ID; --all ends them all")
            }
            let ended = standing.filter { id == nil || $0.id == id }
            let left = standing.filter { !ended.contains($0) }
            try work.put(left.isEmpty ? nil : left, as: .freezes)
            if ended.isEmpty {
                try work.audit(
                    AuditEntry(actor: requester.name, action: "unfreeze", subject: "fleet", origin: requester.origin))
            }
            for freeze in ended {
                let since = freeze.since.formatted(.iso8601)
                try work.audit(
                    AuditEntry(
                        actor: requester.name, action: "unfreeze", subject: freeze.scope,
                        detail: "it was frozen since \(since) by \(freeze.by): \(freeze.reason)",
                        origin: requester.origin))
            }
            // As long as the controller's own stands, nobody has said that this run is the one to go on.
            return (ended, left.contains(where: \.isOwn) ? nil : try Self.overtake(work))
        }
        await anchorAudit()
        if let overtaken { epoch = overtaken }
        for freeze in ended { progress.send("\(freeze.subject) no longer frozen (\(freeze.reason))") }
        nudgeAll()
        return ended
    }

    /// All that stand.
    package func freezes() async throws(APIError) -> [Freeze] {
        let now = environment.now()
        return try await read { (work) throws(StoreFailure) in try work.freezes(at: now) }
    }
}

extension FleetWriting {
    fileprivate func add(_ freeze: Freeze) throws(StoreFailure) {
        let standing = try freezes(at: freeze.since)
        guard standing.count < FleetController.mostFreezes else {
            throw StoreFailure(
                .conflict, "\(standing.count) freezes stand, and no more may",
                remedy: "end those that are no longer needed: nestor freeze list, nestor unfreeze ID")
        }
        try put(standing + [freeze], as: .freezes)
    }
}

extension Freeze {
    /// Whether it is the controller's own, until a person looks.
    var isOwn: Bool { by == Requester.controller.name && isOfFleet && until == nil }
}
