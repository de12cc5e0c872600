package import FoundationEssentials
package import NestingModel

extension PolicyEngine {
    /// Tells what `evaluate` does with one node, from the same decisions; nil where the tree has no such node.
    package func explain(_ path: NodePath, in tree: NestingTree, now: Date) -> PolicyExplanation? {
        let places = sequence(first: path, next: \.parent)
        guard let node = tree.node(at: path) else { return nil }
        let traits = places.lazy.compactMap { tree.node(at: $0)?.host }.first.map(HostTraits.init) ?? HostTraits.none
        let selected = SelectedNode(node, traits)
        let explainer = NodeExplainer(
            engine: self, counting: index.counting(at: now), node: node, selected: selected,
            parent: path.parent.flatMap(tree.node(at:))?.host, now: now)
        return PolicyExplanation(
            path: path, level: path.level, guest: selected.guestName, uuid: selected.uuid, labels: traits.labels,
            platform: traits.platform, settings: explainer.settings())
    }
}

/// One node's settings in words.
private struct NodeExplainer {
    let engine: PolicyEngine
    let counting: PolicyIndex
    let node: TreeNode
    let selected: SelectedNode
    let parent: HostView?
    let now: Date

    func settings() -> [SettingExplanation] {
        let all = engine.index.search.matching(selected)
        let decisions = counting.decisions(counting.search.matching(selected))
        return Setting.allCases.compactMap { setting in
            // A guest's wish says nothing of a machine that is none, and a host's nothing of what has no agent.
            guard setting == .hostNesting ? node.host != nil : node.path.level > 0 else { return nil }
            let speakers = all.filter { counting.entries[$0].policy.desired.value(setting) != nil }
            guard !speakers.isEmpty else { return nil }
            return explain(setting, decisions.first { $0.setting == setting }?.decision, speakers)
        }
    }

    private func explain(_ setting: Setting, _ decision: Decision?, _ speakers: [Int]) -> SettingExplanation {
        let comparison = decision.flatMap { compare(setting, $0.value) }
        var result = SettingExplanation(
            setting: setting, wanted: "", observed: observed(setting, comparison, decision), standing: .undecided,
            decider: nil,
            others: speakers.filter { $0 != decision?.policy || decision?.against.isEmpty == false }.map {
                voice($0, setting, why($0, decision))
            }, mode: nil, intendedMode: nil, exemption: nil)
        guard let decision else { return result }
        guard decision.against.isEmpty else {
            result.standing = .conflict
            return result
        }
        result.wanted = setting.shown(decision.value)
        result.decider = voice(decision.policy, setting, whyItDecides(decision, setting))
        let modes = counting.mode(decision, of: selected)
        let own = "the mode of policy '\(counting.entries[decision.policy].policy.name)'"
        // A mode says how far Nestor would go; where there is no verb it goes nowhere.
        let limit = comparison?.isBeyondAgents == true ? "; and no agent can correct it" : ""
        result.mode = ExplainedMode(modes.corrective, reason: (modes.correctiveReason ?? own) + limit)
        result.intendedMode = ExplainedMode(modes.intended, reason: (modes.intendedReason ?? own) + limit)
        result.standing = standing(setting, comparison, decision)
        result.exemption = engine.exemptions.find(
            setting, among: engine.exemptions.search.matching(selected), at: now
        ) { has(setting, $0) }
        let isOpen: Set<SettingStanding> = [.drift, .restartNeeded, .unreadable]
        if comparison != nil, let exemption = result.exemption, exemption.lapse == nil, isOpen.contains(result.standing)
        {
            result.standing = .exempted
        }
        return result
    }

    // MARK: What it is

    /// Nil where the report that tells is not there or not of now.
    private func compare(_ setting: Setting, _ value: SettingValue) -> Comparison? {
        guard setting == .hostNesting else {
            guard parent?.isCurrent == true, let guest = node.guest else { return nil }
            return .of(guest, setting, wanted: value)
        }
        guard let view = node.host, view.isCurrent, let hypervisor = view.report?.hypervisor,
            case .flag(let wanted) = value
        else { return nil }
        return .hostNesting(hypervisor, wanted: wanted)
    }

    private func has(_ setting: Setting, _ value: SettingValue) -> Bool {
        setting == .hostNesting
            ? compare(setting, value) == .met : node.guest.map { Comparison.has($0, setting, value) } ?? false
    }

    private func observed(_ setting: Setting, _ comparison: Comparison?, _ decision: Decision?) -> String {
        switch comparison {
        case .drift(let observed, _), .restartNeeded(let observed, _): observed
        case .unreadable(let reason): "unknown (\(reason))"
        case .met: decision.map { setting.shown($0.value) } ?? ""
        case nil: decision == nil ? "" : "unknown (its host could not be read)"
        }
    }

    private func standing(_ setting: Setting, _ comparison: Comparison?, _ decision: Decision) -> SettingStanding {
        let alternative: Bool =
            switch decision.alsoComplies {
            case .anything: true
            case .values(let values): values.contains { compare(setting, $0) == .met }
            }
        switch comparison {
        case .met: return .met
        case nil: return .unreadable
        case .some where alternative: return .grace
        case .drift: return .drift
        case .restartNeeded: return .restartNeeded
        case .unreadable: return .unreadable
        }
    }

    // MARK: Who says what

    private func voice(_ number: Int, _ setting: Setting, _ reason: String) -> PolicyVoice {
        let policy = counting.entries[number].policy
        return PolicyVoice(
            policy: policy.name, priority: policy.priority, place: policy.place,
            wants: policy.desired.value(setting).map(setting.shown) ?? "", reason: reason)
    }

    private func whyItDecides(_ decision: Decision, _ setting: Setting) -> String {
        let policy = counting.entries[decision.policy].policy
        let rank = "priority \(policy.priority) is the highest"
        guard counting.entries[decision.policy].phase == .grace, let end = policy.graceEnd else { return rank }
        let also =
            switch decision.alsoComplies {
            case .anything: "anything complies, since nothing was wanted before"
            case .values(let values) where values.isEmpty: "nothing else complies, since those below it disagree"
            case .values(let values): "\(values.map(setting.shown).joined(separator: ", ")) complies, too"
            }
        return "\(rank); until \(end.formatted(.iso8601)) \(also)"
    }

    private func why(_ number: Int, _ decision: Decision?) -> String {
        let policy = counting.entries[number].policy
        if counting.entries[number].phase == .waiting, let from = policy.from { return "it counts from \(from)" }
        guard let decision else { return "" }
        let top = counting.entries[decision.policy].policy
        if !decision.against.isEmpty, policy.priority == top.priority {
            return "disagrees at priority \(policy.priority), so that none decides"
        }
        if policy.priority == top.priority { return "asks for the same as '\(top.name)'" }
        return decision.against.isEmpty
            ? "priority \(policy.priority) is below \(top.priority)"
            : "priority \(policy.priority) is below \(top.priority), where policies disagree"
    }
}
