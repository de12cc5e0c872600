package import NestingModel

/// What differs between two books of policies, by name; where something was written makes no difference.
package struct PolicyDelta: Sendable, Hashable {
    package var added: [String] = []
    package var changed: [String] = []
    package var removed: [String] = []

    package init(from old: [Policy], to new: [Policy]) {
        self.init(
            from: old.map { ($0.name, $0.withoutPlace) }, to: new.map { ($0.name, $0.withoutPlace) })
    }

    package init(from old: [Exemption], to new: [Exemption]) {
        self.init(
            from: old.map { ($0.name, $0.withoutPlace) }, to: new.map { ($0.name, $0.withoutPlace) })
    }

    private init<Value: Equatable>(from old: [(String, Value)], to new: [(String, Value)]) {
        let before = Dictionary(old) { first, _ in first }
        let after = Dictionary(new) { first, _ in first }
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
    package var isEmpty: Bool { added.isEmpty && changed.isEmpty && removed.isEmpty }
}

extension Policy {
    package var withoutPlace: Policy {
        var copy = self
        copy.place = ""
        for number in copy.modes.indices { copy.modes[number].place = "" }
        return copy
    }
}

extension Exemption {
    package var withoutPlace: Exemption {
        var copy = self
        copy.place = ""
        return copy
    }
}
