import AgentWire
package import NestingModel

/// The guests that are never stopped: why a correction is refused before it touches anything.
package enum GuestRefusals {
    /// What stands against stopping this guest and starting it again; nil where nothing does.
    package static func stopping(_ guest: GuestReport, consent: CorrectionConsent) -> Ending? {
        if let refusal = touching(guest, consent: consent) { return refusal }
        guard guest.onPowerOff.value == "destroy" else {
            return refused(
                .onPowerOff, "\(guest.label) does not stay off when it powers off: on_poweroff is \(guest.onPowerOff)",
                remedy: "set on_poweroff to destroy")
        }
        return nil
    }

    /// What stands against changing this guest's definition; nil where nothing does.
    package static func touching(_ guest: GuestReport, consent: CorrectionConsent) -> Ending? {
        switch guest.persistent {
        case .known(true): break
        case .known(false), .absent:
            return refused(
                .transient, "\(guest.label) is transient: a shutdown would erase it", remedy: "define it first")
        case .unknown(let reason):
            return refused(.transient, "it is unknown whether \(guest.label) is persistent: \(reason.shown)")
        }
        switch guest.owner {
        case .absent: break
        case .known(let owner):
            guard consent.owners.contains(owner.manager), owner.manager != .unknown else {
                return refused(
                    .owned, "\(guest.label) belongs to \(owner.manager) (\(owner.evidence.shown))",
                    remedy: "change it there, or name the manager in the policy's consent")
            }
        case .unknown(let reason):
            return refused(.owned, "it is unknown who owns \(guest.label): \(reason.shown)")
        }
        switch guest.state {
        case .running, .off, .saved, .crashed: break
        case .paused, .suspended, .starting, .stopping, .unknown:
            return refused(
                .paused, "\(guest.label) is \(guest.state): only a guest that runs or is off is changed",
                remedy: "resume it or shut it down")
        }
        if guest.state == .saved || guest.savedState.value == true {
            guard consent.dropSavedState else {
                return refused(
                    .savedState, "\(guest.label) has a saved state, which holds its present CPU",
                    remedy: "start it and shut it down, or allow the policy to drop saved states")
            }
        } else if case .unknown(let reason) = guest.savedState {
            return refused(
                .savedState, "it is unknown whether \(guest.label) has a saved state: \(reason.shown)")
        }
        return nil
    }

    static func refused(_ code: CorrectionCode, _ sentence: String, remedy: String = "") -> Ending {
        Ending(.refused, code: code.rawValue, sentence, remedy: remedy)
    }
}
