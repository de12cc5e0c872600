import NestingModel
import NestingPolicy

/// The pure engine on one core.
enum EvaluationSection {
    static func measure(_ table: inout MeasuredTable) throws {
        let now = SyntheticFleet.now
        var hosts = SyntheticFleet.hosts(1_000, guests: 50)
        let policies = SyntheticFleet.policies(20)
        let fleet = "1,000 hosts × 50 guests"

        var joined = NestingTree.join(hosts)
        table.add("join, \(fleet)", median(of: 7) { joined = NestingTree.join(hosts) }.shown)

        let engine = PolicyEngine(policies)
        var findings = engine.evaluate(joined, now: now)
        let first = median(of: 7) { findings = engine.evaluate(joined, now: now) }
        table.add("evaluate, \(fleet) × 20 policies, one core (\(findings.count) findings)", first.shown)
        let again = median(of: 7) { _ = engine.evaluate(joined, previous: findings, now: now) }
        table.add("evaluate again, with what was found before", again.shown)

        // One host reports anew: today the whole fleet is joined and evaluated again.
        var flips = 0
        let one = median(of: 7) {
            flips += 1
            hosts[500] = SyntheticFleet.host(500, guests: 50, drifting: flips % 2 == 0 ? 10 : 7)
            findings = engine.evaluate(NestingTree.join(hosts), previous: findings, now: now)
                .filter { $0.state != .resolved }
        }
        table.add("one host's new report: join and evaluate the fleet", one.shown)

        var plan = Planner.plan(joined.tree, findings: findings, policies: policies, now: now)
        let planning = median(of: 5) {
            plan = Planner.plan(joined.tree, findings: findings, policies: policies, now: now)
        }
        table.add("plan over the fleet (\(plan.items.count) corrections)", planning.shown)
        measureLarge(&table)
    }

    /// The size that evaluation is to reach in a second.
    private static func measureLarge(_ table: inout MeasuredTable) {
        let now = SyntheticFleet.now
        let joined = NestingTree.join(SyntheticFleet.hosts(10_000, guests: 50))
        let engine = PolicyEngine(SyntheticFleet.book(100))
        var findings = engine.evaluate(joined, now: now)
        let time = median(of: 3) { findings = engine.evaluate(joined, now: now) }
        table.add(
            "evaluate, 10,000 hosts × 50 guests × 100 policies and 100 exemptions, one core (\(findings.count) findings)",
            time.shown)
    }
}
