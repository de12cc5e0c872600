import ControllerAPI
import Foundation
import NestingModel
import NestorTestKit
import Testing

@Suite("policies and exemptions through the whole product", .serialized)
struct PolicyTests {
    private static func policy(_ priority: Int) -> String {
        "policies:\n  - {name: a, priority: \(priority), select: {all: true}, desire: {host-nesting: off}}\n"
    }

    private static let config = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Config").path

    @Test("every revision is kept, compared and rolled back to, under the name of whoever did it")
    func history() async throws {
        let fleet = try await Fleet.start()
        for priority in [1, 2] { #expect(try await fleet.apply(Self.policy(priority)).code == 0) }
        let difference = try await fleet.nestor("policy", "diff", "1", "2")
        #expect(difference.code == 2, "\(difference)")
        #expect(difference.output.contains("- priority: 1\n  + priority: 2"), "\(difference)")
        let back: ApplyAnswer = try await fleet.ask("policy", "rollback", "1", "--expect-revision", "2")
        #expect((back.revision, back.changed) == (3, ["a"]))
        #expect(try await fleet.nestor("policy", "diff", "1").code == 0)
        let rows: [PolicyRevisionRow] = try await fleet.ask("policy", "history")
        #expect(rows.map(\.revision) == [3, 2, 1])
        #expect(rows.first?.note == "rollback to revision 1")
        #expect(rows.allSatisfy { $0.by?.contains("uid \(getuid())") == true && $0.at != nil }, "\(rows)")
        // It is there after a restart, too, and what is not there is told.
        fleet.end(SIGTERM)
        try await fleet.start()
        #expect(try await fleet.nestor("policy", "history").output.contains("rollback to revision 1: ~a"))
        let unknown = try await fleet.nestor("policy", "rollback", "9")
        #expect(unknown.code == 1, "\(unknown)")
        #expect(unknown.complaint.contains("nestor policy history"))
    }

    @Test("an exemption that is over or longer than the settings allow is refused with its place")
    func exemptions() async throws {
        let fleet = try await Fleet.start(["policies.longest-exemption": "10d"])
        func exemption(_ end: Date) -> String {
            """
            exemptions:
              - name: e
                select: {all: true}
                settings: [host-nesting]
                owner: alice
                reason: a test
                expires: \(end.formatted(.iso8601))
            """
        }
        for (days, part) in [(-1.0, "the exemption is over"), (11, "more than 10 days from now")] {
            let refused = try await fleet.apply(exemption(Date().addingTimeInterval(days * 86_400)))
            #expect(refused.code == 4, "\(refused)")
            #expect(refused.complaint.contains("policy.yaml:7:14: "), "\(refused)")
            #expect(refused.complaint.contains(part), "\(refused)")
        }
        let taken = try await fleet.apply(exemption(Date().addingTimeInterval(86_400)))
        #expect(taken.code == 0 && taken.output.contains("added: exemption e"), "\(taken)")
        #expect(taken.output.contains("warning: exemption 'e'"), "\(taken)")
        #expect(try await fleet.nestor("policy", "list").output.contains("alice"))
        #expect(try await fleet.nestor("drift", "--exempted").output == "nothing is exempted\n")
    }

    @Test("a host is explained, and a place that is not there is told")
    func explanation() async throws {
        let host = try await PretendHost("rack7")
        let fleet = try await Fleet.start()
        let _: HostRow = try await fleet.ask(host.enrolment)
        #expect(try await fleet.apply(Self.policy(4)).code == 0)
        let explained: PolicyExplanation = try await fleet.ask("policy", "explain", "rack7")
        #expect(explained.settings.map(\.setting) == [.hostNesting])
        #expect(explained.settings.first?.decider?.policy == "a")
        #expect(try await fleet.nestor("policy", "explain", "rack7").output.contains("decides:  a ("))
        for command in ["explain", "from"] {
            let unknown = try await fleet.nestor("policy", command, "rack9")
            #expect(unknown.code == 1 && unknown.complaint.contains("rack9"), "\(unknown)")
        }
    }

    @Test("policies are tested and their schema is printed with no controller at all")
    func offline() async throws {
        let tested = try await run(BuiltPrograms.nestor, ["policy", "test", "\(Self.config)/policies/tests"])
        #expect(tested.code == 0, "\(tested)")
        #expect(tested.output.contains("3 tests, all as expected"))
        for (flags, file) in [([], "policy-1"), (["--tests"], "policy-test-1")] {
            let schema = try await run(BuiltPrograms.nestor, ["policy", "schema"] + flags)
            #expect(
                try schema.output
                    == String(contentsOfFile: "\(Self.config)/schemas/\(file).schema.json", encoding: .utf8))
        }
    }

    @Test("policies come through a pipe, and what is refused is one JSON text")
    func pipes() async throws {
        let fleet = try await Fleet.start()
        let file = try fleet.folder.write(Self.policy(3), to: "piped.yaml")
        let piped = try await run(
            "/bin/sh", ["-c", #"cat "$0" | "$1" policy apply -f -"#, file, BuiltPrograms.nestor],
            environment: fleet.environment)
        #expect(piped.code == 0 && piped.output.contains("added: a"), "\(piped)")
        for words in [["drift", "rack9"], ["tree", "rack9"], ["policy", "explain", "rack9"]] {
            let refused = try await fleet.nestor(words + ["-o", "json"])
            #expect(refused.code == 1)
            let answer = try JSONSerialization.jsonObject(with: Data(refused.output.utf8)) as? [String: [String: Any]]
            #expect(answer?["error"]?["code"] as? String == "path-unknown", "\(refused)")
        }
    }
}
