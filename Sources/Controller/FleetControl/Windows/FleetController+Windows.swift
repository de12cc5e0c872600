package import ControllerAPI
import FleetDocuments
import FleetScheduler
import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy
import YAMLDocument

extension FleetController {
    /// Maintenance windows and blackouts, each with its times to come.
    package func windows() async throws(APIError) -> WindowsAnswer {
        let now = environment.now()
        let set = try await read { (work) throws(StoreFailure) in try work.windows() }
        let calendar = WindowCalendar(set.windows)
        return WindowsAnswer(
            revision: set.revision,
            windows: set.windows.map { window in
                let next = calendar.next(of: window, from: now)
                return WindowRow(
                    window: window, isOpen: calendar.isOpen(window, at: now), start: next?.start, end: next?.end)
            })
    }

    /// Takes windows from files: all of them or, where anything is wrong, none.
    package func apply(
        windows request: ApplyRequest, by requester: Requester
    ) async throws(APIError) -> ApplyAnswer {
        let before = try await read { (work) throws(StoreFailure) in try work.windows() }
        if let expected = request.expectedRevision, expected != before.revision {
            throw APIError(
                code: "revision-changed",
                sentence: "the windows are at revision \(before.revision), and \(expected) was expected",
                remedy: "look at what changed (nestor window list), then apply again")
        }
        let written = try readWindows(request)
        let names = Set(written.map(\.name))
        let after = (request.prune ? [] : before.windows.filter { !names.contains($0.name) }) + written
        let old = Dictionary(before.windows.map { ($0.name, $0) }) { first, _ in first }
        let added = written.map(\.name).filter { old[$0] == nil }
        // Where it was written is not what it says.
        let changed = written.filter { window in
            guard var known = old[window.name] else { return false }
            known.place = window.place
            return known != window
        }.map(\.name)
        let removed = before.windows.map(\.name).filter { name in !after.contains { $0.name == name } }
        let warnings = try await warnings(about: written)
        guard !(added.isEmpty && changed.isEmpty && removed.isEmpty) else {
            return ApplyAnswer(
                revision: before.revision, added: [], changed: [], removed: [], warnings: warnings)
        }
        let set = WindowSet(revision: before.revision + 1, windows: after)
        let detail =
            "revision \(set.revision): added [\(added.joined(separator: ", "))], "
            + "changed [\(changed.joined(separator: ", "))], removed [\(removed.joined(separator: ", "))]"
        try await change(requester, "window.apply", "windows", detail: detail) { (work) throws(StoreFailure) in
            guard try work.windows().revision == before.revision else {
                throw StoreFailure(
                    .conflict, "the windows were changed meanwhile", remedy: "look at them, then apply again")
            }
            try work.put(set, as: .windows)
        }
        nudgeAll()
        return ApplyAnswer(
            revision: set.revision, added: added, changed: changed, removed: removed, warnings: warnings)
    }

    private func readWindows(_ request: ApplyRequest) throws(APIError) -> [MaintenanceWindow] {
        do throws(YAMLFaults) {
            return try WindowDocument.read(
                request.files.map { DocumentText(name: $0.name, text: $0.text) },
                isZone: { (try? ScheduleZone(named: $0)) != nil })
        } catch {
            throw APIError("windows-invalid", error)
        }
    }

    /// What looks like a mistake and is none for sure.
    private func warnings(about windows: [MaintenanceWindow]) async throws(APIError) -> [String] {
        let now = environment.now()
        let tree = try await look { (_, memory) in memory.picture.tree() }
        let nodes = tree.nodes
        let hosts = Dictionary(tree.hosts.map { ($0.host.path, $0) }) { first, _ in first }
        let calendar = WindowCalendar(windows)
        return windows.flatMap { window in
            var found: [String] = []
            let selects = nodes.contains { node in
                let nearest = sequence(first: node.path, next: \.parent).lazy.compactMap { hosts[$0] }.first
                return window.selector.selects(
                    node.path, guestName: node.guest?.name, uuid: node.guest?.uuid, near: nearest)
            }
            if !selects { found.append("window '\(window.name)' (\(window.place)) selects nothing that is there now") }
            if calendar.next(of: window, from: now) == nil {
                found.append("window '\(window.name)' (\(window.place)) lies wholly in the past")
            }
            return found
        }
    }
}
