import ControllerAPI
import FoundationEssentials
import NestingModel
import Testing

@testable import FleetControl

@Suite("Several freezes")
struct SeveralFreezesTests {
    private static let alice = Requester(name: "alice")
    private static let bob = Requester(name: "bob")

    private func run(_ body: (FleetController, ScriptedFleet) async throws -> Void) async throws {
        let fleet = ScriptedFleet.plain(["rack8": 1, "rack9": 1])
        let bench = try await Bench(fleet, policies: [policy(exposure: true, paths: ["rack8/*", "rack9/*"])])
        let controller = try await bench.controller(isTimed: true)
        try await body(controller, fleet)
        await controller.stop()
        await bench.end()
    }

    private func place(_ text: String) throws -> [NodePath] { [try #require(NodePath(text))] }

    @Test("stand beside one another, whoever made them, and each ends by itself: a wider one shortens no narrower one")
    func beside() async throws {
        try await run { controller, fleet in
            let rack9 = try await controller.freeze(
                FreezeRequest(reason: "move", seconds: 7_200, paths: try place("rack9")), by: Self.alice)
            let all = try await controller.freeze(FreezeRequest(reason: "month end", seconds: 3_600), by: Self.bob)
            #expect(try await controller.freezes() == [all, rack9], "the widest first")
            let shown = try await controller.plan(Selection())
            #expect(shown.freezes == [all, rack9] && shown.freeze == all)
            #expect(shown.plan.items.map(\.path.description) == ["rack8/g0"], "what the fleet's end frees")
            let block = try #require(shown.plan.blocked.first)
            #expect(block.sentence == "rack9/g0 is not touched: \(all.sentence); \(rack9.sentence)")
            #expect(block.remedy.contains("nestor freeze list"))
            let status = try await controller.status(version: "", stateDirectory: "")
            #expect(status.standingFreezes == [all, rack9])
            #expect(try await controller.driftReport().standingFreezes == [all, rack9])
            let refused = await #expect(throws: APIError.self) { try await controller.remediated() }
            #expect(refused?.sentence == all.sentence)

            fleet.time.set(fleet.time.date.addingTimeInterval(3_600))
            #expect(try await controller.freezes() == [rack9])
            #expect(try await controller.remediated().state == .succeeded)
            #expect(fleet.exposed == ["rack8/g0"])
            fleet.time.set(fleet.time.date.addingTimeInterval(3_600))
            #expect(try await controller.remediated().state == .succeeded)
            #expect(fleet.exposed == ["rack8/g0", "rack9/g0"])
        }
    }

    @Test("end by their ids, each in the log with whose it was; unnamed only where one stands, or all of them")
    func ended() async throws {
        try await run { controller, _ in
            var made: [Freeze] = []
            for (requester, rack) in [(Self.alice, "rack8"), (Self.bob, "rack9"), (Self.alice, "rack9")] {
                made.append(
                    try await controller.freeze(FreezeRequest(reason: rack, paths: try place(rack)), by: requester))
            }
            let vague = await #expect(throws: APIError.self) { try await controller.unfreeze(by: Self.alice) }
            #expect(
                vague?.code == "store-conflict" && vague?.sentence.contains("rack8 is frozen: rack8 (alice)") == true)
            let unknown = await #expect(throws: APIError.self) { try await controller.unfreeze("0", by: Self.alice) }
            #expect(unknown?.code == "freeze-unknown")
            #expect(try await controller.unfreeze(made[1].id, by: Self.alice) == [made[1]])
            #expect(try await controller.freezes() == [made[0], made[2]])
            let record = try await controller.audit(limit: 9).first { $0.action == "unfreeze" }
            #expect(record?.actor == "alice" && record?.subject == "rack9")
            #expect(record?.detail.hasSuffix("by bob: rack9") == true)
            #expect(try await controller.unfreeze(all: true, by: Self.bob) == [made[0], made[2]])
            #expect(try await controller.audit(limit: 9).count { $0.action == "unfreeze" } == 3)
            let last = try await controller.freeze(FreezeRequest(reason: "x"), by: Self.alice)
            #expect(try await controller.unfreeze(by: Self.bob) == [last])
        }
    }

    @Test("are no more than anybody keeps in mind")
    func bounded() async throws {
        try await run { controller, _ in
            for _ in 1...FleetController.mostFreezes {
                _ = try await controller.freeze(FreezeRequest(reason: "x", paths: try place("rack8")), by: Self.bob)
            }
            let error = await #expect(throws: APIError.self) {
                try await controller.freeze(FreezeRequest(reason: "x"), by: Self.bob)
            }
            #expect(error?.remedy.contains("nestor unfreeze") == true)
        }
    }
}
