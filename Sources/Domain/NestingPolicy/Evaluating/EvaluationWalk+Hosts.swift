import FoundationEssentials
import NestingModel

extension EvaluationWalk {
    /// Takes up what the join found of identities. What rests on an old report keeps an earlier finding, and opens none.
    mutating func take(_ conflict: IdentityConflict) {
        guard conflict.isCurrent else { return ledger.leaveOpen(conflict.kind, conflict.path) }
        ledger.open(
            Finding(
                kind: conflict.kind, path: conflict.path, uuid: conflict.uuid,
                observed: conflict.others.prefix(3).map(\.description).joined(separator: ", "),
                severity: conflict.kind == .guestMoved ? .high : .critical, sentence: conflict.sentence,
                remedy: conflict.remedy, firstSeen: now, lastSeen: now))
    }

    /// Whether the host could be read, and whether its guests could be listed.
    mutating func checkReading(_ view: HostView, guest: GuestReport?, parent: HostView?) {
        let path = view.host.path
        guard view.isCurrent else {
            ledger.markUnread(path)
            // A false claim is a finding of its own.
            let isSaid = view.health.state == .never || view.health.state == .identityMismatch || view.claimsAnother
            if !isSaid { ledger.open(unread(view, guest: guest, parent: parent)) }
            return
        }
        guard let reason = view.report?.guests.reason else { return }
        ledger.markUnlisted(path)
        ledger.open(
            Finding(
                kind: .unreadable, path: path, uuid: view.host.uuid, observed: "unknown", severity: .medium,
                sentence: "the guests of \(path) can't be listed: \(reason)",
                remedy: "look at the service that manages its guests", firstSeen: now, lastSeen: now))
    }

    private func unread(_ view: HostView, guest: GuestReport?, parent: HostView?) -> Finding {
        let path = view.host.path
        let isOff = guest?.state == .off && parent?.isCurrent == true
        let isParents = view.health.state == .parentUnreachable
        let why = view.health.sentence.isEmpty ? view.health.state.rawValue : view.health.sentence
        return Finding(
            kind: .hostUnread, path: path, uuid: view.host.uuid, observed: view.health.state.rawValue,
            severity: isOff ? .info : isParents ? .low : .medium,
            sentence: isOff ? "\(path) is off, so that its agent can't be asked" : "\(path) could not be read: \(why)",
            remedy: isOff ? "" : view.health.remedy, firstSeen: now, lastSeen: now)
    }

    /// Holds what the host configures against what the guest sees.
    mutating func crossCheck(_ node: TreeNode, parent: HostView?) {
        guard let guest = node.guest, let inside = node.host?.report, let outside = parent?.report?.hypervisor else {
            return
        }
        switch CrossCheck.compare(guest, inside: inside, outside: outside) {
        case .agrees: return
        case .undetermined: ledger.leaveOpen(.crossCheck, node.path, .exposure)
        case .differs(let desired, let observed, let severity, let sentence, let remedy):
            ledger.open(
                Finding(
                    kind: .crossCheck, path: node.path, uuid: guest.uuid, setting: .exposure, desired: desired,
                    observed: observed, severity: severity, sentence: "\(node.path): \(sentence)", remedy: remedy,
                    firstSeen: now, lastSeen: now))
        }
    }
}
