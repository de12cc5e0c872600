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
    ///   - findings: all open and stale ones of the fleet (exempted ones are left alone); those outside the selection serve as reasons to refuse
    ///     (an identity that does not hold).
    ///   - policies: the ones that the findings were made from.
    ///   - selection: these nodes and all below them; empty means the whole fleet.
    ///   - isAsked: which findings it is about beyond that.
    ///   - modes: findings of other modes are left alone. `[.enforce]` is for corrections that nobody asked for.
    package static func plan(
        _ tree: NestingTree, findings: [Finding], policies: [Policy], selection: [NodePath] = [],
        isAsked: (Finding) -> Bool = { _ in true }, modes: Set<PolicyMode> = [.propose, .enforce], now: Date
    ) -> Plan {
        var draft = PlanDraft(tree: tree, findings: findings, policies: policies, modes: modes, now: now)
        let selected = Set(selection)
        // A suggestion asks for nothing that a plan could do.
        let standing = findings.filter {
            $0.state.isOpen && $0.kind != .unusedExposure && isSelected($0.path, selected) && isAsked($0)
        }
        var guests: [NodePath: [Finding]] = [:]
        for finding in standing {
            do throws(PlanRefusal) {
                try draft.checkFinding(finding)
                guests[finding.path, default: []].append(finding)
            } catch {
                draft.block(finding, error)
            }
        }
        for path in guests.keys.sorted(by: isBefore) {
            draft.addItem(path, (guests[path] ?? []).sorted { $0.id < $1.id })
        }
        return Plan(
            items: draft.items,
            blocked: draft.blocked.sorted { ($0.path, $0.finding) < ($1.path, $1.finding) }, madeAt: now)
    }

    /// One item for each change of a guest that a person asks for, whatever the policies say, or a reason why not.
    package static func plan(
        _ tree: NestingTree, changes: [NodePath: (change: GuestChange, rules: DisruptionRules)], findings: [Finding],
        now: Date
    ) -> Plan {
        var draft = PlanDraft(tree: tree, findings: findings, policies: [], modes: [], now: now)
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
