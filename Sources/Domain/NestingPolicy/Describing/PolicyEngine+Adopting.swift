package import FoundationEssentials
package import NestingModel

extension PolicyEngine {
    /// Makes what was found what is wanted, for this one node and setting; everything else stays as it is.
    /// - Parameters:
    ///   - finding: as it stands now.
    ///   - terms: for an exemption instead of a policy.
    ///   - tree: of the stored reports.
    package func adopt(
        _ finding: Finding, exempting terms: ExemptionTerms? = nil, in tree: NestingTree, now: Date
    ) throws(AdoptionRefusal) -> FindingAdoption {
        if let refusal = AdoptionRefusal(finding) { throw refusal }
        let places = sequence(first: finding.path, next: \.parent)
        let traits = places.lazy.compactMap { tree.node(at: $0)?.host }.first.map(HostTraits.init) ?? HostTraits.none
        let index = index.counting(at: now)
        guard let node = tree.node(at: finding.path), let setting = finding.setting,
            (setting == .hostNesting ? node : finding.path.parent.flatMap(tree.node(at:)))?.host?.isCurrent == true
        else { throw .over(finding) }
        let selected = SelectedNode(node, traits)
        guard
            let decision = index.decisions(index.search.matching(selected)).first(where: { $0.setting == setting })?
                .decision, decision.against.isEmpty
        else { throw .over(finding) }
        let adopter = Adopter(
            finding: finding, setting: setting, node: node, tree: tree, wanted: decision.value,
            isExempting: terms != nil)
        let value = try adopter.found()
        let selector = try adopter.selector()
        if let terms {
            let name = Self.unused("exempt-\(node.path.plainName)-\(setting)", exemptions.exemptions.map(\.name))
            var accepts = DesiredSettings()
            accepts.ask(setting, value)
            return FindingAdoption(
                change: .exempted(
                    Exemption(
                        name: name, selector: selector, settings: [setting], accepts: accepts, owner: terms.owner,
                        reason: terms.reason, expires: terms.expires)), notes: [])
        }
        var policy = index.entries[decision.policy].policy
        if decision.agreeing.isEmpty, policy.selector.namesOneNode,
            tree.paths(selectedBy: policy.selector) == [node.path]
        {
            policy.desired.ask(setting, value)
            return FindingAdoption(change: .changed(policy), notes: [])
        }
        let mode = index.mode(decision, of: selected)
        let name = Self.unused("adopted-\(node.path.plainName)-\(setting)", index.entries.map(\.policy.name))
        var narrow = Policy(
            name: name, priority: policy.priority + 1, selector: selector, desired: DesiredSettings(),
            mode: mode.corrective, intendedMode: mode.intended == mode.corrective ? nil : mode.intended,
            disruption: policy.disruption, severity: policy.severity)
        narrow.desired.ask(setting, value)
        return FindingAdoption(change: .added(narrow), notes: notes(narrow, selected, setting, index))
    }

    /// Policies whose date is to come, and that have as much to say as the new one.
    private func notes(
        _ policy: Policy, _ node: SelectedNode, _ setting: Setting, _ counting: PolicyIndex
    ) -> [String] {
        index.search.matching(node).compactMap { number in
            let other = counting.entries[number]
            guard other.phase == .waiting, other.policy.priority >= policy.priority, let from = other.policy.from,
                let value = other.policy.desired.value(setting), value != policy.desired.value(setting)
            else { return nil }
            return other.policy.priority > policy.priority
                ? "policy '\(other.policy.name)' decides over this one from \(from)"
                : "policy '\(other.policy.name)' has the same priority and disagrees from \(from)"
        }
    }

    private static func unused(_ name: String, _ taken: [String]) -> String {
        guard taken.contains(name) else { return name }
        return (2...).lazy.map { "\(name)-\($0)" }.first { !taken.contains($0) } ?? name
    }
}

extension AdoptionRefusal {
    /// It is open on record, and nothing decides that now.
    fileprivate static func over(_ finding: Finding) -> AdoptionRefusal {
        AdoptionRefusal(
            sentence: "'\(finding.id)' rests on what is no longer so: no policy decides it by the stored reports",
            remedy: "nestor drift \(finding.path) --refresh reads the hosts and judges anew")
    }
}

/// What is there, as a value to ask for, and where.
private struct Adopter {
    let finding: Finding
    let setting: Setting
    let node: TreeNode
    let tree: NestingTree
    let wanted: SettingValue
    let isExempting: Bool

    func found() throws(AdoptionRefusal) -> SettingValue {
        let guest = node.guest
        let found: SettingValue? =
            switch (wanted, setting) {
            case (.flag(let flag), _): .flag(!flag)
            case (.bytes, _): guest?.memory.startup.value.map(SettingValue.bytes)
            case (.count, _): guest?.vcpus.maximum.value.map(SettingValue.count)
            }
        if let found, isThere(found) { return found }
        throw AdoptionRefusal(
            sentence: "'\(finding.id)' is no one value that a policy could want: \(found.map(obstacle) ?? "")",
            remedy: [.savedState, .snapshots].contains(setting) && !isExempting
                ? "only an exemption can accept that: nestor drift adopt \(finding.id) --exempt"
                : "bring it to one value first, or write an exemption without 'accepts' by hand "
                    + "(Config/policies/exemptions.yaml)")
    }

    private func isThere(_ value: SettingValue) -> Bool {
        guard isExempting, setting != .hostNesting, let guest = node.guest else { return comparison(value) == .met }
        return Comparison.has(guest, setting, value)
    }

    /// Why what was found is not all that there is.
    private func obstacle(_ value: SettingValue) -> String {
        if case .unreadable(let reason)? = comparison(value) { return "it is \(finding.observed), and \(reason)" }
        return "it is \(finding.observed)"
    }

    private func comparison(_ value: SettingValue) -> Comparison? {
        guard setting == .hostNesting else { return node.guest.map { Comparison.of($0, setting, wanted: value) } }
        guard let hypervisor = node.host?.report?.hypervisor, case .flag(let flag) = value else { return nil }
        return Comparison.hostNesting(hypervisor, wanted: flag)
    }

    func selector() throws(AdoptionRefusal) -> PolicySelector {
        let selector = PolicySelector(aboutOnly: node)
        let others = tree.paths(selectedBy: selector).subtracting([node.path]).sorted()
        guard let other = others.first else { return selector }
        throw AdoptionRefusal(
            sentence:
                "no selector is about '\(finding.path)' alone: its name is a pattern, and '\(other)' has its uuid",
            remedy: "give it a name without '*' or a uuid of its own, then try again")
    }
}

extension DesiredSettings {
    fileprivate mutating func ask(_ setting: Setting, _ value: SettingValue) {
        switch (setting, value) {
        case (.exposure, .flag(let flag)): exposure = flag
        case (.startupMemory, .bytes(let bytes)): startupMemory = bytes
        case (.dynamicMemory, .flag(let flag)): dynamicMemory = flag
        case (.maximumVCPUs, .count(let count)): maximumVCPUs = count
        case (.macSpoofing, .flag(let flag)): macSpoofing = flag
        case (.savedState, .flag(let flag)): savedState = flag
        case (.snapshots, .flag(let flag)): snapshots = flag
        case (.autostart, .flag(let flag)): autostart = flag
        case (.hostNesting, .flag(let flag)): hostNesting = flag
        default: break
        }
    }
}
