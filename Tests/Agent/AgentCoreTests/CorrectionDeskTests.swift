import AgentCore
import AgentWire
import NestingModel
import Testing

@Suite("Orders")
struct CorrectionDeskTests {
    let guest = PretendGuest(1)

    func refusal(_ body: () throws -> Void) -> String? {
        do { try body() } catch { return (error as? WireError)?.data?.code }
        return nil
    }

    @Test("A stranger and a lower epoch are refused, and leave nothing behind")
    func strangers() throws {
        let bench = try Bench(PretendWorld(guest))
        #expect(refusal { try bench.order(.set(guest), controller: "c2") } == "controller-unknown")
        #expect(refusal { try bench.order(.set(guest), epoch: 4) } == "epoch-stale")
        try bench.folder.forgetEnrolment()
        #expect(refusal { try bench.order(.set(guest)) } == "controller-unknown")
        #expect(try bench.journal.content().entries.isEmpty)
    }

    @Test("A higher epoch is remembered before anything is done")
    func raised() throws {
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest), epoch: 9)
        #expect(try bench.folder.enrolment() == Enrolment(controller: "c1", epoch: 9))
        #expect(refusal { try bench.order(.set(guest, id: "k2"), epoch: 8) } == "epoch-stale")
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        var name: String
        var change: @Sendable (inout CorrectionRequest) -> Void
        var testDescription: String { name }
    }

    static let faults: [Fault] = [
        Fault(name: "blank id") { $0.id = "" },
        Fault(name: "control characters") { $0.id = "a\u{1B}[2J" },
        Fault(name: "unknown verb") { $0.verb = .unknown },
        Fault(name: "no guest") { $0.guest = nil },
        Fault(name: "guest that is no UUID") { $0.guest = "../etc" },
        Fault(name: "no precondition") { $0.definitionDigest = nil },
        Fault(name: "empty change") { $0.change = GuestChange() },
        Fault(name: "memory below zero") { $0.change?.startupMemory = -1 },
        Fault(name: "no processors") { $0.change?.maximumVCPUs = 0 },
        Fault(name: "dynamic memory on") { $0.change?.dynamicMemory = true },
        Fault(name: "no time to shut down") { $0.shutdownSeconds = 0 },
        Fault(name: "endless hold") { $0.holdSeconds = .max },
        Fault(name: "guests beside the guest") { $0.guests = [PretendGuest.uuid(2)] },
    ]

    @Test("One bad correction refuses the whole batch", arguments: faults)
    func batch(_ fault: Fault) throws {
        let bench = try Bench(PretendWorld(guest))
        var bad = CorrectionRequest.set(guest, id: "k2")
        fault.change(&bad)
        #expect(refusal { try bench.order(.set(guest), bad) } == "invalid-parameters")
        #expect(try bench.journal.content().entries.isEmpty)
    }

    @Test("A verdict is taken only where one is waited for; the same again is no error")
    func verdicts() throws {
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest))
        let commit = FinishParameters(controller: "c1", epoch: 5, id: "k1", verdict: .commit)
        #expect(refusal { _ = try bench.desk.finish(commit) } == "correction-phase")
        try bench.work(until: .settled)
        _ = try bench.desk.finish(commit)
        try bench.work()
        #expect(try bench.desk.finish(commit).outcome == .committed)
        var rollback = commit
        rollback.verdict = .rollback
        #expect(refusal { _ = try bench.desk.finish(rollback) } == "correction-phase")
        rollback.id = "k9"
        #expect(refusal { _ = try bench.desk.finish(rollback) } == "correction-unknown")
        rollback.controller = "c2"
        #expect(refusal { _ = try bench.desk.finish(rollback) } == "controller-unknown")
    }
}

@Suite("The work's order")
struct WorkQueueTests {
    func entry(_ number: Int, _ request: CorrectionRequest, _ phase: CorrectionPhase = .queued) -> JournalEntry {
        var entry = JournalEntry(number: number, request: request, controller: "c1", epoch: 1)
        entry.record.phase = phase
        return entry
    }

    @Test("One after another; one that waits for its verdict holds up its own guest alone")
    func order() {
        let (one, two) = (PretendGuest(1), PretendGuest(2))
        let first = entry(1, .set(one, id: "a"), .stopping)
        let second = entry(2, .set(two, id: "b"))
        #expect(WorkQueue.due([first, second]) == ["a"])
        var waiting = first
        waiting.record.phase = .awaitingVerdict
        #expect(WorkQueue.due([waiting, second]) == ["a", "b"])
        #expect(WorkQueue.due([waiting, entry(3, .set(one, id: "c"))]) == ["a"])
        #expect(WorkQueue.due([waiting, entry(3, .drain(id: "d"))]) == ["a"])
    }

    @Test("A duty waits while a newer correction has the same guest down")
    func duties() {
        let guest = PretendGuest(1)
        var ended = entry(1, .set(guest, id: "a"), .ended)
        ended.record.owesStart = true
        ended.duties = [GuestDuty(guest: guest.uuid, name: "guest1", ran: true)]
        ended.duties[0].seenOff = true
        #expect(WorkQueue.due([ended]) == ["a"])
        #expect(WorkQueue.due([ended, entry(2, .set(guest, id: "b"), .stopping)]) == ["b"])
        #expect(WorkQueue.due([ended, entry(2, .set(PretendGuest(2), id: "b"), .stopping)]) == ["b", "a"])
    }
}
