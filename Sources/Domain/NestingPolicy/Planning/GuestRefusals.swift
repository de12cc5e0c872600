import NestingModel

/// What forbids touching one guest, whatever the change.
enum GuestRefusals {
    /// Whether it may be corrected under these rules.
    static func check(_ guest: GuestReport, at path: NodePath, rules: DisruptionRules) throws(PlanRefusal) {
        try steady(guest, path)
        try persistent(guest, path)
        try owner(guest, path, rules)
        try powerOff(guest, path)
        try savedState(guest, path, rules)
        switch guest.definitionDigest {
        case .known: break
        case .absent: throw unknown(path, "definition's digest", "it has none")
        case .unknown(let reason): throw unknown(path, "definition's digest", reason)
        }
    }

    /// Whether it, running inside a guest that is to be restarted, may be stopped and started again.
    static func checkDrain(_ guest: GuestReport, at path: NodePath, rules: DisruptionRules) throws(PlanRefusal) {
        do {
            try steady(guest, path)
            try persistent(guest, path)
            try owner(guest, path, rules)
            try powerOff(guest, path)
        } catch {
            throw PlanRefusal(
                .belowNotStoppable, "\(path) runs inside and can't be stopped first: \(error.sentence)",
                remedy: error.remedy)
        }
    }

    private static func steady(_ guest: GuestReport, _ path: NodePath) throws(PlanRefusal) {
        switch guest.state {
        case .running, .off, .saved: return
        case .unknown: throw unknown(path, "state", "its host could not tell it")
        case .paused, .suspended, .starting, .stopping, .crashed:
            throw PlanRefusal(
                .notSteady, "\(path) is \(guest.state), and only a guest that runs or is off is corrected",
                remedy: "resume it, or shut it down")
        }
    }

    private static func persistent(_ guest: GuestReport, _ path: NodePath) throws(PlanRefusal) {
        switch guest.persistent {
        case .known(true): return
        case .known(false), .absent:
            throw PlanRefusal(
                .transient, "\(path) is transient: shutting it down would erase it",
                remedy: "define it persistently, or change it where it is created")
        case .unknown(let reason): throw unknown(path, "persistence", reason)
        }
    }

    private static func owner(_ guest: GuestReport, _ path: NodePath, _ rules: DisruptionRules) throws(PlanRefusal) {
        switch guest.owner {
        case .absent: return
        case .unknown(let reason): throw unknown(path, "owner", reason)
        case .known(let owner):
            // A manager that this build does not know can't have been consented to.
            guard owner.manager == .unknown || !rules.consent.owners.contains(owner.manager) else { return }
            throw PlanRefusal(
                .owned,
                "\(path) belongs to \(owner.manager) (\(owner.evidence)), which would write its definition back",
                remedy: "change it there, or name \(owner.manager) under correct-owned in the policy")
        }
    }

    private static func powerOff(_ guest: GuestReport, _ path: NodePath) throws(PlanRefusal) {
        switch guest.onPowerOff {
        case .absent, .known("destroy"): return
        case .known(let action):
            throw PlanRefusal(
                .onPowerOff, "\(path) has on_poweroff '\(action)', so that a shutdown does not leave it off",
                remedy: "set on_poweroff to destroy")
        case .unknown(let reason): throw unknown(path, "on_poweroff", reason)
        }
    }

    private static func savedState(_ guest: GuestReport, _ path: NodePath, _ rules: DisruptionRules) throws(PlanRefusal)
    {
        if let reason = guest.savedState.reason, guest.state != .saved { throw unknown(path, "saved state", reason) }
        guard guest.state == .saved || guest.savedState.value == true, !rules.consent.dropSavedState else { return }
        throw PlanRefusal(
            .savedState, "\(path) has a saved state, which holds the CPU of its time and would be lost",
            remedy: "start the guest from it, drop it by hand, or allow drop-saved-state in the policy")
    }

    private static func unknown(_ path: NodePath, _ what: String, _ reason: String) -> PlanRefusal {
        PlanRefusal(
            .unknownFact, "the \(what) of \(path) is unknown: \(reason)", remedy: "give the agent what it lacks")
    }
}
