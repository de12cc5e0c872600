import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy
import SQLiteStore
import Testing

@testable import FleetControl

@Suite("A preview") struct PreviewTests {
    @Test("that judges what its draft is about says what one that judges everything says, whatever happened before")
    func agrees() async throws {
        let seed = UInt64.random(in: 0..<1 << 32)
        var seen: [String: Int] = [:]
        // Chance has to reach what the test is about: it goes on for as long as something was seldom made.
        for round in 0..<60 where round < 4 || seen.values.contains(where: { $0 < 5 }) {
            var events = FleetEvents(seed: seed &+ UInt64(round))
            let bench = try await JudgedBench(events.time)
            let controller = bench.controller
            for step in 0..<45 {
                let event = events.next()
                if case .time(let seconds) = event { events.time.pass(seconds) }
                try await bench.take(event)
                // What was not judged yet is judged by the preview.
                if step % 3 > 0 { try await controller.evaluate(before: bench.before) }
                let now = events.time.now
                let ground = try await controller.look { (work, memory) throws(StoreFailure) in
                    try PreviewGround(work, memory, now: now)
                }
                let whole = try await bench.bench.store.read { (work) throws(StoreFailure) in
                    try PreviewGround(work, try FleetMemory(nil, caughtUpWith: work), now: now)
                }
                let draft = PolicyDraft(
                    events.draft(over: ground.before.book), over: ground.before, about: PolicyBook())
                let (answer, expected) = (
                    ground.preview(draft, limit: nil), whole.preview(draft, limit: nil)
                )
                #expect(whole.judged(draft) == nil)
                #expect(
                    answer == expected, "seed \(seed), round \(round), step \(step), after \(event): \(draft.book)")
                seen["spared", default: 0] += ground.judged(draft).map { ground.roots.subtracting($0).count } ?? 0
                seen["opens", default: 0] += answer.opens.count
                seen["closes", default: 0] += answer.closes.count
                seen["exempts", default: 0] += answer.exempts.count
                seen["modes", default: 0] += answer.modes.count
                seen["items", default: 0] += answer.plan.items.count
                seen["blocked", default: 0] += answer.plan.blocked.count
                guard answer == expected else { break }
            }
            await bench.end()
        }
        #expect(seen.values.allSatisfy { $0 >= 5 }, "seed \(seed): \(seen)")
    }

    @Test("judges the trees in which its draft selects something, or has held something, and no others")
    func spares() async throws {
        let held = Exemption(
            name: "held", selector: PolicySelector(paths: ["rack9/*"]), settings: [.exposure], owner: "o", reason: "r",
            expires: Moment(Date(timeIntervalSinceNow: 86_400), "then"))
        let bench = try await Bench(
            .plain(["rack8": 2, "rack9": 2]), policies: [policy(exposure: true, paths: ["*/*"])])
        try await bench.store.record { (work) throws(StoreFailure) in
            let old = try work.policies()
            try work.put(policies: PolicySet(revision: 2, policies: old.policies, exemptions: [held]))
        }
        try await bench.run { controller in
            _ = try await controller.sweep(SweepRequest())
            func judged(_ book: (inout PolicyBook) -> Void) async throws -> Set<String>? {
                let ground = try await controller.look { (work, memory) throws(StoreFailure) in
                    try PreviewGround(work, memory, now: Date().wholeSecond)
                }
                var draft = ground.before.book
                book(&draft)
                return ground.judged(PolicyDraft(draft, over: ground.before, about: draft))
            }
            #expect(try await judged { _ in } == [])
            #expect(try await judged { $0.policies.append(policy(exposure: false, paths: ["rack8/g1"])) } == ["rack8"])
            #expect(try await judged { $0.exemptions = [] } == ["rack9"])
            #expect(try await judged { $0.policies[0].priority = 7 } == ["rack7", "rack8", "rack9"])
            try await bench.store.record { (work) throws(StoreFailure) in
                guard let rack9 = NodePath("rack9"), var report = try work.host(rack9)?.report else { return }
                report.guests = .unknown("its manager does not answer")
                try work.put(report: report, of: rack9)
            }
            #expect(try await judged { _ in } == ["rack9"], "what changed is judged")
            try await controller.evaluate()
            #expect(try await judged { _ in } == [])
            #expect(
                try await judged { $0.exemptions = [] } == ["rack9"],
                "it selects nothing that is there now, and holds what was found")
        }
    }

    @Test("of which somebody wants the first few has them, and how many there are of each kind")
    func cut() async throws {
        let bench = try await Bench(.plain(["rack8": 3, "rack9": 2]), policies: [])
        // Two previews are compared, and each says since when what it would open is seen.
        try await bench.run(at: TestTime()) { controller in
            _ = try await controller.sweep(SweepRequest())
            let text = """
                policies:
                  - {name: all, select: {paths: ["rack8/*", "rack9/*"]}, desire: {exposure: exposed}, mode: propose}
                """
            let request = ApplyRequest(files: [DocumentFile(name: "p.yaml", text: text)])
            let whole = try await controller.preview(policies: request)
            #expect(whole.opens.count == 5 && whole.counts == nil)
            let cut = try await controller.preview(policies: request, limit: 2)
            #expect(cut.opens == Array(whole.opens.prefix(2)))
            #expect(cut.plan.items == Array(whole.plan.items.prefix(2)))
            #expect(cut.total == whole.total && cut.counts?.opens == 5 && cut.counts?.items == 5)
            #expect(try await controller.preview(policies: request, limit: 5) == whole)
        }
    }
}
