import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy

/// One evaluation, within one transaction: which trees have to be judged, by what, and what came of it.
///
/// A tree is judged anew where something of it changed, where another tree that has one of its UUIDs changed, and where
/// its time has come. All are where the policies are others than the last time, or other ones of them count.
struct Judging {
    private let work: any FleetWriting
    private let rules: DriftRules
    private let before: PolicySet?
    private let now: Date

    /// - Parameter before: what counted until now, where the policies just changed.
    init(work: any FleetWriting, rules: DriftRules, before: PolicySet?, now: Date) {
        self.work = work
        self.rules = rules
        self.before = before
        // What is kept in memory has to be what is stored, and that is kept to the second.
        self.now = now.wholeSecond
    }

    /// - Parameter kept: of the evaluation before; nil judges everything.
    /// - Returns: what the next one goes by.
    func run(_ kept: consuming FleetMemory?) throws(StoreFailure) -> FleetMemory {
        var memory = try FleetMemory(kept, caughtUpWith: work)
        var fleet = memory.judged.take()
        let revision = try work.policyRevision()
        let set: PolicySet
        if let known = fleet?.set, known.revision == revision { set = known } else { set = try work.policies() }
        let basis = JudgementBasis(set, at: now)
        // A clock that was set back would bring back what is over.
        if var judged = fleet.take(), judged.basis == basis, judged.at <= now {
            try judge(judged.due(at: now), of: &memory.picture, &judged)
            memory.judged = judged
        } else {
            var judged = JudgedFleet(set, basis, at: now)
            try judge(nil, of: &memory.picture, &judged)
            memory.judged = judged
        }
        return memory
    }

    /// - Parameter names: of the roots of those that are judged, also of those that are gone; nil for all there are.
    private func judge(
        _ names: Set<String>?, of picture: inout FleetPicture, _ fleet: inout JudgedFleet
    ) throws(StoreFailure) {
        let judged = names ?? picture.roots
        fleet.at = now
        fleet.pending = []
        fleet.judgedTrees = judged.count
        if names != [] {
            let joined = picture.joined(names)
            let (previous, hosts) = (picture.standing(names), joined.tree.hosts)
            let unused = try unusedExposure(names)
            let due = now.addingTimeInterval(-rules.unusedAfter)
            let earlier = try work.earlierJudgements(
                before: before ?? fleet.set, than: fleet.set, hosts: hosts, now: now)
            var findings = fleet.policies.evaluate(
                joined, previous: previous, earlier: earlier, unusedExposure: unused.filter { $0.value <= due },
                now: now)
            try findings.follow(previous: previous, rule: rules.contest, in: work, at: now)
            try work.put(findings: findings)
            try work.markJudged(before: before ?? fleet.set, by: fleet.set, hosts: hosts, of: names, now: now)
            wake(&fleet, judged, findings, unused.filter { $0.value > due })
            picture.take(findings, of: names, at: now)
        } else {
            picture.take([], of: [], at: now)
        }
        try work.markJudged(trees: judged, at: now)
    }

    private func unusedExposure(_ names: Set<String>?) throws(StoreFailure) -> [NodePath: Date] {
        guard let names else { return try work.unusedExposure(ofTree: nil) }
        var unused: [NodePath: Date] = [:]
        for name in names { unused.merge(try work.unusedExposure(ofTree: name)) { first, _ in first } }
        return unused
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

extension Date {
    /// As the store keeps times.
    var wholeSecond: Date { Date(timeIntervalSinceReferenceDate: timeIntervalSinceReferenceDate.rounded(.down)) }
}
