import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy

/// One evaluation, within one transaction: which trees have to be judged, by what, and what came of it.
///
/// A tree is judged anew where something of it changed, where another tree that has one of its UUIDs changed, and where
/// its time has come. All are where the policies are others than the last time, or other ones of them count.
struct Judging {
    let work: any FleetWriting
    let rules: DriftRules
    /// What counted until now, where the policies just changed.
    let before: PolicySet?
    let now: Date

    /// - Parameter kept: of the evaluation before; nil judges everything.
    /// - Returns: what the next one goes by, and the whole tree where it was joined.
    func run(_ kept: consuming JudgedFleet?) throws(StoreFailure) -> (JudgedFleet, NestingTree?) {
        let revision = try work.policyRevision()
        let set: PolicySet
        if let known = kept?.set, known.revision == revision { set = known } else { set = try work.policies() }
        let basis = JudgementBasis(set, at: now)
        // A clock that was set back would bring back what is over.
        if var fleet = kept.take(), fleet.basis == basis, fleet.at <= now {
            try judgeChanged(&fleet)
            return (fleet, nil)
        }
        var fleet = JudgedFleet(set, basis, at: now)
        let tree = try judgeAll(&fleet)
        return (fleet, tree)
    }

    private func judgeAll(_ fleet: inout JudgedFleet) throws(StoreFailure) -> NestingTree {
        fleet.changes = try work.changedTrees(since: 0).count
        let hosts = try work.hosts()
        let tree = NestingTree(joining: hosts)
        fleet.register = IdentityRegister(tree)
        try judge(
            JudgedTrees(
                names: nil, hosts: hosts, joined: JoinResult(tree: tree, conflicts: fleet.register.conflicts),
                previous: try work.standingFindings(), unused: try work.unusedExposure(ofTree: nil)), &fleet)
        return tree
    }

    private func judgeChanged(_ fleet: inout JudgedFleet) throws(StoreFailure) {
        let changes = try work.changedTrees(since: fleet.changes)
        fleet.changes = changes.count
        var due = changes.trees.union(fleet.wakes.filter { $0.value <= now }.keys)
        var trees = JudgedTrees(names: [])
        var others: Set<String> = []
        for name in due.sorted() {
            let root = try take(name, into: &trees)
            others.formUnion(fleet.register.replace(name, with: root))
        }
        for name in others.subtracting(due).sorted() { _ = try take(name, into: &trees) }
        due.formUnion(others)
        trees.names = due
        trees.joined.conflicts = due.sorted().flatMap { fleet.register.conflicts(in: $0) }
        try judge(trees, &fleet)
    }

    /// Reads one tree.
    /// - Returns: nil where none of its hosts is left.
    private func take(_ name: String, into trees: inout JudgedTrees) throws(StoreFailure) -> TreeNode? {
        let hosts = try work.hosts(ofTree: name)
        let roots = NestingTree(joining: hosts).roots
        trees.hosts += hosts
        trees.joined.tree.roots += roots
        trees.previous += try work.standingFindings(ofTree: name)
        trees.unused.merge(try work.unusedExposure(ofTree: name)) { first, _ in first }
        return roots.first
    }

    private func judge(_ trees: JudgedTrees, _ fleet: inout JudgedFleet) throws(StoreFailure) {
        fleet.at = now
        let names = trees.names ?? Set(trees.joined.tree.roots.map(\.path.name))
        fleet.judgedTrees = names.count
        if trees.names != [] {
            let due = now.addingTimeInterval(-rules.unusedAfter)
            var findings = fleet.policies.evaluate(
                trees.joined, previous: trees.previous,
                earlier: try work.earlierJudgements(
                    before: before ?? fleet.set, than: fleet.set, hosts: trees.hosts, now: now),
                unusedExposure: trees.unused.filter { $0.value <= due }, now: now)
            try findings.follow(previous: trees.previous, rule: rules.contest, in: work, at: now)
            try work.put(findings: findings)
            try work.markJudged(
                before: before ?? fleet.set, by: fleet.set, hosts: trees.hosts, of: trees.names, now: now)
            wake(&fleet, names, findings, trees.unused.filter { $0.value > due })
        }
        try work.markJudged(trees: names, at: now)
    }

    /// Notes when the trees that were judged have to be judged again, though nothing should change.
    private func wake(
        _ fleet: inout JudgedFleet, _ names: Set<String>, _ findings: [Finding], _ coming: [NodePath: Date]
    ) {
        for name in names { fleet.wakes[name] = nil }
        let ends = findings.compactMap { finding in
            finding.acknowledgement?.until.map { (finding.path.names[0], $0) }
        }
        let told = coming.map { ($0.key.names[0], $0.value.addingTimeInterval(rules.unusedAfter)) }
        for (name, time) in ends + told { fleet.wakes[name] = min(fleet.wakes[name] ?? time, time) }
    }
}

/// Some trees, and all that they are judged by beside the policies.
private struct JudgedTrees {
    /// Of their roots, also of those that are gone; nil for all there are.
    var names: Set<String>?
    var hosts: [HostView] = []
    var joined = JoinResult(tree: NestingTree(roots: []))
    var previous: [Finding] = []
    var unused: [NodePath: Date] = [:]
}
