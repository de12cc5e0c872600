import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

extension FleetWriting {
    /// Writes down what a host's new report changes of its guests, and since when which of them are exposed for nothing.
    /// - Parameters:
    ///   - before: as the store has it; nil where this is the first report.
    ///   - heard: when the host answered last before.
    func note(
        report: HostReport, after before: HostReport?, heard: Date?, of host: NodePath, at now: Date
    ) throws(StoreFailure) {
        guard case .known(let guests) = report.guests else { return }
        let old = Self.byPath(before?.guests.value ?? [], of: host)
        let new = Self.byPath(guests, of: host)
        var entries: [HistoryEntry] = []
        for (path, guest) in new.sorted(by: { $0.key < $1.key }) {
            let snapshot = GuestSnapshot(guest)
            if old[path].map(GuestSnapshot.init) != snapshot {
                entries.append(HistoryEntry(at: now, path: path, kind: .facts, facts: snapshot))
            }
            try note(use: guest, before: old[path], heard: heard, at: path, now)
        }
        for path in old.keys.sorted() where new[path] == nil {
            entries.append(HistoryEntry(at: now, path: path, kind: .gone))
            try remove(unusedExposureOf: path)
        }
        try add(history: entries)
    }

    /// A host that is forgotten: nobody tells any more what becomes of its guests.
    func note(removalOf host: NodePath, at now: Date) throws(StoreFailure) {
        guard case .known(let guests)? = try self.host(host)?.report?.guests else { return }
        let paths = Self.byPath(guests, of: host).keys.sorted()
        for path in paths { try remove(unusedExposureOf: path) }
        try add(history: paths.map { HistoryEntry(at: now, path: $0, kind: .gone) })
    }

    private func note(
        use guest: GuestReport, before: GuestReport?, heard: Date?, at path: NodePath, _ now: Date
    ) throws(StoreFailure) {
        switch (guest.exposure.live, guest.exposure.inUse) {
        case (.known(true), .known(false)) where guest.engine.value == .kvm:
            // The count begins anew with each start: what the guest did before an hour without news is not known.
            let isNews = now.timeIntervalSince(heard ?? .distantPast) > 3_600
            let anew = before == nil || (isNews && before?.run.value != guest.run.value)
            try put(unusedExposureOf: path, uuid: guest.uuid, at: now, anew: anew)
        case (.absent, _) where guest.exposure.configured.value == true: break
        default: try remove(unusedExposureOf: path)
        }
    }

    private static func byPath(_ guests: [GuestReport], of host: NodePath) -> [NodePath: GuestReport] {
        Dictionary(guests.map { (host.guest(named: $0.name), $0) }) { first, _ in first }
    }
}
