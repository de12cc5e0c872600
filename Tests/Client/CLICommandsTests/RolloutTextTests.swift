import CommandLineTable
import ControllerAPI
import FoundationEssentials
import NestingModel
import Testing

@testable import CLICommands

@Suite("How a rollout is asked for and told")
struct RolloutTextTests {
    private func context(_ words: [String]) throws -> CommandContext {
        guard case .run(let parsed) = try nestorCommandTable(version: "1").parse(words) else {
            throw CLIFailure(ExitCode.usage, "it only shows something")
        }
        return CommandContext(parsed: parsed, environment: [:])
    }

    @Test("flags say what is to be otherwise than in the settings, and nothing more")
    func flags() throws {
        let wish = try context([
            "remediate", "--canary", "1", "--wave", "25%", "--soak", "10m", "--max-failures", "2", "--parallel", "4",
            "--parallel-per", "rack=1",
        ]).rolloutWish()
        #expect(
            wish
                == RolloutWish(
                    canary: 1, wave: .percent(25), soakSeconds: 600, maxFailures: .count(2), parallel: 4,
                    parallelPer: ["rack": 1]))
        #expect(try context(["remediate"]).rolloutWish() == RolloutWish())
    }

    @Test(
        "a flag that makes no sense is a fault of the command line",
        arguments: [["--wave", "101%"], ["--soak", "ten"], ["--max-failures", "-1"], ["--parallel-per", "rack=x"]])
    func wrong(_ words: [String]) throws {
        let failure = #expect(throws: CLIFailure.self) { try context(["remediate"] + words).rolloutWish() }
        #expect(failure?.exitCode == ExitCode.usage)
    }

    @Test("a freeze's end needs its offset, since a terminal's local time is anybody's guess")
    func moments() throws {
        #expect(try context(["freeze", "--until", "2026-12-24T06:00:00+01:00"]).moment("until") != nil)
        #expect(
            try context(["freeze", "--until", "2026-12-24T05:00:00Z"]).moment("until")
                == context(["freeze", "--until", "2026-12-24T06:00:00+01:00"]).moment("until"))
        #expect(
            try context(["freeze", "--until", "2026-12-24T06:00 Europe/Berlin"]).moment("until")
                == context(["freeze", "--until", "2026-12-24T05:00:00Z"]).moment("until"))
        for text in ["2027-02-30", "2027-02-30T00:00:00Z", "2026-12-24T06:00:00", "tomorrow", "2h"] {
            let failure = #expect(throws: CLIFailure.self) { try context(["freeze", "--until", text]).moment("until") }
            #expect(failure?.remedy.contains("--for 36h") == true)
        }
        func acknowledged(until text: String) throws -> Date? {
            try context(["drift", "ack", "x", "--note", "n", "--until", text]).moment("until", past: false)
        }
        #expect(try acknowledged(until: "2028-02-29") == acknowledged(until: "2028-02-29T01:00 Europe/Berlin"))
        for text in ["2027-02-29", "2027-03-28T02:30 Europe/Berlin", "2027-01-01T00:00", "1y"] {
            #expect(throws: CLIFailure.self) { try acknowledged(until: text) }
        }
        #expect(try context(["freeze", "--for", "36h"]).seconds("for") == 129_600)
        #expect(throws: CLIFailure.self) { try context(["freeze", "--for", "36"]).seconds("for") }
    }

    @Test("is told in a line before anybody says yes, and what limits it, too")
    func told() {
        #expect(rolloutLines(Rollout(), of: 5) == [])
        let rollout = Rollout(canary: 1, wave: .percent(50), soakSeconds: 600, maxFailures: .count(1), parallel: 4)
        #expect(
            rolloutLines(rollout, of: 5) == [
                "in 3 waves (1, 2, 2), each watched for 10m, 2 at once, 1 may fail",
                "(no more guests are in motion at once than may fail, and one: --max-failures 3 lets 4 be)",
            ])
    }

    @Test("a share is rounded down, and a wave is never empty")
    func portions() {
        #expect(Portion("25%")?.of(7) == 1 && Portion("3")?.of(7) == 3 && Portion("0%")?.of(7) == 0)
        #expect(Portion("") == nil && Portion("-1") == nil && Portion("%") == nil && Portion("1e3") == nil)
        #expect(Rollout(canary: 9, wave: .percent(1)).waves(of: 3) == [0..<3])
        #expect(Rollout(canary: 1, wave: .percent(1)).waves(of: 3) == [0..<1, 1..<2, 2..<3])
    }
}
