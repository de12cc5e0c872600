import ControllerAPI
import Foundation
import NestingModel
import NestorTestKit
import Testing

@testable import DriftReports

@Suite("The published schema of a report")
struct SchemaTests {
    private static let schema = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Config/schemas/scheduled-report-1.schema.json").path

    /// What python3-jsonschema says, an independent reader: empty where the document is as the schema has it.
    private func verdict(_ document: String) async throws -> String {
        let folder = try TemporaryFolder()
        let file = try folder.write(document, to: "report.json")
        let script = """
            import json, sys
            from jsonschema import Draft202012Validator
            schema, document = (json.load(open(name)) for name in sys.argv[1:])
            Draft202012Validator.check_schema(schema)
            for error in Draft202012Validator(schema).iter_errors(document):
                sys.stderr.write(error.json_path + ": " + error.message + "\\n")
            sys.stderr.write("done")
            """
        let (pid, log) = try ProcessLog.spawn("/usr/bin/python3", ["-c", script, Self.schema, file])
        let isDone = await log.contains("done", orEndsWithin: .seconds(60))
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return isDone ? String(log.text.dropLast(4)) : "the validator failed: \(log.text)"
    }

    @Test("is what a run is written as, with everything in it, and refuses what is none")
    func holds() async throws {
        var fleet = SmallFleet()
        fleet.open = [SmallFleet.drift("rack7/web"), SmallFleet.drift("rack9/db")]
        fleet.hosts[2].health = HostHealth(
            state: .unreachable, hop: SmallFleet.path("rack9"), sentence: "no route", checkedAt: SmallFleet.start)
        fleet.freezes = [
            Freeze(id: "f", reason: "r", by: "b", since: SmallFleet.start),
            Freeze(
                reason: "s", by: "c", since: SmallFleet.start, until: SmallFleet.time(1),
                paths: [SmallFleet.path("rack7")]),
        ]
        fleet.auditHead = AuditHead(number: 12, hash: "ab12")
        let first = fleet.run(1)
        fleet.open = [SmallFleet.drift("rack7/web")]
        fleet.exempted = [SmallFleet.exempted("rack7/build-l1")]
        let second = fleet.run(2, after: first).run
        let text = String(decoding: ReportRendering.bytes(second, as: .json), as: UTF8.self)
        #expect(try await verdict(text) == "")
        let wrong = text.replacing("\"standing\":\"resolved\",", with: "").replacing(
            "\"hosts\":3", with: "\"hosts\":-3")
        #expect(wrong != text)
        let faults = try await verdict(wrong.replacing("\"standing\":\"resolved\"", with: "\"stand\":1"))
        #expect(faults.contains("$.hosts") && faults.contains("'standing' is a required property"), "\(faults)")
    }
}
