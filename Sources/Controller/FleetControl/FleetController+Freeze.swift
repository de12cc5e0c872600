package import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

extension FleetController {
    /// From now on no correction starts; what an agent already does ends safely there.
    package func freeze(_ request: FreezeRequest, by requester: Requester) async throws(APIError) -> Freeze {
        let reason = printable(request.reason)
        guard !reason.isEmpty else {
            throw APIError(
                code: "reason-missing", sentence: "a freeze needs a reason", remedy: "nestor freeze --reason TEXT")
        }
        let freeze = Freeze(reason: reason, by: requester.name, since: environment.now())
        try await change(requester, "freeze", "fleet", detail: reason) { (work) throws(StoreFailure) in
            try work.put(freeze, as: .freeze)
        }
        progress.send("the fleet is frozen: \(reason)")
        return freeze
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
    }

    func currentFreeze() async throws(APIError) -> Freeze? {
        try await read { (work) throws(StoreFailure) in try work.value(.freeze, as: Freeze.self) }
    }
}
