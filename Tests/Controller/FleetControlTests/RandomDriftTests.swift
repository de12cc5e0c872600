import ControllerAPI
import FoundationEssentials
import NestingModel
import Testing

@testable import FleetControl

/// A finding's life under chance, against what a person would have noted down.
@Suite("Drift over time")
struct RandomDriftTests {
    /// What a person with pen and paper knows of the finding.
    private struct Notes {
        var isOpen = false
        var firstSeen: Date?
        var timesAgain = 0
        var acknowledgedUntil: Date?

        mutating func look(drifts: Bool, at now: Date) {
            if drifts {
                if !isOpen, firstSeen != nil { timesAgain += 1 }
                if firstSeen == nil { firstSeen = now }
                isOpen = true
            } else {
                isOpen = false
                acknowledgedUntil = nil
            }
        }
    }

    /// SplitMix64: a seed gives the same days for ever.
    private struct Dice {
        var state: UInt64

        mutating func roll(_ sides: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((value ^ (value >> 31)) % UInt64(sides))
        }
    }

    @Test("is what somebody would have noted down, whatever happens between the sweeps")
    func agrees() async throws {
        let seed = UInt64.random(in: 0..<1 << 32)
        for round in 0..<4 {
            var dice = Dice(state: seed &+ UInt64(round))
            let (fleet, time) = (ScriptedFleet(l1Exposed: true, innerRuns: false), TestTime())
            let bench = try await Bench(fleet, policies: [policy(exposure: true, mode: .audit)])
            try await bench.run(at: time) { (controller: FleetController) async throws in
                var notes = Notes()
                for step in 0..<40 {
                    time.pass(TimeInterval(1 + dice.roll(100)))
                    let place = Comment("seed \(seed), round \(round), step \(step)")
                    try await happen(dice.roll(6), fleet, controller, time, &notes)
                    if let until = notes.acknowledgedUntil, until <= time.now { notes.acknowledgedUntil = nil }
                    _ = try await controller.sweep(SweepRequest())
                    let isRead = fleet.now.faults["rack7"] == nil
                    if isRead { notes.look(drifts: !fleet.now.l1Exposed, at: time.now) }
                    let found = try await controller.findings(path: buildL1, resolved: false).first {
                        $0.kind == .drift
                    }
                    #expect((found != nil) == notes.isOpen, place)
                    guard let found else { continue }
                    #expect(found.state == (isRead ? .open : .stale), place)
                    #expect(found.firstSeen == notes.firstSeen, place)
                    #expect((found.recurrence?.times ?? 0) == notes.timesAgain, place)
                    #expect(found.acknowledgement?.until == notes.acknowledgedUntil, place)
                    #expect(found.countsAsDrift == (notes.acknowledgedUntil == nil), place)
                }
            }
        }
    }

    private func happen(
        _ what: Int, _ fleet: ScriptedFleet, _ controller: FleetController, _ time: TestTime, _ notes: inout Notes
    ) async throws {
        switch what {
        case 0, 1:
            fleet.set {
                $0.l1Exposed.toggle()
                $0.l1Sees = $0.l1Exposed ? .svm : .none
            }
        case 2:
            fleet.set { $0.faults["rack7"] = $0.faults["rack7"] == nil ? .ends(1) : nil }
        case 3 where notes.isOpen:
            let until = time.now.addingTimeInterval(150)
            _ = try await controller.acknowledge(
                AcknowledgeRequest(finding: "drift:rack7/build-l1:exposure", note: "n", until: until),
                by: Requester(name: "t"))
            notes.acknowledgedUntil = until
        default: break
        }
    }
}
