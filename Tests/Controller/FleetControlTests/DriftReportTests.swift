import ControllerAPI
import NestingModel
import Testing

@testable import FleetControl

@Suite("A drift report")
struct DriftReportTests {
    private func drift(_ findings: [Finding]) -> [Finding] { findings.filter { $0.kind == .drift } }

    @Test("tells what is new, what persists and what ended since the one before")
    func compares() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: false)
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        let controller = try await bench.controller()
        let first = try await controller.driftReport()
        #expect(drift(first.new).map(\.path) == [buildL1])
        #expect(first.persisting == [])
        #expect(first.previousAt == nil)
        let second = try await controller.driftReport()
        #expect(drift(second.new) == [])
        #expect(drift(second.persisting).map(\.path) == [buildL1])
        #expect(second.previousAt != nil)
        // Somebody corrects it by hand.
        fleet.set {
            $0.l1Exposed = true
            $0.l1Sees = .svm
        }
        let third = try await controller.driftReport()
        #expect(drift(third.resolved).map(\.path) == [buildL1])
        #expect(drift(third.new + third.persisting) == [])
        #expect(drift(try await controller.driftReport().resolved) == [], "an end is told once")
        await controller.stop()
        await bench.end()
    }

    @Test("leaves the findings of a host that can not be read stale, never resolved, and names that host")
    func stale() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: false)
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        let controller = try await bench.controller()
        _ = try await controller.driftReport()
        fleet.set { $0.faults["rack7"] = .ends(1) }
        let report = try await controller.driftReport()
        #expect(drift(report.resolved) == [])
        #expect(drift(report.persisting).map(\.state) == [.stale])
        #expect(report.notHeard.map(\.path) == [rack7])
        fleet.set { $0.faults = [:] }
        #expect(drift(try await controller.driftReport().persisting).map(\.state) == [.open])
        await controller.stop()
        await bench.end()
    }
}
