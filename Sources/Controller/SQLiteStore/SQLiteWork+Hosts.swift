import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

extension SQLiteWork {
    func hostHead(_ path: NodePath) throws(StoreFailure) -> HostHead? {
        try connection.rows(
            """
            SELECT host.document, health, json_extract(host_report.document, '$.digest'),
                CASE json_type(host_report.document, '$.host.smbiosUUID')
                    WHEN 'text' THEN json_extract(host_report.document, '$.host.smbiosUUID') END
            FROM host LEFT JOIN host_report USING (path) WHERE path = ?
            """, [.text(path.description)]
        ) { (row) throws(StoreFailure) in
            HostHead(
                host: try decoded(FleetHost.self, row.text(0)), health: try health(row, 1),
                digest: row.isNull(2) ? nil : row.text(2), machineUUID: row.isNull(3) ? nil : row.text(3))
        }.first
    }

    func nestingRoots(after root: NodePath?, limit: Int) throws(StoreFailure) -> [NodePath] {
        try connection.rows(
            "SELECT root FROM tree WHERE \(Self.isInhabited) ORDER BY root LIMIT ?",
            [.text(root?.name ?? ""), .integer(Int64(limit))]
        ) { (row) throws(StoreFailure) in NodePath(row.text(0)) }.compactMap(\.self)
    }

    func nestingRootCount(after root: NodePath?) throws(StoreFailure) -> Int {
        let counts = try connection.rows(
            "SELECT COUNT(*) FROM tree WHERE \(Self.isInhabited)", [.text(root?.name ?? "")]
        ) { (row) throws(StoreFailure) in Int(row.integer(0)) }
        return counts.first ?? 0
    }

    /// Whether a tree behind the one that is bound has a host: it may have lost its last one.
    private static let isInhabited =
        "root > ? AND EXISTS (SELECT 1 FROM host WHERE path = root OR path > root || '/' AND path < root || '0')"

    func enrolledHosts(inTreeOf root: NodePath?) throws(StoreFailure) -> [FleetHost] {
        let tree = Self.tree(root?.name)
        let hosts: [FleetHost] = try documents("SELECT document FROM host \(tree.condition)", tree.values)
        return hosts.sorted { $0.path < $1.path }
    }

    func hostRows() throws(StoreFailure) -> [HostRow] {
        try hostRows("", []).sorted { $0.path < $1.path }
    }

    func hostRows(at paths: [NodePath]) throws(StoreFailure) -> [HostRow] {
        var rows: [HostRow] = []
        for path in Set(paths).sorted() { rows += try hostRows("WHERE path = ?", [.text(path.description)]) }
        return rows
    }

    func hostPage(after path: NodePath?, limit: Int) throws(StoreFailure) -> HostPage {
        // Names with what no name holds between them stand in the order of paths; there is an index over it.
        let (place, behind) = ("replace(path, '/', char(1))", path.map { FindingPlace.place($0) } ?? "")
        var page = HostPage(
            hosts: try hostRows(
                "WHERE \(place) > ? ORDER BY \(place) LIMIT ?", [.text(behind), .integer(Int64(limit))]))
        guard let last = page.hosts.last?.path else { return page }
        let counts = try connection.rows(
            "SELECT COUNT(*) FROM host WHERE \(place) > ?", [.text(FindingPlace.place(last))]
        ) { (row) throws(StoreFailure) in Int(row.integer(0)) }
        page.more = counts.first ?? 0
        page.next = page.more > 0 ? last : nil
        return page
    }

    private func hostRows(_ filter: String, _ values: [SQLiteValue]) throws(StoreFailure) -> [HostRow] {
        try connection.rows("SELECT document, health, guests FROM host \(filter)", values) {
            (row) throws(StoreFailure) in
            HostRow(
                host: try decoded(FleetHost.self, row.text(0)), health: try health(row, 1),
                guests: row.isNull(2) ? .unknown("not read yet") : try decoded(Fact<Int>.self, row.text(2)))
        }
    }

