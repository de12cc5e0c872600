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
        let asked = Self.asked(query)
        let sql =
            asked.condition.isEmpty
            ? "SELECT SUM(number), SUM(number * drifts) FROM finding_count WHERE shelf = ?"
            : "SELECT COUNT(*), SUM(drifts) FROM finding WHERE \(Self.onShelf(query))\(asked.condition)"
        let counts = try connection.rows(sql, [.integer(Int64(shelf))] + asked.values) { (row) throws(StoreFailure) in
            (Int(row.integer(0)), Int(row.integer(1)))
        }
        return counts.first ?? (0, 0)
    }

    /// The sign keeps SQLite from going through the whole shelf where some places are asked for.
    static func onShelf(_ query: FindingQuery) -> String { query.paths.isEmpty ? "shelf = ?" : "+shelf = ?" }

    /// What a query asks beside the shelf; empty where that is nothing.
    static func asked(_ query: FindingQuery) -> (condition: String, values: [SQLiteValue]) {
        var (condition, values) = below(query.paths)
        func isOne(_ value: String, of list: some Sequence<String>) {
            condition += " AND \(value) IN (SELECT value FROM json_each(?))"
            // Strings always encode.
            values.append(
                .text((try? JSONEncoder().encode(Array(list))).map { String(decoding: $0, as: UTF8.self) } ?? "[]"))
        }
        if let nodes = query.nodes { isOne("place", of: nodes.map(FindingPlace.place)) }
        if !query.policies.isEmpty { isOne("finding.document ->> '$.policy'", of: query.policies) }
        if !query.settings.isEmpty { isOne("finding.document ->> '$.setting'", of: query.settings.map(\.rawValue)) }
        if let severity = query.severity {
            condition += " AND rank <= ?"
            values.append(.integer(Int64(FindingPlace.rank(severity))))
        }
        return (condition, values)
    }

    /// Of these nodes and all below them.
    private static func below(_ paths: [NodePath]) -> (condition: String, values: [SQLiteValue]) {
        guard !paths.isEmpty else { return ("", []) }
        let one = "place >= ? AND place < ?"
        return (
            " AND (\(Array(repeating: one, count: paths.count).joined(separator: " OR ")))",
            // Behind a name comes its end or U+0001, whatever is below it; behind a longer name, more than U+0002.
            paths.flatMap { [.text(FindingPlace.place($0)), .text(FindingPlace.place($0) + "\u{2}")] }
        )
    }
}
