import AgentDelivery
import CSQLite
import ControllerAPI
import FleetControl
import FleetStore
import Foundation
import NestingModel
import NestorTestKit
import SQLiteStore
import SecureShell
import StructuredLog
import Synchronization

/// What a month leaves on the disk: a whole controller over agents that are values, at a time that passes at once.
///
/// Each host has 50 guests. Of these, every day, two are switched off and on again, and one loses what its policy wants
/// and is corrected; everything is read every hour (a reading that changes nothing leaves nothing), and a report of the fleet runs every day.
enum StorageSection {
    private static let hosts = 2
    private static let guests = 50
    /// From here on the oldest of 30 runs is thinned for each new one that is as long, and facts of a month ago are.
    private static let warm = 45
    private static let days = 10
    private static let sweeps = 24

    static func measure(_ table: inout MeasuredTable) async throws {
        let folder = try TemporaryFolder()
        let path = folder("nestor.db")
        let time = Mutex(SyntheticFleet.now)
        @Sendable func now() -> Date { time.withLock { $0 } }
        let views = (0..<hosts).map { SyntheticFleet.host($0, guests: guests, drifting: .max) }
        let agents = SyntheticAgents(views)
        // Most of them use what they have: each of the others is a finding from the 15th day on.
        for host in 0..<hosts {
            for guest in 0..<guests where guest % 10 > 0 {
                agents.change("rack\(host)", guest: guest) { $0.exposure.inUse = .known(true) }
            }
        }
        let store = try SQLiteStore(path: path, now: now)
        try await store.record { (work) throws(StoreFailure) in
            for view in views { try work.put(host: view.host) }
            try SyntheticFleet.putWishes(work, revision: 1, policy: "builders", report: "daily", every: 86_400)
        }
        let controller = try await FleetController(
            FleetEnvironment(
                store: store, connector: agents,
                keys: ControllerKeys(
                    report: PrivateKey(text: "report"), correct: PrivateKey(text: "correct"), reportPublic: "",
                    correctPublic: ""), agents: AgentPackages(directory: folder.path), settings: FleetSettings(),
                log: Log(label: "benchmark", level: .critical), now: now))
        var before: [String: Int] = [:]
        for day in 1...warm + days {
            for sweep in 0..<sweeps {
                time.withLock { $0 += 86_400 / Double(sweeps) }
                for number in 0..<hosts { happen(sweep, day, "rack\(number)", agents) }
                _ = try await controller.sweep(SweepRequest())
                if sweep == 20 { try await correct(controller) }
            }
            _ = try await controller.runReport("daily", by: Requester(name: "nestord"))
            try await store.record { (work) throws(StoreFailure) in
                _ = try work.prune(history: HistoryLimits(), at: now())
            }
            if day == warm { before = try sizes(path) }
        }
        await controller.stop()
        await store.close()
        report(before, try sizes(path), &table)
    }

    private static func happen(_ sweep: Int, _ day: Int, _ host: String, _ agents: SyntheticAgents) {
        let number = (day * 7) % guests
        switch sweep {
        case 3: agents.change(host, guest: number) { $0.expose(false) }
        case 7, 12: agents.change(host, guest: (number + sweep) % guests) { $0.state = .off }
        case 9, 14:
            agents.change(host, guest: (number + sweep - 2) % guests) { guest in
                guest.state = .running
                guest.expose(true)
            }
        default: break
        }
    }

    private static func correct(_ controller: FleetController) async throws {
        let answer = try await controller.plan(Selection())
        guard !answer.plan.items.isEmpty else { return }
        let started = try await controller.remediate(
            RemediateRequest(selection: Selection(), digest: answer.digest), by: Requester(name: "alice (uid 1000)"))
        var remediation = started
        while remediation.state == .running {
            try await Task.sleep(for: .milliseconds(1))
            remediation = try await controller.remediation(started.id)
        }
        guard remediation.state == .succeeded else {
            throw BenchmarkFault(description: "remediation \(remediation.state): \(remediation.items)")
        }
    }

    private static func report(_ before: [String: Int], _ after: [String: Int], _ table: inout MeasuredTable) {
        func perHost(_ bytes: Int) -> String { "\(bytes / hosts) B" }
        let grown = after.mapValues { $0 }.merging(before.mapValues { -$0 }, uniquingKeysWith: +)
        let daily = grown.mapValues { $0 / days }
        let total = daily.values.reduce(0, +)
        table.add(
            "stored for a host with \(guests) guests a day, after \(warm) days (\(hosts) hosts, swept \(sweeps)× a day)",
            perHost(total), "to reach: 10,000 B")
        for (name, bytes) in daily.sorted(by: { $0.value > $1.value }).prefix(6) where bytes > 0 {
            table.add("… of it in \(name)", perHost(bytes))
        }
        table.add("stored for it in the first \(warm) days", perHost(before.values.reduce(0, +)), "its report included")
    }

    /// Bytes on pages of each table with its indexes.
    private static func sizes(_ path: String) throws -> [String: Int] {
        var handle: OpaquePointer?
        defer { sqlite3_close(handle) }
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        let sql = """
            SELECT tables.tbl_name, SUM(payload) + SUM(ncell) * 4 FROM dbstat
            JOIN sqlite_schema AS tables ON tables.name = dbstat.name GROUP BY 1
            """
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, nil) == SQLITE_OK,
            sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK
        else { throw BenchmarkFault(description: String(cString: sqlite3_errmsg(handle))) }
        var sizes: [String: Int] = [:]
        while sqlite3_step(statement) == SQLITE_ROW {
            guard let name = sqlite3_column_text(statement, 0) else { continue }
            sizes[String(cString: name)] = Int(sqlite3_column_int64(statement, 1))
        }
        return sizes
    }
}
