import ControllerAPI
import Foundation
import NestingModel
import NestorTestKit
import Testing

@Suite("policy and fleet files through the whole product", .serialized)
struct DocumentTests {
    private struct Refusal: Decodable { var error: APIError }

    static let good = """
        policies:
          - name: builders-nest
            select: {paths: [rack7/build-*]}
            desire: {exposure: exposed}
            mode: audit
        """

    @Test("bad files are refused with every fault at once, each with its place, and what ran before goes on")
    func faults() async throws {
        let host = try await PretendHost("rack7")
        let fleet = try await Fleet.start()
        let _: HostRow = try await fleet.ask(host.enrolment)
        #expect(try await fleet.apply(Self.good).code == 0)
        let before: PoliciesAnswer = try await fleet.ask("policy", "list")

        let bad = """
            policies:
              - name: one
                select: {paths: [rack9/build-*]}
                desire: {exposure: exposed}
              - name: two
                selector: {all: true}
                desire: {exposure: maybe}
              - name: ""
                select: {}
                desire: {startup-memory: 4}
              - name: four
                select: {paths: [rack7/build-*]}
                desire: {exposure: hidden}
              - name: five
                select: {all: true}
                desire: {maximum-vcpus: many}
                mode:
            """
        let refused = try await fleet.apply(bad)
        #expect(refused.code == 4, "\(refused)")
        let file = fleet.folder("policy.yaml")
        // Unknown host, unknown key, wrong value, blank name, empty selector, a size without unit, a contradiction of
        // what is stored, a word for a number, a blank field.
        for line in [3, 6, 7, 8, 9, 10, 11, 16, 17] {
            #expect(refused.complaint.contains("\(file):\(line):"), "line \(line) of\n\(refused.complaint)")
        }
        #expect(refused.complaint.contains("rack9"))
        #expect(refused.complaint.contains("builders-nest"), "the other policy of the conflict is named")

        let broken = try await fleet.apply("policies:\n  - name: [\n")
        #expect(broken.code == 4)
        #expect(broken.complaint.contains("\(file):"), "\(broken)")
        let twice = try await fleet.apply(
            """
            policies:
              - {name: a, select: {guests: [x]}, desire: {exposure: exposed}}
              - {name: b, select: {guests: [x]}, desire: {exposure: hidden}}
            """)
        #expect(twice.code == 4)
        #expect(twice.complaint.contains("\(file):3:") && twice.complaint.contains("a"), "\(twice)")

        let after: PoliciesAnswer = try await fleet.ask("policy", "list")
        #expect(after == before)
        #expect(try await fleet.states() == ["rack7": .ok])

        // The same for scripts, as JSON.
        let json = try await fleet.nestor(
            "policy", "apply", "-f", try fleet.folder.write(bad, to: "bad.yaml"), "-o", "json")
        let refusal = try JSONDecoder().decode(Refusal.self, from: Data(json.output.utf8))
        #expect(refusal.error.faults.count >= 9)
    }

    @Test("a revision that somebody else has changed meanwhile is refused")
    func revisions() async throws {
        let fleet = try await Fleet.start()
        let policy = "policies:\n  - {name: a, select: {all: true}, desire: {exposure: hidden}}\n"
        #expect(try await fleet.apply(policy, "--expect-revision", "0").code == 0)
        let late = try await fleet.apply(
            policy.replacingOccurrences(of: "hidden", with: "exposed"), "--expect-revision", "0")
        #expect(late.code == 4, "\(late)")
        let stored: PoliciesAnswer = try await fleet.ask("policy", "list")
        #expect(stored.policies.map(\.desired.exposure) == [false])
    }

    @Test("a preview changes nothing, and a fleet file that is exported can be applied again")
    func previews() async throws {
        let host = try await PretendHost("rack7")
        let fleet = try await Fleet.start()
        let _: HostRow = try await fleet.ask(host.enrolment)
        let file = try fleet.folder.write(Self.good, to: "policy.yaml")
        let preview: PreviewAnswer = try await fleet.ask("policy", "preview", "-f", file)
        #expect(preview.warnings.contains { $0.contains("builders-nest") }, "\(preview.warnings)")
        let stored: PoliciesAnswer = try await fleet.ask("policy", "list")
        #expect(stored.policies.isEmpty)

        let text = try await fleet.nestor("fleet", "export").output
        let exported = try fleet.folder.write(text, to: "fleet.yaml")
        let answer: FleetApplyAnswer = try await fleet.ask("fleet", "apply", "-f", exported)
        #expect(answer.changed.isEmpty && answer.removed.isEmpty)
        // A file changes no identity.
        let forged = text.replacingOccurrences(of: host.server.hostKey.base64, with: try SSHKeyPair.generate().base64)
        let refused = try await fleet.nestor("fleet", "apply", "-f", try fleet.folder.write(forged, to: "fleet.yaml"))
        #expect(refused.code == 4, "\(refused)")
        #expect(try await fleet.states() == ["rack7": .ok])
    }
}
