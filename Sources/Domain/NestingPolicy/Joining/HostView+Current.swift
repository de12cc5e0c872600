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
}
