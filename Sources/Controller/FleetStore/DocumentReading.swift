package import ControllerAPI
package import NestingModel

/// Stored documents as the JSON that they are: one line each, with sorted keys. Who hands half a million of them on to a
/// program reads none of them, which would take a hundred times as long.
package protocol DocumentReading {
    /// The physical host of that name and all that are inside it, by path.
    func hostDocuments(ofTree root: String) throws(StoreFailure) -> [HostDocument]
    /// The page that `findings` would be. Each says when it was last seen, as there.
    func findingDocuments(
        _ query: FindingQuery, after place: FindingPlace?
    ) throws(StoreFailure) -> PageOf<String>
}

/// A host as it is stored, with as much of it read as joining a nesting tree looks at.
package struct HostDocument: Sendable {
    /// Its report, where there is one, has of each guest UUID, name and state alone, and as `run` its place in `guests`.
    package var view: HostView
    /// As it is enrolled.
    package var host: String
    /// Nil where it was never read.
    package var health: String?
    package var report: String?
    /// Of its report.
    package var guests: [String]

    package init(view: HostView, host: String, health: String?, report: String?, guests: [String]) {
        self.view = view
        self.host = host
        self.health = health
        self.report = report
        self.guests = guests
    }
}

extension GuestReport {
    /// What joining looks at, for `HostDocument`.
    /// - Parameter place: in `HostDocument.guests`.
    package init(joinedBy uuid: String, name: String, state: GuestState, place: Int) {
        self.init(
            uuid: uuid, name: name, state: state, run: .known(place), persistent: .absent, engine: .absent,
            owner: .absent, vcpus: VCPUFacts(current: .absent, maximum: .absent),
            memory: MemoryFacts(startup: .absent, minimum: .absent, maximum: .absent, dynamic: .absent),
            exposure: ExposureFacts(
                configured: .absent, live: .absent, mechanism: .absent, inUse: .absent, nestedRuns: .absent),
            interfaces: .absent, snapshots: .absent, savedState: .absent, autostart: .absent, onPowerOff: .absent,
            definitionDigest: .absent)
    }
}
