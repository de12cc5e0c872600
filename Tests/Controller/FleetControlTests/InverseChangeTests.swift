import FoundationEssentials
import NestingModel
import Testing

@testable import FleetControl

@Suite("What gives a guest back what it had")
struct InverseChangeTests {
    private static let gibibyte: Int64 = 1 << 30

    /// Memory in GiB: as it was, what was set, and as it is now.
    struct Memory: Sendable, CustomTestStringConvertible {
        var before: (startup: Int64, maximum: Int64)
        var set: Int64?
        var fixed = false
        var now: (startup: Int64, maximum: Int64)
        var back: (startup: Int64, maximum: Int64)?

        var testDescription: String { "\(before) to \(set ?? 0), fixed \(fixed): \(now)" }
    }

    @Test(
        "is startup memory with its maximum, where the guest has both as they were set",
        arguments: [
            Memory(before: (2, 2), set: 4, now: (4, 4), back: (2, 2)),
            Memory(before: (2, 8), set: 4, now: (4, 8), back: (2, 8)),
            Memory(before: (2, 8), fixed: true, now: (2, 2), back: (2, 8)),
            Memory(before: (2, 8), set: 4, fixed: true, now: (4, 4), back: (2, 8)),
            Memory(before: (2, 2), set: 4, now: (4, 6), back: nil),
            Memory(before: (2, 2), set: 4, now: (3, 4), back: nil),
        ])
    func memory(_ given: Memory) {
        let change = GuestChange(
            startupMemory: given.set.map { $0 * Self.gibibyte }, dynamicMemory: given.fixed ? false : nil)
        var guest = guest("g", uuid: "u", exposed: true)
        guest.memory.startup = .known(given.before.startup * Self.gibibyte)
        guest.memory.maximum = .known(given.before.maximum * Self.gibibyte)
        let before = change.before(in: guest)
        guest.memory.startup = .known(given.now.startup * Self.gibibyte)
        guest.memory.maximum = .known(given.now.maximum * Self.gibibyte)
        let back = try? change.inverse(before: before, now: guest, uuid: guest.uuid).get()
        #expect(
            back
                == given.back.map {
                    GuestChange(
                        startupMemory: $0.startup * Self.gibibyte, maximumMemory: $0.maximum * Self.gibibyte)
                })
    }

    @Test(
        "a check inside needs a new boot only where the guest was restarted",
        arguments: [
            (nil, "a", "inconclusive"), (true, "a", "inconclusive"), (false, "a", "passed"), (nil, "b", "passed"),
        ]
            as [(Bool?, String, String)])
    func boots(_ restarted: Bool?, _ boot: String, _ verdict: String) {
        let judgement = Judgement(
            of: GuestChange(startupMemory: 1 << 30), bootIDBefore: "a", restarted: restarted,
            report: report(uuid: "u", bootID: boot, sees: .svm, guests: []))
        #expect("\(judgement.verification)" == verdict)
    }
}
