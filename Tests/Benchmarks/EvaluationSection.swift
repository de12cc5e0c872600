import NestingModel
import NestingPolicy

/// The pure engine, in processor time of one core. No figure holds reading the store.
enum EvaluationSection {
    private static let fleet = "10,000 hosts × 50 guests"
    private static let now = SyntheticFleet.now

    static func measure(_ table: inout MeasuredTable) throws {
        var hosts = SyntheticFleet.hosts(10_000, guests: 50)
        let book = SyntheticFleet.book(100)
        let engine = PolicyEngine(book)

        var joined = NestingTree.join(hosts)
        let join = processorMedian(of: 3) { joined = NestingTree.join(hosts) }
        // What no evaluation can do without: each fact that the policies ask for is read once.
        var met = 0
        let floor = processorMedian(of: 5) { met = joined.tree.roots.reduce(0) { $0 + asWanted($1) } }
        table.add("join the reports, \(fleet)", join.shown)

        var findings = engine.evaluate(joined, now: now)
        let full = processorMedian(of: 5) { findings = engine.evaluate(joined, now: now) }
        table.add(
            "evaluate, \(fleet) × 100 policies and 100 exemptions (\(findings.count) findings); without the join",
            full.shown, "\(floor.shown) to read the facts once (\(met) as wanted): \(full.times(floor))")
        let again = processorMedian(of: 3) { _ = engine.evaluate(joined, previous: findings, now: now) }
        table.add("evaluate again, with what was found before", again.shown, again.times(full))

        measureOneHost(&table, &hosts, engine, findings, full: join + full)
        measurePreview(&table, hosts, book, findings, full: full)
    }

    private static func asWanted(_ node: TreeNode) -> Int {
        var count = 0
        for child in node.children {
            if let guest = child.sharedGuest?.value, guest.exposure.configured.value == true,
                guest.exposure.live.value == true, guest.memory.startup.value ?? 0 >= 2 << 30,
                guest.memory.dynamic.value == false, guest.vcpus.maximum.value ?? 0 >= 2
            {
                count += 1
            }
            count += asWanted(child)
        }
        return count
    }

    /// As a controller does that has judged the fleet before.
    private static func measureOneHost(
        _ table: inout MeasuredTable, _ hosts: inout [HostView], _ engine: PolicyEngine, _ findings: [Finding],
        full: Duration
    ) {
        let name = hosts[5_000].host.path.name
        var register = IdentityRegister(NestingTree(joining: hosts))
        var policies = CountingPolicies(engine, at: now)
        var previous = findings.filter { $0.path.names[0] == name }
        var flips = 0
        let one = processorMedian(of: 101) {
            flips += 1
            let view = SyntheticFleet.host(5_000, guests: 50, drifting: flips % 2 == 0 ? 10 : 7)
            let tree = NestingTree(joining: [view])
            let others = register.replace(name, with: tree.roots.first)
            precondition(others.isEmpty)
            previous = policies.evaluate(
                JoinResult(tree: tree, conflicts: register.conflicts(in: name)), previous: previous, now: now
            ).filter { $0.state != .resolved }
        }
        table.add(
            "one host's new report of 50 guests: made, joined, identities compared, evaluated", one.shown,
            "1/\(Int(full / one)) of the fleet joined and evaluated")
    }

    private static func measurePreview(
        _ table: inout MeasuredTable, _ hosts: [HostView], _ book: PolicyBook, _ findings: [Finding], full: Duration
    ) {
        var draft = book
        draft.policies[30].desired.maximumVCPUs = 8
        draft.policies[30].priority = 1_000
        let earlier = EarlierJudgements(all: EarlierJudgement(book.policies, at: now))
        let joined = NestingTree.join(hosts)
        let identities = IdentityRegister(joined.tree)
        var (opened, items) = (0, 0)
        func preview(_ limit: Int?, _ measure: (Int, () -> Void) -> Duration) -> Duration {
            let known = Set(findings.map(\.id))
            return measure(3) {
                _ = DraftReach(from: book, to: draft, written: draft, in: joined.tree)
                let found = PolicyEngine(draft).evaluate(joined, previous: findings, earlier: earlier, now: now)
                opened = found.count { !known.contains($0.id) }
                let plan = Planner.bounded(
                    joined.tree, identities: identities, findings: found, policies: draft.policies, limit: limit,
                    now: now)
                items = plan.items
            }
        }
        for limit in [100, nil] {
            let processor = preview(limit) { processorMedian(of: $0, $1) }
            let wall = preview(limit) { median(of: $0, $1) }
            table.add(
                "preview of a draft: reach, evaluate, plan (\(opened) open anew, \(items) corrections in all, "
                    + "\(limit.map { "the first \($0)" } ?? "each") worded); joined before",
                "\(processor.shown), on all cores \(wall.shown)",
                processor.times(full) + " an evaluation; to reach: 2 s")
        }
    }
}
