import ControllerAPI
import NestingModel
import Testing

@testable import FleetControl

@Suite("The fleet as a file")
struct FleetFileTests {
    private func bench() async throws -> Bench {
        try await Bench(ScriptedFleet(l1Exposed: true, innerRuns: false), policies: [])
    }

    private func request(_ text: String, prune: Bool = false, expected: Int? = nil) -> ApplyRequest {
        ApplyRequest(
            files: [DocumentFile(name: "fleet.yaml", text: text)], expectedRevision: expected, prune: prune)
    }

    @Test("that was exported is taken back as no change, and a changed address is one")
    func roundTrip() async throws {
        try await bench().run { (controller: FleetController) async throws in
            let exported = try await controller.fleetDocument()
            let same = try await controller.apply(fleet: request(exported.text), by: Requester(name: "t"))
            #expect((same.revision, same.changed) == (exported.revision, []))
            #expect(try await controller.audit(limit: 10).isEmpty)

            let text = exported.text.replacing("127.0.0.1", with: "10.0.0.7", maxReplacements: 1)
            let changed = try await controller.apply(
                fleet: request(text, expected: exported.revision), by: Requester(name: "t"))
            #expect((changed.revision, changed.changed) == (exported.revision + 1, [rack7]))
            #expect(try await controller.host(rack7).host.address == "10.0.0.7")
            #expect(try await controller.fleetDocument().text == text)

            let late = await #expect(throws: APIError.self) {
                try await controller.apply(
                    fleet: request(exported.text, expected: exported.revision), by: Requester(name: "t"))
            }
            #expect(late?.code == "revision-changed")
        }
    }

    @Test("names hosts that are not enrolled, and lets what it lacks be forgotten only when told to")
    func prune() async throws {
        try await bench().run { (controller: FleetController) async throws in
            let text = "hosts:\n  - {path: rack7, address: 127.0.0.1}\n  - {path: rack8, address: r8}\n"
            let kept = try await controller.apply(fleet: request(text), by: Requester(name: "t"))
            #expect(kept.notEnrolled == [NodePath(names: ["rack8"])])
            #expect(kept.removed.isEmpty)
            let pruned = try await controller.apply(fleet: request(text, prune: true), by: Requester(name: "t"))
            #expect(pruned.removed == [buildL1])
            #expect(try await controller.hosts().map(\.path) == [rack7])
        }
    }

    @Test("changes no identity: another host key than the enrolled one is a fault with its place")
    func identity() async throws {
        try await bench().run { (controller: FleetController) async throws in
            let text =
                "hosts:\n  - path: rack7\n    address: 10.0.0.7\n    host-keys: [\"ssh-ed25519 BBBBC3NzaC1lZDI1NTE5BBBB\"]\n"
            let error = await #expect(throws: APIError.self) {
                try await controller.apply(fleet: request(text), by: Requester(name: "t"))
            }
            #expect(error?.code == "fleet-invalid")
            #expect(error?.faults.map(\.line) == [2], "\(error?.faults ?? [])")
            #expect(try await controller.host(rack7).host.address == "127.0.0.1")
        }
    }
}
