import ControllerAPI
import Foundation
import NestingModel
import Testing

@testable import CLICommands

@Suite("What people read of freezes, and of what is left out")
struct FreezeTextTests {
    private let terminal = Terminal(environment: ["NO_COLOR": "1"])
    private let at = Date(timeIntervalSince1970: 1_800_000_000)

    @Test("lists each with its id, what it holds, until when, by whom and why")
    func list() throws {
        let freezes = [
            Freeze(
                id: "93def48660b357f1211c3da1b32dabb2", reason: "month end", by: "alice", since: at,
                until: at.addingTimeInterval(60)),
            Freeze(
                id: "1f", reason: "move\u{1B}[2J", by: "bob", since: at, paths: [try #require(NodePath("rack7"))]),
        ]
        #expect(
            freezeTable(freezes, terminal) == """
                ID        HOLDS  UNTIL                 SINCE                 BY     REASON
                93def486  fleet  2027-01-15T08:01:00Z  2027-01-15T08:00:00Z  alice  month end
                1f        rack7  unfreeze              2027-01-15T08:00:00Z  bob    move?[2J
                """)
        #expect(freezeTable([], terminal).hasPrefix("nothing is frozen"))
        #expect([freezes[0]].remedy == "nestor unfreeze 93def486")
        #expect(freezes.remedy == "nestor freeze list, and nestor unfreeze ID for each")
    }

    @Test("tells what ended and what still stands")
    func ended() throws {
        let one = Freeze(id: "1", reason: "a", by: "alice", since: at)
        let other = Freeze(id: "2", reason: "b", by: "bob", since: at, paths: [try #require(NodePath("rack7"))])
        #expect(unfrozenText([one], left: []) == "no longer frozen: fleet (a)\ncorrections may start again")
        #expect(unfrozenText([one], left: [other]) == "no longer frozen: fleet (a)\nstill: rack7 is frozen: b (bob)")
    }

    @Test("a remediation says whom it left out, once for each guest, and why")
    func leftOut() throws {
        let path = try #require(NodePath("rack8/g0"))
        let blocks = ["never-starts", "never-starts", "unknown"].enumerated().map { number, code in
            PlanBlock(path: path, finding: "\(number)", code: code, sentence: "it could never start", remedy: "--now")
        }
        let remediation = Remediation(
            id: "1", plan: Plan(items: [], blocked: blocks, madeAt: at), state: .succeeded, items: [],
            requestedBy: "alice", startedAt: at)
        #expect(
            remediationText(remediation, terminal).hasSuffix(
                "\n  rack8/g0: left out\n    it could never start\n    → --now"))
    }
}
