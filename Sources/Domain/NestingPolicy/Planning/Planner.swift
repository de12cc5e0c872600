package import FoundationEssentials
package import NestingModel

/// Makes plans of findings: pure, so that the same plan can be shown first and run afterwards.
package enum Planner {
    /// One item for each guest whose drift an agent can end, and a reason for every finding that gets none.
    ///
    /// Deeper guests come first, so that a guest is changed before the machine that it runs in. A report's age counts
    /// from its receipt (`HostHealth.reportedAt`).
    ///
    /// - Parameters:
    ///   - identities: of the tree, where they are known; else they are collected.
    ///   - received: when reports were received, where that is told besides the tree.
    ///   - findings: all open and stale ones of the fleet (exempted ones are left alone); those outside the selection
    ///     serve as reasons to refuse (an identity that does not hold).
    ///   - policies: the ones that the findings were made from.
    ///   - selection: these nodes and all below them; empty means the whole fleet.
    ///   - isAsked: which findings it is about beyond that.
    ///   - modes: findings of other modes are left alone. `[.enforce]` is for corrections that nobody asked for.
    package static func plan(
        _ tree: NestingTree, identities: IdentityRegister? = nil, received: [NodePath: Date] = [:],
        findings: [Finding], policies: [Policy], selection: [NodePath] = [],
        isAsked: ((Finding) -> Bool)? = nil, modes: Set<PolicyMode> = [.propose, .enforce], now: Date
    ) -> Plan {
        bounded(
            tree, identities: identities, received: received, findings: findings, policies: policies,
            selection: selection, isAsked: isAsked, modes: modes, limit: nil, now: now
        ).plan
    }

    /// The same, of which so many items and blocks are told at most.
    /// - Parameter limit: nil tells all.
    package static func bounded(
        _ tree: NestingTree, identities: IdentityRegister? = nil, received: [NodePath: Date] = [:],
        findings: [Finding], policies: [Policy], selection: [NodePath] = [],
        isAsked: ((Finding) -> Bool)? = nil, modes: Set<PolicyMode> = [.propose, .enforce], limit: Int?, now: Date
    ) -> BoundedPlan {
        let draft = PlanDraft(
            tree: tree, identities: identities, received: received, findings: findings, policies: policies,
            modes: modes, limit: limit, now: now)
        let selected = Set(selection)
        // A finding is large: each is looked at where it lies. A suggestion asks for nothing that a plan could do.
        let standing = findings.indices.filter {
            findings[$0].state.isOpen && findings[$0].kind != .unusedExposure && isSelected(findings[$0].path, selected)
                && isAsked?(findings[$0]) != false
        }.sorted {
            findings[$0].path == findings[$1].path
                ? findings[$0].id < findings[$1].id : isBefore(findings[$0].path, findings[$1].path)
        }
        let guests = neighbours(standing) { findings[$0].path == findings[$1].path }
        let parts = AllCores.map(guests.count, least: leastGuests) { numbers in
            var part = draft
            for guest in guests[numbers] { part.add(standing[guest]) }
            return part
        }
        let blocked = parts.flatMap(\.blocked).sorted { ($0.path, $0.finding) < ($1.path, $1.finding) }
        let plan = Plan(
            items: Array(parts.lazy.flatMap(\.items).prefix(limit ?? .max)),
            blocked: Array(blocked.prefix(limit ?? .max)), madeAt: now)
        return BoundedPlan(plan: plan, items: parts.reduce(0) { $0 + $1.itemCount }, blocked: blocked.count)
    }

    /// From so many guests on it is worth to plan on several cores.
    private static let leastGuests = 1_000

    /// Ranges of elements that belong together and stand side by side.
    private static func neighbours<Element>(
        _ elements: [Element], belong: (Element, Element) -> Bool
    ) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        for end in elements.indices.dropFirst() where !belong(elements[end - 1], elements[end]) {
            ranges.append(start..<end)
            start = end
        }
        return elements.isEmpty ? [] : ranges + [start..<elements.count]
    }

    /// One item for each change of a guest that a person asks for, whatever the policies say, or a reason why not.
    package static func plan(
        _ tree: NestingTree, identities: IdentityRegister? = nil, received: [NodePath: Date] = [:],
        changes: [NodePath: (change: GuestChange, rules: DisruptionRules)], findings: [Finding], now: Date
    ) -> Plan {
        var draft = PlanDraft(
            tree: tree, identities: identities, received: received, findings: findings, policies: [], modes: [],
            limit: nil, now: now)
        for (path, wanted) in changes.sorted(by: { isBefore($0.key, $1.key) }) {
            draft.addItem(path, wanted.change, rules: wanted.rules)
        }
        return Plan(
            items: draft.items, blocked: draft.blocked.sorted { $0.path < $1.path }, madeAt: now)
    }

    /// The order of a plan's items: deeper ones first, then by path.
    private static func isBefore(_ left: NodePath, _ right: NodePath) -> Bool {
        (right.level, left) < (left.level, right)
    }

    private static func isSelected(_ path: NodePath, _ selected: Set<NodePath>) -> Bool {
        guard !selected.isEmpty else { return true }
        return sequence(first: path, next: \.parent).contains(where: selected.contains)
    }
}