    func silentHosts(limit: Int) throws(StoreFailure) -> [HostRowState] {
        try connection.rows(
            """
            SELECT path, health FROM host WHERE coalesce(json_extract(health, '$.state'), '') <> ?
            ORDER BY replace(path, '/', char(1)) LIMIT ?
            """, [.text(HostState.ok.rawValue), .integer(Int64(limit))]
        ) { (row) throws(StoreFailure) in
            let health = try health(row, 1)
            return NodePath(row.text(0)).map { HostRowState(path: $0, health: health) }
        }.compactMap(\.self)
    }

    func guestCount() throws(StoreFailure) -> Int {
        let counts = try connection.rows(
            "SELECT SUM(json_extract(guests, '$')) FROM host WHERE json_type(guests) = 'integer'"
        ) { (row) throws(StoreFailure) in Int(row.integer(0)) }
        return counts.first ?? 0
    }

    func receivedReports() throws(StoreFailure) -> [NodePath: Date] {
        let rows = try connection.rows(
            "SELECT path, unixepoch(json_extract(health, '$.reportedAt')) FROM host"
        ) { (row) throws(StoreFailure) in
            (NodePath(row.text(0)), row.isNull(1) ? nil : Date(timeIntervalSince1970: TimeInterval(row.integer(1))))
        }
        return rows.reduce(into: [:]) { all, row in
            if let path = row.0, let time = row.1 { all[path] = time }
        }
    }

    func hostCounts() throws(StoreFailure) -> [HostState: Int] {
        let rows = try connection.rows(
            "SELECT COALESCE(json_extract(health, '$.state'), 'never'), COUNT(*) FROM host GROUP BY 1"
        ) { (row) throws(StoreFailure) in
            (HostState(rawValue: row.text(0)) ?? .unknown, Int(row.integer(1)))
        }
        return Dictionary(rows) { $0 + $1 }
    }

    func put(host: FleetHost) throws(StoreFailure) {
        try connection.run(
            "INSERT INTO host (path, document) VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET document = excluded.document",
            [.text(host.path.description), .text(try encoded(host))])
    }

    func remove(host path: NodePath) throws(StoreFailure) {
        try connection.run("DELETE FROM host WHERE path = ?", [.text(path.description)])
    }

    func put(health: HostHealth, of path: NodePath) throws(StoreFailure) {
        let before = try document(
            HostHealth.self, "SELECT health FROM host WHERE path = ? AND health IS NOT NULL",
            [.text(path.description)])
        if before.map({ $0.isSame(as: health) }) != true { try touch(tree: path.root.name) }
        try connection.run(
            "UPDATE host SET health = ? WHERE path = ?", [.text(try encoded(health)), .text(path.description)])
    }

    func put(report: HostReport, of path: NodePath) throws(StoreFailure) {
        try connection.run(
            "UPDATE host SET guests = ? WHERE path = ?",
            [.text(try encoded(report.guests.map(\.count))), .text(path.description)])
        try connection.run(
            """
            INSERT INTO host_report (path, document) SELECT path, ?2 FROM host WHERE path = ?1
            ON CONFLICT (path) DO UPDATE SET document = excluded.document
            """, [.text(path.description), .text(try encoded(report))])
        try touch(tree: path.root.name)
    }

    static func tree(_ root: String?) -> (condition: String, values: [SQLiteValue]) {
        guard let root else { return ("", []) }
        // Behind a name comes its end or a slash, whatever is below it.
        return (
            "WHERE path = ? OR path >= ? AND path < ?",
            [.text(root), .text(root + "/"), .text(root + "0")]
        )
    }

    func health(_ row: SQLiteRow, _ column: Int32) throws(StoreFailure) -> HostHealth {
        row.isNull(column) ? HostHealth(state: .never) : try decoded(HostHealth.self, row.text(column))
    }
}
