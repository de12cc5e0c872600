import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

extension SQLiteWork {
    func hostDocuments(ofTree root: String) throws(StoreFailure) -> [HostDocument] {
        let tree = Self.tree(root)
        var hosts = try connection.rows(
            """
            SELECT host.document, health, host_report.document, json_remove(host_report.document, '$.guests'),
                json_extract(host_report.document, '$.guests')
            FROM host LEFT JOIN host_report USING (path) \(tree.condition)
            """, tree.values
        ) { (row) throws(StoreFailure) in
            var host = HostDocument(
                view: HostView(
                    host: try decoded(FleetHost.self, row.text(0)), health: try health(row, 1),
                    report: row.isNull(3) ? nil : try decoded(HostReport.self, row.text(3))),
                host: row.text(0), health: row.isNull(1) ? nil : row.text(1),
                report: row.isNull(2) ? nil : row.text(2), guests: [])
            let guests = row.text(4)
            if guests.hasPrefix("[") { try take(guests, into: &host) }
            return host
        }
        hosts.sort { $0.view.host.path < $1.view.host.path }
        return hosts
    }

    /// - Parameter guests: a list of them.
    private func take(_ guests: String, into host: inout HostDocument) throws(StoreFailure) {
        let rows = try connection.rows(
            """
            SELECT value, json_extract(value, '$.uuid'), json_extract(value, '$.name'), json_extract(value, '$.state')
            FROM json_each(?) ORDER BY key
            """, [.text(guests)]
        ) { (row) throws(StoreFailure) in
            (row.text(0), row.text(1), row.text(2), GuestState(rawValue: row.text(3)) ?? .unknown)
        }
        host.guests = rows.map(\.0)
        host.view.report?.guests = .known(
            rows.enumerated().map { GuestReport(joinedBy: $1.1, name: $1.2, state: $1.3, place: $0) })
    }

    func findingDocuments(
        _ query: FindingQuery, after place: FindingPlace?
    ) throws(StoreFailure) -> PageOf<String> {
        let shelves = [query.exempted ? 1 : 0] + (query.resolved ? [2] : [])
        var page = PageOf<String>(findings: [], total: 0, drifting: 0, next: nil)
        var rows: [(document: String, place: FindingPlace)] = []
        for shelf in shelves {
            let counts = try count(query, on: shelf)
            page.total += counts.all
            // What an exemption holds and what ended is no drift.
            page.drifting += shelf == 0 ? counts.drifting : 0
            guard shelf >= place?.shelf ?? 0, rows.count <= query.limit else { continue }
            // One more than is asked for tells whether there are more.
            rows += try findingRows(
                query, on: shelf, after: shelf == place?.shelf ? place : nil, limit: query.limit + 1 - rows.count)
        }
        if rows.count > query.limit {
            rows.removeLast(rows.count - query.limit)
            page.next = rows.last?.place.cursor
        }
        page.findings = rows.map(\.document)
        return page
    }

    private func findingRows(
        _ query: FindingQuery, on shelf: Int, after place: FindingPlace?, limit: Int
    ) throws(StoreFailure) -> [(document: String, place: FindingPlace)] {
        let asked = Self.asked(query)
        var condition = Self.onShelf(query) + asked.condition
        var values = [.integer(Int64(shelf))] + asked.values
        if let place {
            condition += " AND (rank, place, id) > (?, ?, ?)"
            values += [.integer(Int64(place.rank)), .text(place.place), .text(place.id)]
        }
        // One that was seen when its tree was judged last is seen by each judgement since, as `seen` has it.
        return try connection.rows(
            """
            WITH last (judged) AS (SELECT document ->> '$' FROM value WHERE key = '\(StoredValueKey.judgedAt.rawValue)')
            SELECT CASE WHEN finding.state IN ('open', 'exempted') AND finding.last_seen = tree.judged
                    AND finding.last_seen < (SELECT judged FROM last)
                THEN json_set(finding.document, '$.lastSeen', (SELECT judged FROM last)) ELSE finding.document END,
                rank, place, id
            FROM finding LEFT JOIN tree ON tree.root = finding.tree WHERE \(condition)
            ORDER BY rank, place, id LIMIT ?
            """, values + [.integer(Int64(limit))]
        ) { (row) throws(StoreFailure) in
            (
                row.text(0),
                FindingPlace(shelf: shelf, rank: Int(row.integer(1)), place: row.text(2), id: row.text(3))
            )
        }
    }
}
