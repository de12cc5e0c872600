package import NestingModel

/// What differs between two sets of policies, by name; where a policy was written makes no difference.
package struct PolicyDelta: Sendable, Hashable {
    package var added: [String] = []
    package var changed: [String] = []
    package var removed: [String] = []

    package init(from old: [Policy], to new: [Policy]) {
        let before = Dictionary(old.map { ($0.name, $0.withoutPlace) }) { first, _ in first }
        let after = Dictionary(new.map { ($0.name, $0.withoutPlace) }) { first, _ in first }
        for name in Set(before.keys).union(after.keys).sorted() {
            switch (before[name], after[name]) {
            case (nil, _?): added.append(name)
            case (_?, nil): removed.append(name)
            case (let old, let new) where old != new: changed.append(name)
            default: break
            }
        }
    }

    /// Those under which a new finding is the policy's doing and not the host's.
    package var touched: Set<String> { Set(added + changed) }
}

extension Policy {
    fileprivate var withoutPlace: Policy {
        var copy = self
        copy.place = ""
        return copy
    }
}
