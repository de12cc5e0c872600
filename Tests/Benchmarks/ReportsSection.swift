import ControllerAPI
import FleetStore
import Foundation
import NestingModel
import NestorTestKit
import SQLiteStore

/// Reports of half a million guests from the sweep to the last byte: whole commands, and the controller that answers.
enum ReportsSection {
    static func measure(_ table: inout MeasuredTable) async throws {
        let folder = try TemporaryFolder()
        try await LargeStore(hosts: 10_000, guests: 50).write(to: folder("nestor.db"), port: 22)
        let store = try SQLiteStore(path: folder("nestor.db"), now: { SyntheticFleet.now })
        try await store.record { (work) throws(StoreFailure) in
            // The policy of the findings that are open: what is judged is what is stored.
            try SyntheticFleet.putWishes(work, revision: 2, policy: "p0", report: "weekly", every: 604_800)
        }
        await store.close()
        let controller = try await ServedFleet(in: folder)
        defer { controller.stop() }
        _ = controller.takePeak()
        func row(_ what: String, _ words: String, _ beside: String = "", status: Int32) throws {
            let before = controller.processorTime()
            let run = try controller.run(words.split(separator: " ").map(String.init), expecting: status)
            table.add(
                "\(what), 500,000 guests",
                "\(run.wall.shown); \(megabytes(run.resident)) RSS, the controller \(megabytes(controller.takePeak())) "
                    + "and \((controller.processorTime() - before).shown) of CPU", beside)
        }
        try row(
            "`nestor drift --refresh`, the first since the start", "drift --refresh",
            "a sweep that finds nothing new, and everything judged", status: 2)
        try row("`nestor drift --refresh`", "drift --refresh", "the sweep alone", status: 2)
        try row("`nestor report`", "report", "the same, and the report", status: 2)
        try row("`nestor report run`, the first", "report run weekly", "the same", status: 2)
        try row("`nestor report run`", "report run weekly", "the same", status: 2)
        for format in ReportFormat.allCases where format != .unknown {
            try row("`nestor report show` as \(format)", "report show weekly --format \(format)", status: 0)
        }
        try row("`nestor report diff`", "report diff weekly", status: 0)
        try row("`nestor report list`", "report list", status: 0)
    }
}
