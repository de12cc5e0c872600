import FoundationEssentials
import NestingModel

/// All policies, ready to be asked for one node: sorted so that the first to speak of a setting decides it.
struct PolicyIndex: Sendable {
    struct Entry: Sendable {
        var policy: Policy
        var asked: [(setting: Setting, value: SettingValue)]
        var modes: [(selector: CompiledSelector, rule: ModeRule)]
        /// At the time that `counting` was told.
        var phase: PolicyPhase = .full
    }

    private(set) var entries: [Entry]
    private let selectors: [CompiledSelector]
    private(set) var search: SelectorIndex

    init(_ policies: [Policy]) {
        // Of those that agree at the same priority the least powerful comes first.
        let sorted = policies.sorted { ($1.priority, $0.mode.power, $0.name) < ($0.priority, $1.mode.power, $1.name) }
        entries = sorted.map { policy in
            Entry(
                policy: policy, asked: policy.desired.asked,
                modes: policy.modes.map { (CompiledSelector($0.selector), $0) })
        }
        selectors = sorted.map { CompiledSelector($0.selector) }
        search = SelectorIndex(selectors)
    }

    /// The same as it is at a time: without those whose date has not come.
    func counting(at now: Date) -> PolicyIndex {
        guard entries.contains(where: { $0.policy.from != nil }) else { return self }
        var index = self
        for number in entries.indices { index.entries[number].phase = entries[number].policy.phase(at: now) }
        let phases = index.entries.map(\.phase)
        index.search = SelectorIndex(selectors) { phases[$0] != .waiting }
        return index
    }

    /// The decision of each setting that a matching policy speaks of, in the settings' order.
    /// - Parameter matching: in deciding order.
    func decisions(_ matching: [Int]) -> [(setting: Setting, decision: Decision)] {
        var speakers: [Setting: [Decision.Speaker]] = [:]
        for number in matching {
            for (setting, value) in entries[number].asked {
                speakers[setting, default: []].append(Decision.Speaker(policy: number, value: value))
            }
        }
        return Setting.allCases.compactMap { setting in
            speakers[setting].flatMap { decision($0[...]) }.map { (setting, $0) }
        }
    }

    private func decision(_ speakers: ArraySlice<Decision.Speaker>) -> Decision? {
        guard let first = speakers.first else { return nil }
        let priority = entries[first.policy].policy.priority
        let equal = speakers.dropFirst().prefix { entries[$0.policy].policy.priority == priority }
        var decision = Decision(
            value: first.value, policy: first.policy,
            agreeing: equal.filter { $0.value == first.value }.map(\.policy),
            against: equal.filter { $0.value != first.value }.map(\.policy),
            below: speakers.dropFirst(1 + equal.count).map(\.policy))
        guard decision.against.isEmpty, entries[first.policy].phase == .grace else { return decision }
        // What would be decided without it; where those disagree, nothing would be.
        guard let without = self.decision(speakers.dropFirst()) else {
            decision.alsoComplies = .anything
            return decision
        }
        guard without.against.isEmpty else { return decision }
        switch without.alsoComplies {
        case .anything: decision.alsoComplies = .anything
        case .values(let values): decision.alsoComplies = .values([without.value] + values)
        }
        return decision
    }

    /// How far Nestor goes for a decided setting of a node: of the policies that ask for the same, the one that goes
    /// least far holds, so that none gets power by another's name.
    func mode(_ decision: Decision, of node: SelectedNode) -> EffectiveMode {
        var modes = mode(decision.policy, of: node)
        for number in decision.agreeing {
            let other = mode(number, of: node)
            let reason = "policy '\(entries[number].policy.name)' asks for the same and goes less far"
            if other.corrective.power < modes.corrective.power {
                (modes.corrective, modes.correctiveReason) = (other.corrective, other.correctiveReason ?? reason)
            }
            if other.intended.power < modes.intended.power {
                (modes.intended, modes.intendedReason) = (other.intended, other.intendedReason ?? reason)
            }
        }
        return modes
    }

    private func mode(_ number: Int, of node: SelectedNode) -> EffectiveMode {
        let policy = entries[number].policy
        guard let rule = entries[number].modes.first(where: { $0.selector.matches(node) })?.rule else {
            return EffectiveMode(
                corrective: policy.mode, intended: policy.intendedMode ?? policy.mode,
                intendedReason: policy.intendedMode.map { "policy '\(policy.name)' is \($0) for an intended change" })
        }
        let place = rule.place.isEmpty ? "" : " (\(rule.place))"
        let reason = "policy '\(policy.name)' says so of this node\(place): \(rule.reason)"
        return EffectiveMode(
            corrective: rule.mode, intended: rule.intendedMode ?? rule.mode, correctiveReason: reason,
            intendedReason: reason)
    }
}

/// How far Nestor goes, by what made the drift.
struct EffectiveMode: Sendable, Hashable {
    var corrective: PolicyMode
    var intended: PolicyMode
    /// Nil for the policy's own mode.
    var correctiveReason: String?
    var intendedReason: String?
}
