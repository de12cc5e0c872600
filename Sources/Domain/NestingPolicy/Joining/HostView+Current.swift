import NestingModel

extension HostView {
    /// Whether its agent says that it is another machine than the one that was enrolled here. A UUID that could not be
    /// read says nothing.
    var claimsAnother: Bool {
        guard let pinned = host.uuid, let claim = report?.host.smbiosUUID.value else { return false }
        return claim.lowercased() != pinned.lowercased()
    }

    /// Whether its report is of now and its own: nothing is concluded from any other.
    package var isCurrent: Bool { health.state == .ok && report != nil && !claimsAnother }

    /// What its identity rests on, for people.
    var identityEvidence: String {
        guard let report else { return "not yet read" }
        let source = report.host.smbiosUUIDSource.value.map { " (from \($0))" } ?? ""
        switch (host.uuid?.lowercased(), report.host.smbiosUUID) {
        case (nil, .known(let claim)): return "no uuid is pinned; its agent says \(claim)\(source)"
        case (nil, _): return "no uuid is pinned, and its agent can't tell one: its host key alone identifies it"
        case (let pinned?, .known(let claim)) where claim.lowercased() == pinned: return "uuid as pinned\(source)"
        case (let pinned?, .known(let claim)): return "uuid \(claim)\(source) is not the pinned \(pinned)"
        case (_?, .absent): return "its agent found no uuid to compare: its place and its host key identify it"
        case (_?, .unknown(let reason)):
            return "its uuid could not be read (\(reason)): its place and its host key identify it"
        }
    }
}
