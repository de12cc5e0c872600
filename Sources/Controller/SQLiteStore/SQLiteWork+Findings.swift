import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

extension SQLiteWork {
    func findings(_ query: FindingQuery, after place: FindingPlace?) throws(StoreFailure) -> FindingPage {
        let page = try findingDocuments(query, after: place)
        let findings = try page.findings.map { (text) throws(StoreFailure) in try decoded(Finding.self, text) }
        return FindingPage(findings: findings, total: page.total, drifting: page.drifting, next: page.next)
    }

    func openFindingCounts() throws(StoreFailure) -> [Severity: Int] {
        let rows = try connection.rows("SELECT rank, SUM(number) FROM finding_count WHERE shelf = 0 GROUP BY rank") {
            (row) throws(StoreFailure) in (FindingPlace.severity(rank: Int(row.integer(0))), Int(row.integer(1)))
        }
        return Dictionary(rows.filter { $0.1 > 0 }) { $0 + $1 }
    }

    func count(
        _ query: FindingQuery, on shelf: Int
    ) throws(StoreFailure) -> (all: Int, drifting: Int) {
        let below = Self.below(query.paths)
        let sql =
            query.paths.isEmpty
            ? "SELECT SUM(number), SUM(number * drifts) FROM finding_count WHERE shelf = ?"
            : "SELECT COUNT(*), SUM(drifts) FROM finding WHERE +shelf = ?\(below.condition)"
        let counts = try connection.rows(sql, [.integer(Int64(shelf))] + below.values) { (row) throws(StoreFailure) in
            (Int(row.integer(0)), Int(row.integer(1)))
        }
        return counts.first ?? (0, 0)
    }

    /// Of these nodes and all below them.
    static func below(_ paths: [NodePath]) -> (condition: String, values: [SQLiteValue]) {
        guard !paths.isEmpty else { return ("", []) }
        let one = "place >= ? AND place < ?"
        return (
            " AND (\(Array(repeating: one, count: paths.count).joined(separator: " OR ")))",
            // Behind a name comes its end or U+0001, whatever is below it; behind a longer name, more than U+0002.
            paths.flatMap { [.text(FindingPlace.place($0)), .text(FindingPlace.place($0) + "\u{2}")] }
        )
    }
}
