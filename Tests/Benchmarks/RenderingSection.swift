import ControllerAPI
import DriftReports
import FleetStore
import Foundation
import NestingModel
import NestingPolicy
import NestorTestKit
import SQLiteStore

/// A stored report of half a million guests as each of its documents, each by a process of its own, whose peak is told.
enum RenderingSection {
    /// What the process is told to do: `render FORMAT STORE FOLDER`.
    static let word = "render"

    static func measure(_ table: inout MeasuredTable) async throws {
        let folder = try TemporaryFolder()
        let fleet = "500,000 guests, 50,000 findings"
        @discardableResult
        func run(_ format: String) throws -> Program.Run {
            try Program.run("/proc/self/exe", [word, format, folder("nestor.db"), folder.path])
        }
        // By a process of its own, too: a peak that this one had would count as its children's.
        try run("stored")
        let size = try FileManager.default.attributesOfItem(atPath: folder("nestor.db"))[.size] as? Int ?? 0
        table.add("a report of \(fleet), as it is stored", megabytes(size))
        let empty = try run("nothing")
        let reading = try run("unread")
        table.add(
            "… read, and not rendered", "\((reading.wall - empty.wall).shown); \(megabytes(reading.resident)) RSS",
            "the process without it: \(megabytes(empty.resident)) RSS")
        for format in [ReportFormat.text, .json, .csv, .html] {
            let rendered = try run(format.rawValue)
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            let file = files.first { $0.hasSuffix(".\(format.rawValue)") || format == .text && $0.hasSuffix(".txt") }
            let bytes = try file.map {
                try FileManager.default.attributesOfItem(atPath: folder($0))[.size] as? Int ?? 0
            }
            table.add(
                "… as \(format), into a file",
                "\((rendered.wall - reading.wall).shown); "
                    + "\(megabytes(rendered.resident)) RSS", "the document: \(megabytes(bytes ?? 0))")
        }
    }

    /// The process whose peak is told.
    static func render(_ words: ArraySlice<String>) async throws {
        let words = Array(words)
        guard words.count == 3, words[0] != "nothing" else { return }
        if words[0] == "stored" { return try await write(to: words[1]) }
        let store = try SQLiteStore(path: words[1], now: { SyntheticFleet.now })
        let run = try await store.read { (work) throws(StoreFailure) in try work.reportRun(of: "weekly", id: nil) }
        guard let run else { throw BenchmarkFault(description: "there is no run in \(words[1])") }
        if let format = ReportFormat(rawValue: words[0]) {
            try await DirectCourier().deliver(
                ReportParcel(
                    id: "1", run: run, format: format, formats: [format],
                    place: ReportPlace(file: FilePlace(folder: words[2])), at: SyntheticFleet.now))
        }
        await store.close()
    }

    private static func write(to path: String) async throws {
        let hosts = SyntheticFleet.hosts(10_000, guests: 50)
        let store = try SQLiteStore(path: path, now: { SyntheticFleet.now })
        let open = hosts.flatMap { LargeStore(hosts: 0, guests: 50).findings(of: $0.host) }
        let built = ReportBuilder(
            ReportMaterial(
                definition: ReportDefinition(
                    name: "weekly", selector: PolicySelector(all: true),
                    schedule: ReportSchedule(everySeconds: 604_800)),
                tree: NestingTree(joining: hosts), policies: SyntheticFleet.policies(20), policyRevision: 1, open: open,
                freeze: nil,
                previous: nil, earlier: [], memory: ReportMemory(seenTo: SyntheticFleet.now)),
            ReportOccasion(id: "1", at: SyntheticFleet.now, requestedBy: "nestord")
        ).build().run
        try await store.record { (work) throws(StoreFailure) in try work.put(run: built) }
        await store.close()
    }
}
