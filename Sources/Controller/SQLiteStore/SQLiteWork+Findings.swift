import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

extension SQLiteWork {
    func findings(_ query: FindingQuery, after place: FindingPlace?) throws(StoreFailure) -> FindingPage {
        let shelves = [query.exempted ? 1 : 0] + (query.resolved ? [2] : [])
        var page = FindingPage(findings: [], total: 0, drifting: 0, next: nil)
        for shelf in shelves {
            let counts = try count(query, on: shelf)
            page.total += counts.all
            // What an exemption holds and what ended is no drift.
            page.drifting += shelf == 0 ? counts.drifting : 0
            guard shelf >= place?.shelf ?? 0, page.findings.count <= query.limit else { continue }
            // One more than is asked for tells whether there are more.
            page.findings += try findings(
                query, on: shelf, after: shelf == place?.shelf ? place : nil,
                limit: query.limit + 1 - page.findings.count)
        }
        if page.findings.count > query.limit {
            page.findings.removeLast(page.findings.count - query.limit)
            page.next = page.findings.last.map { FindingPlace($0).cursor }
        }
        return page
    }

    func openFindingCounts() throws(StoreFailure) -> [Severity: Int] {
        let rows = try connection.rows("SELECT rank, SUM(number) FROM finding_count WHERE shelf = 0 GROUP BY rank") {
            (row) throws(StoreFailure) in (FindingPlace.severity(rank: Int(row.integer(0))), Int(row.integer(1)))
        }
        return Dictionary(rows.filter { $0.1 > 0 }) { $0 + $1 }
    }

    private func count(
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

    private func findings(
        _ query: FindingQuery, on shelf: Int, after place: FindingPlace?, limit: Int
    ) throws(StoreFailure) -> [Finding] {
        let below = Self.below(query.paths)
        // The sign keeps SQLite from going through the whole shelf where some places are asked for.
        var condition = "\(query.paths.isEmpty ? "" : "+")shelf = ?\(below.condition)"
        var values = [.integer(Int64(shelf))] + below.values
        if let place {
            condition += " AND (rank, place, id) > (?, ?, ?)"
            values += [.integer(Int64(place.rank)), .text(place.place), .text(place.id)]
        }
        return try seen(condition, values + [.integer(Int64(limit))], order: "rank, place, id LIMIT ?")
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
