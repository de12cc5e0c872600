package import ControllerAPI
import FleetDocuments
import FleetStore
import FoundationEssentials
import NestingModel
import YAMLDocument

extension FleetController {
    /// The enrolled hosts as a fleet file.
    package func fleetDocument() async throws(APIError) -> FleetAnswer {
        try await read { (work) throws(StoreFailure) in
            FleetAnswer(
                revision: try work.value(.fleetRevision, as: Int.self) ?? 0,
                text: FleetDocument.write(try work.enrolledHosts(inTreeOf: nil)))
        }
    }

    /// Changes addresses and labels of enrolled hosts as a file says: all of it or, where anything is wrong, nothing.
    /// A host that is not enrolled is named only, since enrolling needs an operator's key.
    package func apply(fleet request: ApplyRequest, by requester: Requester) async throws(APIError) -> FleetApplyAnswer
    {
        let (before, hosts) = try await read { (work) throws(StoreFailure) in
            (try work.value(.fleetRevision, as: Int.self) ?? 0, try work.enrolledHosts(inTreeOf: nil))
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
        let stranded = hosts.map(\.path).filter { path in
            !removed.contains(path) && removed.contains { $0.contains(path) }
        }
        guard stranded.isEmpty else {
            throw APIError(
                code: "host-has-hosts-below",
                sentence: "'\(stranded.map(\.description).joined(separator: "', '"))' would lose the host that it is "
                    + "reached through", remedy: "leave both in the file, or neither")
        }
        let detail = DocumentChanges.joined(Self.differences(from: hosts, to: changed, removed: removed))
        let now = environment.now()
        try await change(requester, "fleet.apply", "fleet", detail: detail) { (work) throws(StoreFailure) in
            guard try work.value(.fleetRevision, as: Int.self) ?? 0 == before else {
                throw StoreFailure(
                    .conflict, "the fleet was changed meanwhile", remedy: "look at it, then apply again")
            }
            for path in removed {
                try work.checkNoRemediation(on: path, interrupted: false)
                try work.note(removalOf: path, at: now)
                try work.remove(host: path)
            }
            for wanted in changed {
                // What a sweep or an upgrade wrote meanwhile stays.
                guard var host = try work.host(wanted.path)?.host else { continue }
                (host.address, host.port, host.user) = (wanted.address, wanted.port, wanted.user)
                host.labels = wanted.labels
                try work.put(host: host)
            }
            try work.put(before + 1, as: .fleetRevision)
        }
        for path in changed.map(\.path) + removed { await sessions.drop(path) }
        try await evaluate()
        return FleetApplyAnswer(
            revision: before + 1, changed: changed.map(\.path), notEnrolled: comparison.notEnrolled, removed: removed,
            warnings: Self.warnings(from: hosts, changed: changed, removed: removed))
    }

    /// Each host with what it was and is.
    private static func differences(from before: [FleetHost], to changed: [FleetHost], removed: [NodePath]) -> [String]
    {
        let old = Dictionary(before.map { ($0.path, $0) }) { first, _ in first }
        return changed.flatMap { host in
            DocumentChanges.sentences(from: old[host.path], to: host).map { "\(host.path): \($0)" }
        } + removed.map { path in "removed \(path)" + (old[path].map { " at \($0.user)@\($0.addressAndPort)" } ?? "") }
    }

    /// What an operator's key must change on hosts: the file changes only what the controller knows.
    private static func warnings(from before: [FleetHost], changed: [FleetHost], removed: [NodePath]) -> [String] {
        let old = Dictionary(before.map { ($0.path, $0) }) { first, _ in first }
        let moved = changed.compactMap { host -> String? in
            guard let parent = host.path.parent, let known = old[host.path], known.addressAndPort != host.addressAndPort
            else { return nil }
            return "'\(parent)' still lets the controller through to \(known.addressAndPort), and not to "
                + "\(host.addressAndPort): nestor agent upgrade \(parent) writes its keys again"
        }
        return moved
            + removed.map { path in
                "the agent and the controller's keys stay on '\(path)': \(old[path]?.agent.directory ?? "")"
            }
    }
}
