package import ControllerAPI
import FleetDocuments
import FleetStore
import NestingModel
import YAMLDocument

extension FleetController {
    /// The enrolled hosts as a fleet file.
    package func fleetDocument() async throws(APIError) -> FleetAnswer {
        try await read { (work) throws(StoreFailure) in
            FleetAnswer(
                revision: try work.value(.fleetRevision, as: Int.self) ?? 0,
                text: FleetDocument.write(try work.hosts().map(\.host)))
        }
    }

    /// Changes addresses and labels of enrolled hosts as a file says: all of it or, where anything is wrong, nothing.
    /// A host that is not enrolled is named only, since enrolling needs an operator's key.
    package func apply(fleet request: ApplyRequest, by requester: Requester) async throws(APIError) -> FleetApplyAnswer
    {
        let (before, hosts) = try await read { (work) throws(StoreFailure) in
            (try work.value(.fleetRevision, as: Int.self) ?? 0, try work.hosts().map(\.host))
        }
        if let expected = request.expectedRevision, expected != before {
            throw APIError(
                code: "revision-changed", sentence: "the fleet is at revision \(before), and \(expected) was expected",
                remedy: "look at what changed (nestor fleet export), then apply again")
        }
        let comparison: FleetComparison
        do throws(YAMLFaults) {
            let entries = try FleetDocument.read(request.files.map { DocumentText(name: $0.name, text: $0.text) })
            comparison = try FleetDocument.compare(entries, with: hosts)
        } catch {
            throw APIError("fleet-invalid", error)
        }
        let removed = request.prune ? comparison.notInFile : []
        let changed = comparison.changed
        guard !(removed.isEmpty && changed.isEmpty) else {
            return FleetApplyAnswer(
                revision: before, changed: [], notEnrolled: comparison.notEnrolled, removed: [])
        }
        let detail = "changed \(changed.map(\.path)), removed \(removed)"
        try await change(requester, "fleet.apply", "fleet", detail: detail) { (work) throws(StoreFailure) in
            guard try work.value(.fleetRevision, as: Int.self) ?? 0 == before else {
                throw StoreFailure(
                    .conflict, "the fleet was changed meanwhile", remedy: "look at it, then apply again")
            }
            for host in changed { try work.put(host: host) }
            for path in removed { try work.remove(host: path) }
            try work.put(before + 1, as: .fleetRevision)
        }
        for path in changed.map(\.path) + removed { await sessions.drop(path) }
        try await evaluate()
        return FleetApplyAnswer(
            revision: before + 1, changed: changed.map(\.path), notEnrolled: comparison.notEnrolled, removed: removed)
    }
}
