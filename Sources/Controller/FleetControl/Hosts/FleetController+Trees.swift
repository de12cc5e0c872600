import ControllerAPI
import FleetStore
import NestingModel

extension FleetController {
    /// Takes a nesting tree for one operator's work: two at once would write the same authorized_keys, and one's way to
    /// a guest would be lost.
    func takeTree(of path: NodePath) throws(APIError) {
        guard operated.insert(path.root).inserted else {
            throw APIError(
                code: "host-busy", sentence: "somebody enrols, upgrades or removes a host of '\(path.root)' right now",
                remedy: "try again when that is done")
        }
    }

    func releaseTree(of path: NodePath) { operated.remove(path.root) }
}

extension FleetWriting {
    /// Whoever applies a fleet file that was made from an older fleet is told.
    func raiseFleetRevision() throws(StoreFailure) {
        try put((try value(.fleetRevision, as: Int.self) ?? 0) + 1, as: .fleetRevision)
    }

    /// - Parameter interrupted: whether one that waits for a person holds the host, too.
    func checkNoRemediation(on path: NodePath, interrupted: Bool) throws(StoreFailure) {
        let busy = try unfinishedRemediations().first { remediation in
            (interrupted || remediation.state == .running) && remediation.plan.items.contains { $0.touches(path) }
        }
        guard let busy else { return }
        throw StoreFailure(
            .conflict, "remediation \(busy.id) is not finished, and works on '\(path)'",
            remedy: "nestor remediation show \(busy.id); when it has ended, try again")
    }
}

extension PlanItem {
    /// Whether it asks the agent of this host for anything.
    func touches(_ path: NodePath) -> Bool {
        host == path || verifyInside == path || drains.contains { $0.host == path }
    }
}
