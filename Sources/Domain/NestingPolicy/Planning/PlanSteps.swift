import NestingModel

/// What an item will do, in sentences for the person who approves it.
enum PlanSteps {
    static func sentences(_ item: PlanItem, _ guest: GuestReport, _ inside: Inside) -> [String] {
        let runs = guest.state == .running
        var steps: [String] = []
        for drain in item.drains {
            let count = drain.guests.count
            steps.append(
                "stop \(count) guest\(count == 1 ? "" : "s") of \(drain.host), and hold \(count == 1 ? "it" : "them")")
        }
        steps.append("define \(item.path) with \(changes(item.change).joined(separator: ", "))")
        if guest.state == .saved || guest.savedState.value == true {
            steps.append("drop the saved state of \(item.path)")
        }
        if runs {
            let deadline = "within \(item.rules.shutdownSeconds) s"
            steps.append(
                item.rules.consent.cutPower
                    ? "shut it down \(deadline), or cut its power"
                    : "shut it down \(deadline), or put the definition back")
            steps.append("start it again")
            steps.append(
                item.verifyInside == nil
                    ? "verify from its host alone, since it has no agent" : "verify inside it, by its own agent")
        } else {
            steps.append("leave it off: its next start has the change")
        }
        for drain in item.drains.reversed() {
            steps.append(restart(of: drain.host, item.change, inside.engines[drain.host] ?? []))
        }
        return steps
    }

    /// Without the extension there is no KVM inside: what needs it can't be promised to start again.
    private static func restart(of host: NodePath, _ change: GuestChange, _ engines: Set<GuestEngine?>) -> String {
        let kvm: Set<GuestEngine?> = [.kvm, nil]
        guard change.exposure == false, !engines.isDisjoint(with: kvm) else {
            return "start the held guests of \(host) again"
        }
        return engines == [.kvm]
            ? "the held guests of \(host) need KVM: they stay off until nesting is exposed again"
            : "start the held guests of \(host) again, but for those that need KVM: they stay off until nesting is "
                + "exposed again"
    }

    static func changes(_ change: GuestChange) -> [String] {
        var words: [String] = []
        if let exposure = change.exposure { words.append("virtualization extensions \(Setting.exposed(exposure))") }
        if let memory = change.startupMemory { words.append("\(Setting.size(memory)) of startup memory") }
        if let memory = change.maximumMemory, memory != change.startupMemory {
            words.append("\(Setting.size(memory)) of memory at most")
        }
        if let count = change.maximumVCPUs { words.append("up to \(count) vCPUs") }
        if let dynamic = change.dynamicMemory { words.append("\(dynamic ? "varying" : "fixed") memory") }
        return words
    }
}
