import ControllerAPI
import DriftReports
import FleetStore
import FoundationEssentials
import NestingModel
import SQLiteStore
import Synchronization
import Testing

@testable import FleetControl

@Suite("The audit log's head, sent to a webhook")
struct AuditAnchorTests {
    /// Takes heads and remembers them, or refuses.
    private final class Receiver: AuditHeadCourier {
        private let state = Mutex((arrived: [AuditHeadLetter](), isRefusing: false))
        /// A controller that is dead by now brings nothing.
        let store: MortalStore?

        init(store: MortalStore? = nil, isRefusing: Bool = false) {
            self.store = store
            state.withLock { $0.isRefusing = isRefusing }
        }

        var arrived: [AuditHeadLetter] { state.withLock { $0.arrived } }
        var numbers: [Int] { arrived.map(\.head.number) }
        func relent() { state.withLock { $0.isRefusing = false } }

        func deliver(_ letter: AuditHeadLetter) async throws(DeliveryFailure) {
            if store?.isSpent == true { throw DeliveryFailure("dead") }
            let isRefused = state.withLock { state in
                if !state.isRefusing { state.arrived.append(letter) }
                return state.isRefusing
            }
            if isRefused { throw DeliveryFailure("h answered (503)") }
        }
    }

    private func bench() async throws -> Bench {
        try await Bench(ScriptedFleet(l1Exposed: true, innerRuns: false), policies: [policy(exposure: true)])
    }

    private func controller(
        _ bench: Bench, _ receiver: Receiver, at time: TestTime, over store: MortalStore? = nil, isAnchored: Bool = true
    ) async throws -> FleetController {
        var environment = try await bench.controller().environment
        environment.now = { time.now }
        environment.headCourier = receiver
        if let store { environment.store = store }
        if isAnchored {
            environment.settings.anchor = WebhookPlace(url: "https://anchor.example.org/secret-path", secretFile: "/k")
        }
        return try await FleetController(environment)
    }

    private func fill(_ store: SQLiteStore, _ count: Int) async throws {
        try await store.record { (work) throws(StoreFailure) in
            for number in 0..<count {
                try work.audit(AuditEntry(actor: "alice", action: "freeze", subject: "fleet", detail: "\(number)"))
            }
        }
    }

    @Test("goes where the log says it: at start, with every 1,000th record, and daily")
    func sent() async throws {
        let (bench, time, receiver) = (try await bench(), TestTime(), Receiver())
        try await fill(bench.store, 999)
        let controller = try await controller(bench, receiver, at: time)
        await controller.anchorAudit()
        await controller.untilAnchored()
        _ = try await controller.freeze(FreezeRequest(reason: "audit"), by: Requester(name: "alice"))
        try await controller.unfreeze(by: Requester(name: "alice"))
        await controller.untilAnchored()
        #expect(receiver.numbers == [999, 1_000])
        time.pass(86_400)
        await controller.anchorAudit()
        await controller.untilAnchored()
        #expect(receiver.numbers == [999, 1_000, 1_001])
        #expect(Set(receiver.arrived.map(\.id)).count == 3)
        #expect(receiver.arrived.last?.head == (try await controller.verifyAudit().head))
        let status = try #require(try await controller.status(version: "", stateDirectory: "").auditAnchor)
        #expect(status.place == "https://anchor.example.org")
        #expect((status.waiting, status.delivered?.number, status.health.isFailing) == (0, 1_001, false))
        await controller.stop()
        await bench.end()
    }

    @Test("waits for a receiver that refuses, which is seen, and goes again with the same id and in order")
    func refused() async throws {
        let (bench, time, receiver) = (try await bench(), TestTime(), Receiver(isRefusing: true))
        try await fill(bench.store, 999)
        let controller = try await controller(bench, receiver, at: time)
        await controller.anchorAudit()
        await controller.untilAnchored()
        _ = try await controller.freeze(FreezeRequest(reason: "audit"), by: Requester(name: "alice"))
        await controller.untilAnchored()
        let failing = try #require(try await controller.status(version: "", stateDirectory: "").auditAnchor)
        #expect((failing.waiting, failing.health.failures, failing.health.sentence) == (2, 1, "h answered (503)"))
        receiver.relent()
        // Its pause is not over.
        await controller.startAnchoring()
        await controller.untilAnchored()
        #expect(receiver.numbers == [])
        time.pass(31)
        await controller.startAnchoring()
        await controller.untilAnchored()
        #expect(receiver.numbers == [999, 1_000])
        let well = try #require(try await controller.status(version: "", stateDirectory: "").auditAnchor)
        #expect((well.waiting, well.health.isFailing) == (0, false))
        await controller.stop()
        await bench.end()
    }

    @Test("arrives wherever the controller is killed; twice only with the same id", arguments: 1...7, [true, false])
    func killed(atWrite count: Int, beforeSending: Bool) async throws {
        let (bench, time) = (try await bench(), TestTime())
        try await fill(bench.store, 999)
        let mortal = MortalStore(bench.store, writes: count)
        let first = Receiver(store: beforeSending ? mortal : nil)
        if let controller = try? await controller(bench, first, at: time, over: mortal) {
            await controller.anchorAudit()
            await controller.untilAnchored()
            _ = try? await controller.freeze(FreezeRequest(reason: "audit"), by: Requester(name: "alice"))
            await controller.untilAnchored()
            await controller.stop()
        }
        let waiting = try await bench.store.read { (work) throws(StoreFailure) in
            try work.value(.anchorOutbox, as: AnchorOutbox.self)?.waiting ?? []
        }
        let second = Receiver()
        let controller = try await controller(bench, second, at: time)
        await controller.anchorAudit()
        await controller.untilAnchored()
        #expect(second.arrived.dropLast().map(\.id) == waiting.map(\.id))
        #expect(second.arrived.last?.head == (try await controller.verifyAudit().head))
        #expect(second.numbers == second.numbers.sorted())
        // What the first one brought without recording it comes again as the same one.
        for letter in first.arrived { #expect(letter.id.hasPrefix("audit-head.")) }
        #expect(first.arrived.map(\.id).filter { id in waiting.contains { $0.id == id } }.count <= 1)
        await controller.stop()
        await bench.end()
    }

    @Test("is kept in no outbox where nobody is to have it")
    func nobody() async throws {
        let (bench, time, receiver) = (try await bench(), TestTime(), Receiver())
        let controller = try await controller(bench, receiver, at: time, isAnchored: false)
        await controller.anchorAudit()
        await controller.untilAnchored()
        #expect(receiver.numbers == [])
        #expect(try await controller.status(version: "", stateDirectory: "").auditAnchor == nil)
        await controller.stop()
        await bench.end()
    }

    @Test("an outbox that nobody empties gives up the oldest, and counts them")
    func bounded() {
        var outbox = AnchorOutbox()
        for number in 0..<AnchorOutbox.longest + 3 {
            outbox.take(
                AnchorOutbox.Letter(
                    id: "\(number)", head: AuditHead(number: number, hash: "h"), at: Date(timeIntervalSince1970: 0)))
        }
        #expect((outbox.waiting.count, outbox.waiting.first?.id, outbox.health.givenUp) == (500, "3", 3))
    }
}

extension FleetController {
    fileprivate func untilAnchored() async {
        while let task = anchoring { await task.value }
    }
}
