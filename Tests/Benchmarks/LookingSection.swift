import Foundation
import Glibc
import NestorTestKit

/// What people look at, on a controller with half a million guests: whole commands against a real nestord.
enum LookingSection {
    static func measure(_ table: inout MeasuredTable) async throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder("state"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        // Its queue takes the first host's connection, and nobody ever answers: the fleet stays as it was stored.
        let silent = try LoopbackPort.listener(backlog: 8)
        defer { close(silent.fd) }
        let fleet = LargeStore(hosts: 10_000, guests: 50)
        let start = ContinuousClock.now
        try await fleet.write(to: folder("state") + "/nestor.db", port: silent.port)
        let size =
            (try FileManager.default.attributesOfItem(atPath: folder("state") + "/nestor.db")[.size] as? Int) ?? 0
        ProgressLine.write(
            "a store of 10,000 hosts × 50 guests, 50,000 findings open: \(megabytes(size)), made in "
                + (ContinuousClock.now - start).shown)
        let begin = ContinuousClock.now
        let controller = try await RunningController(
            in: folder, ["sweep.parallel=1", "sweep.deadline=600s", "log.level=notice"])
        defer { controller.stop() }
        table.add(
            "`nestord`, from its start until it is ready", (ContinuousClock.now - begin).shown,
            "\(megabytes(controller.takePeak())) RSS; before it judges the fleet")

        let version = try median(of: 15) { try Program.run(try RunningController.program("nestor"), ["--version"]) }
        table.add("`nestor --version`", version.shown, "what a process takes to start and end")
        _ = controller.takePeak()
        func row(_ what: String, _ words: String, _ limit: String, status: Int32, runs: Int = 15) throws {
            let words = words.split(separator: " ").map(String.init)
            let time = try median(of: runs) { try controller.run(words, expecting: status) }
            let run = try controller.run(words, expecting: status)
            table.add(
                "\(what), 500,000 guests, 50,000 findings",
                "\(time.shown); \(megabytes(run.resident)) RSS, nestord \(megabytes(controller.takePeak()))", limit)
        }
        try row("`nestor drift`", "drift", "to reach: 300 ms", status: 2)
        try row("`nestor drift rack777`", "drift rack777", "to reach: 300 ms", status: 2)
        try row("`nestor drift --exempted`", "drift --exempted", "to reach: 300 ms", status: 0)
        try row("`nestor status`", "status", "to reach: 300 ms", status: 0)
        try row("`nestor tree`", "tree", "a page of 500 nodes", status: 0)
        try row("`nestor tree rack777`", "tree rack777", "51 nodes", status: 0)
        try row("`nestor host list`", "host list", "", status: 0, runs: 3)
        try row("`nestor host list --output json`", "host list --output json", "all of them", status: 0, runs: 1)
        try row("`nestor tree --output json`", "tree --output json", "all of them", status: 0, runs: 1)
        try row("`nestor drift --limit 0`", "drift --limit 0", "all of them", status: 2, runs: 1)
        try row("`nestor drift --output json`", "drift --output json", "all of them", status: 2, runs: 1)
        try measurePolicies(&table, controller, folder)
    }

    /// Drafts of policies over the same fleet: what is done first has to read it.
    private static func measurePolicies(
        _ table: inout MeasuredTable, _ controller: RunningController, _ folder: TemporaryFolder
    ) throws {
        func row(_ what: String, _ words: String, _ limit: String, runs: Int) throws {
            let words = words.split(separator: " ").map(String.init)
            var time = Duration.zero
            if runs == 0 {
                time = try controller.run(words, expecting: 0).wall
            } else {
                time = try median(of: runs) { try controller.run(words, expecting: 0) }
            }
            table.add(
                "\(what), 500,000 guests", "\(time.shown); nestord \(megabytes(controller.takePeak()))", limit)
            ProgressLine.write("\(what): \(time.shown)")
        }
        func file(_ name: String, _ priority: Int, _ selector: String) throws -> String {
            let text = """
                policies:
                  - {name: \(name), priority: \(priority), select: {\(selector)}, desire: {maximum-vcpus: 8}, mode: propose}
                """
            try text.write(toFile: folder(name), atomically: true, encoding: .utf8)
            return folder(name)
        }
        // Of every tenth guest, and of one host's.
        let wide = try file("wide.yaml", 1_000, "guests: [build-*0]")
        let narrow = try file("narrow.yaml", 999, "paths: [rack7/*]")
        try row("`nestor policy preview`, the first after a start", "policy preview -f \(wide)", "reads all", runs: 0)
        try row("`nestor policy preview` of 50,000 findings, nothing judged", "policy preview -f \(wide)", "", runs: 3)
        try row("`nestor policy apply` about one host: judges all", "policy apply -f \(narrow)", "", runs: 0)
        try row("`nestor policy preview` of 50,000 findings", "policy preview -f \(wide)", "to reach: 2 s", runs: 5)
        try row("`nestor policy preview` about one host", "policy preview -f \(narrow)", "", runs: 5)
        try row("`nestor policy explain rack777/build-777-1`", "policy explain rack777/build-777-1", "", runs: 5)
        try row(
            "`nestor policy preview --output json` of 50,000 findings", "policy preview -f \(wide) --output json",
            "all of them", runs: 1)
    }
}
