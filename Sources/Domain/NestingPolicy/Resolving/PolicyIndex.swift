import NestingModel

/// All policies, ready to be asked for one node: sorted so that the first to speak of a setting decides it, and kept by
/// root and by UUID so that a node meets few of those that are not about it.
struct PolicyIndex: Sendable {
    struct Entry: Sendable {
        var policy: Policy
        var selector: CompiledSelector
        var asked: [(setting: Setting, value: SettingValue)]
    }

    let entries: [Entry]
    private let everywhere: [Int]
    private let byRoot: [String: [Int]]
    private let byUUID: [String: [Int]]

    init(_ policies: [Policy]) {
        // Of those that agree at the same priority the least powerful decides, so that none gets power by another's name.
        let sorted = policies.sorted {
            ($1.priority, Self.power($0.mode), $0.name) < ($0.priority, Self.power($1.mode), $1.name)
        }
        entries = sorted.map {
            Entry(policy: $0, selector: CompiledSelector($0.selector), asked: $0.desired.asked)
        }
        var everywhere: [Int] = []
        var byRoot: [String: [Int]] = [:]
        var byUUID: [String: [Int]] = [:]
        for (number, entry) in entries.enumerated() {
            if let uuids = entry.selector.onlyUUIDs {
                for uuid in uuids { byUUID[uuid, default: []].append(number) }
            } else if let roots = entry.selector.roots {
                for root in roots { byRoot[root, default: []].append(number) }
            } else {
                everywhere.append(number)
            }
        }
        self.everywhere = everywhere
        self.byRoot = byRoot
        self.byUUID = byUUID
    }

    private static func power(_ mode: PolicyMode) -> Int { PolicyMode.allCases.firstIndex(of: mode) ?? 0 }

    /// Those that may be about nodes of this tree, but for those that `byUUID` finds.
    func candidates(root: String) -> [Int] {
        guard let own = byRoot[root] else { return everywhere }
        return (everywhere + own).sorted()
    }

    func candidates(_ numbers: [Int], labels: [String: String]) -> [Int] {
        numbers.filter { entries[$0].selector.matches(labels: labels) }
    }

    /// Those that match a node, in deciding order.
    /// - Parameter candidates: of its root, and already matched with its labels.
    func matching(
        _ path: NodePath, guestName: String?, uuid: String?, labels: [String: String], candidates: [Int]
    ) -> [Int] {
        var numbers = candidates
        if !byUUID.isEmpty, let uuid, let own = byUUID[uuid] {
            numbers = (numbers + self.candidates(own, labels: labels)).sorted()
        }
        return numbers.filter { entries[$0].selector.matches(path, guestName: guestName, uuid: uuid) }
    }

    /// The decision of each setting that a matching policy speaks of.
    func decisions(_ matching: [Int]) -> [Setting: Decision] {
        var result: [Setting: Decision] = [:]
        for number in matching {
            for (setting, value) in entries[number].asked {
                guard let decided = result[setting] else {
                    result[setting] = Decision(value: value, policy: number)
                    continue
                }
                let isEqual = entries[decided.policy].policy.priority == entries[number].policy.priority
                if isEqual, decided.value != value { result[setting]?.against.append(number) }
            }
        }
        return result
    }
}
