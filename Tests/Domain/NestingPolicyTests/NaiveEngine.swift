import FoundationEssentials
import NestingModel

/// What a person would work out with the documents in hand, node by node and word by word: no index, no cache, none of
/// the engine's code.
struct NaiveEngine {
    let tree: NestingTree
    let book: PolicyBook
    let isNew: Bool
    let now: Date

    /// `path setting kind policy mode state exemption`.
    var findings: Set<String> {
        var result: Set<String> = []
        for node in tree.nodes {
            guard let guest = node.guest, let parent = node.path.parent.flatMap(tree.node(at:))?.host,
                parent.health.state == .ok
            else { continue }
            for setting in [Setting.exposure, .maximumVCPUs] {
                if let line = finding(node, guest, setting) { result.insert(line) }
            }
        }
        return result
    }

    private func finding(_ node: TreeNode, _ guest: GuestReport, _ setting: Setting) -> String? {
        let speaking = book.policies.filter {
            ($0.from?.date ?? .distantPast) <= now && wish($0, setting) != nil && matches($0.selector, node)
        }
        guard let top = deciding(speaking, setting) else { return nil }
        let place = "\(node.path) \(setting)"
        guard Set(top.compactMap { wish($0, setting) }).count == 1, let wanted = wish(top[0], setting) else {
            return "\(place) policy-conflict \(top[0].name) - open -"
        }
        guard let kind = verdict(guest, setting, wanted), !complies(guest, setting, speaking) else { return nil }
        let modes = top.map { mode($0, node) }
        let least = modes.min { power($0) < power($1) } ?? .unknown
        let (state, exemption) = exempted(node, guest, setting)
        return "\(place) \(kind) \(top[0].name) \(least) \(state) \(exemption)"
    }

    /// Those of the highest priority, first the one whose name stands on the finding.
    private func deciding(_ speaking: [Policy], _ setting: Setting) -> [Policy]? {
        guard let priority = speaking.map(\.priority).max() else { return nil }
        return speaking.filter { $0.priority == priority }.sorted {
            (power($0.mode), $0.name) < (power($1.mode), $1.name)
        }
    }

    /// With grace: whether the guest has what these policies want, or what they would want without the one that
    /// decides, while that one's grace lasts.
    private func complies(_ guest: GuestReport, _ setting: Setting, _ speaking: [Policy]) -> Bool {
        guard let top = deciding(speaking, setting) else { return true }
        guard Set(top.compactMap { wish($0, setting) }).count == 1, let wanted = wish(top[0], setting) else {
            return false
        }
        if verdict(guest, setting, wanted) == nil { return true }
        guard let from = top[0].from?.date, let grace = top[0].graceSeconds,
            now < from.addingTimeInterval(TimeInterval(grace))
        else { return false }
        return complies(guest, setting, speaking.filter { $0.name != top[0].name })
    }

    private func power(_ mode: PolicyMode) -> Int { [.audit, .propose, .enforce].firstIndex(of: mode) ?? -1 }

    private func mode(_ policy: Policy, _ node: TreeNode) -> PolicyMode {
        for rule in policy.modes where matches(rule.selector, node) {
            return isNew ? rule.intendedMode ?? rule.mode : rule.mode
        }
        return isNew ? policy.intendedMode ?? policy.mode : policy.mode
    }

    private func exempted(_ node: TreeNode, _ guest: GuestReport, _ setting: Setting) -> (String, String) {
        let about = book.exemptions.filter { $0.settings.contains(setting) && matches($0.selector, node) }
        let holding = about.filter { exemption in
            guard exemption.expires.date > now else { return false }
            if setting == .maximumVCPUs {
                guard let pin = exemption.accepts.maximumVCPUs else { return true }
                return guest.vcpus.maximum.value == pin
            }
            guard let pin = exemption.accepts.exposure else { return true }
            return verdict(guest, setting, pin ? 1 : 0) == nil
        }
        if let first = holding.map(\.name).min() { return ("exempted", first) }
        return ("open", about.isEmpty ? "-" : "lapsed")
    }
}

// MARK: Selectors

extension NaiveEngine {
    private func matches(_ selector: PolicySelector, _ node: TreeNode) -> Bool {
        let places = sequence(first: node.path, next: \.parent)
        let host = places.lazy.compactMap { tree.node(at: $0)?.host }.first
        if asksPlatform(selector), host?.report == nil { return false }
        return holds(selector, node, host)
    }

    private func asksPlatform(_ selector: PolicySelector) -> Bool {
        !selector.platforms.isEmpty || selector.not.contains { asksPlatform($0) }
    }

    private func holds(
        _ selector: PolicySelector, _ node: TreeNode, _ host: HostView?
    ) -> Bool {
        let labels = host?.host.labels ?? [:]
        let platform = host?.report?.agent.platform ?? ""
        if selector == PolicySelector() { return false }
        if selector.all { return true }
        for (label, text) in selector.labels where labels[label] != text { return false }
        for rule in selector.labelRules {
            let value = labels[rule.label]
            let isListed = value.map { rule.values.contains($0) } ?? false
            switch rule.test {
            case .isOneOf: if !isListed { return false }
            case .isNoneOf: if isListed { return false }
            case .exists: if value == nil { return false }
            case .isMissing: if value != nil { return false }
            case .unknown: return false
            }
        }
        if !selector.platforms.isEmpty {
            let words = [platform, platform.split(separator: "-").first.map(String.init) ?? ""]
            if !selector.platforms.contains(where: { words.contains($0.word) }) { return false }
        }
        if !selector.levels.isEmpty, !selector.levels.contains(node.path.names.count - 1) { return false }
        if !selector.uuids.isEmpty, !selector.uuids.contains(node.guest?.uuid ?? "") { return false }
        if !selector.guests.isEmpty, !selector.guests.contains(where: { NaiveGlob.fits($0, node.path.name) }) {
            return false
        }
        if !selector.paths.isEmpty, !NaiveGlob.isOne(node.path, selector.paths) { return false }
        if !selector.hosts.isEmpty, !NaiveGlob.isOn(node, selector.hosts) { return false }
        return !selector.not.contains { holds($0, node, host) }
    }
}
