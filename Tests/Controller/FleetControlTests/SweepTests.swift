import AgentWire
import ControllerAPI
import NestingModel
import SecureShell
import Testing

@testable import FleetControl

@Suite("A sweep tells what is wrong with a host")
struct SweepTests {
    static let faults: [(fault: ScriptedFleet.Fault, state: HostState)] = [
        (.ssh(.hostKeyMismatch), .hostKeyMismatch), (.ssh(.hostKeyUnknown), .hostKeyUnknown),
        (.ssh(.authenticationRefused), .authenticationRefused), (.ssh(.unreachable), .unreachable),
        (.ssh(.refused), .connectionRefused), (.ssh(.timeout), .silent), (.ends(127), .agentMissing),
        (.ends(1), .agentFailed), (.refuses(.protocolMismatch), .agentProtocol),
        (.says("Welcome to Debian"), .agentGarbage), (.leaves("Welcome to Debian"), .agentGarbage),
        (.says(String(repeating: "x", count: 17 << 20)), .agentFlood),
    ]

    @Test("each fault is a state of its own, and the other host is read all the same", arguments: faults)
    func states(fault: ScriptedFleet.Fault, state: HostState) async throws {
        let bench = try await Bench(ScriptedFleet(l1Exposed: true, innerRuns: true), policies: [])
        bench.fleet.set { $0.faults["rack7/build-l1"] = fault }
        let controller = try await bench.controller()
        let rows = try await controller.sweep(SweepRequest())
        #expect(rows.first { $0.path == buildL1 }?.health.state == state)
        #expect(rows.first { $0.path == rack7 }?.health.state == .ok)
        await controller.stop()
        await bench.end()
    }

    @Test("a host that is reached through a broken one names the hop that fails")
    func hop() async throws {
        let bench = try await Bench(ScriptedFleet(l1Exposed: true, innerRuns: true), policies: [])
        bench.fleet.set { $0.faults["rack7"] = .ssh(.refused) }
        let controller = try await bench.controller()
        let answer = try await controller.check(CheckRequest(path: buildL1))
        #expect(answer.hops.map(\.state) == [.connectionRefused, .parentUnreachable])
        #expect(answer.view.health.hop == rack7)
        await controller.stop()
        await bench.end()
    }

    @Test("what a host says reaches people without control characters")
    func printableText() async throws {
        let bench = try await Bench(ScriptedFleet(l1Exposed: true, innerRuns: true), policies: [])
        bench.fleet.set { $0.faults["rack7"] = .ends(1) }
        let controller = try await bench.controller()
        _ = try await controller.sweep(SweepRequest())
        let sentence = try await controller.host(rack7).health.sentence
        #expect(sentence.contains("not found"))
        #expect(!sentence.unicodeScalars.contains { $0.value < 32 })
        await controller.stop()
        await bench.end()
    }

    @Test("an unchanged host keeps its report, and a warm session serves the next sweep")
    func unchanged() async throws {
        let bench = try await Bench(ScriptedFleet(l1Exposed: true, innerRuns: true), policies: [])
        let controller = try await bench.controller()
        _ = try await controller.sweep(SweepRequest())
        let first = try await controller.host(rack7)
        _ = try await controller.sweep(SweepRequest())
        let second = try await controller.host(rack7)
        #expect(first.report != nil)
        #expect(first.report == second.report)
        #expect(bench.fleet.now.sessions == 2)
        let rows = try await controller.sweep(SweepRequest(paths: [buildL1]))
        #expect(rows.map(\.path) == [buildL1])
        #expect(try await controller.sweep(SweepRequest(tellsRows: false)).isEmpty)
        await controller.stop()
        await bench.end()
    }

    @Test(
        "a sweep of places reads the hosts that tell of them, and no other",
        arguments: [
            (["rack7"], ["rack7", "rack7/build-l1"]), (["rack7/build-l1"], ["rack7", "rack7/build-l1"]),
            (["rack7/build-l1/inner"], ["rack7/build-l1"]), (["rack7/web-1"], ["rack7"]), (["rack9"], []),
            (["rack9", "rack7/web-1"], ["rack7"]), ([], []),
        ])
    func places(asked: [String], read: [String]) async throws {
        let bench = try await Bench(ScriptedFleet(l1Exposed: true, innerRuns: true), policies: [])
        let controller = try await bench.controller()
        let rows = try await controller.sweep(SweepRequest(places: asked.map { try #require(NodePath($0)) }))
        #expect(rows.map(\.path.description).sorted() == read)
        let tree = try await controller.sweep(SweepRequest(places: [rack7], tellsRows: false))
        #expect(tree.isEmpty)
        await controller.stop()
        await bench.end()
    }

    @Test("a host whose SMBIOS UUID is another one is a finding, and nothing is corrected there")
    func falseClaim() async throws {
        let fleet = ScriptedFleet(l1Exposed: false, innerRuns: false)
        let bench = try await Bench(fleet, policies: [policy(exposure: true)])
        fleet.set { $0.l1UUID = "00000000-0000-4000-8000-00000000beef" }
        let controller = try await bench.controller()
        let rows = try await controller.sweep(SweepRequest())
        #expect(rows.first { $0.path == buildL1 }?.health.state == .identityMismatch)
        let findings = try await controller.findings(path: nil, resolved: false)
        #expect(findings.contains { $0.kind == .falseClaim && $0.path == buildL1 })
        let plan = try await controller.plan(Selection()).plan
        #expect(plan.items.isEmpty)
        #expect(plan.blocked.contains { $0.path == buildL1 })
        await controller.stop()
        await bench.end()
    }

    @Test("a host that hangs does not hold up the others", .timeLimit(.minutes(1)))
    func hangs() async throws {
        let bench = try await Bench(ScriptedFleet(l1Exposed: true, innerRuns: true), policies: [])
        let controller = try await bench.controller()
        let (otherWasRead, opening) = AsyncStream.makeStream(of: Void.self)
        // rack7 hangs until the other one has answered: read one after the other, this would never end.
        bench.fleet.beforeAnswers { method, path in
            guard method == .report else { return }
            if path == "rack7" {
                for await _ in otherWasRead {}
            } else {
                opening.finish()
            }
        }
        let rows = try await controller.sweep(SweepRequest())
        #expect(rows.map(\.health.state) == [.ok, .ok])
        await controller.stop()
        await bench.end()
    }
}
