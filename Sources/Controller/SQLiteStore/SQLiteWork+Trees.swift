import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy

extension SQLiteWork {
    func changedTrees(since count: Int) throws(StoreFailure) -> TreeChanges {
        let rows = try connection.rows(
            "SELECT root, changed FROM tree WHERE changed > ?", [.integer(Int64(count))]
        ) { (row) throws(StoreFailure) in (row.text(0), Int(row.integer(1))) }
        return TreeChanges(trees: Set(rows.map(\.0)), count: rows.map(\.1).max() ?? count)
    }

    func standingFindings(ofTree root: String) throws(StoreFailure) -> [Finding] {
        try seen("finding.tree = ? AND finding.state IN ('open', 'stale', 'exempted')", [.text(root)])
    }

    func unusedExposure(ofTree root: String?) throws(StoreFailure) -> [NodePath: Date] {
        let rows = try connection.rows(
            "SELECT path, since FROM unused_exposure WHERE path > coalesce(?1 || '/', '') AND path < coalesce(?1 || '0', x'')",
            [root.map { .text($0) } ?? .null]
        ) { (row) throws(StoreFailure) in
            (NodePath(row.text(0)), try? Date(row.text(1), strategy: .iso8601))
        }
        return rows.reduce(into: [:]) { all, row in
            if let path = row.0, let since = row.1 { all[path] = since }
        }
    }

    func policyRevision() throws(StoreFailure) -> Int {
        let newest = try connection.rows("SELECT MAX(revision) FROM policy_revision") { (row) throws(StoreFailure) in
            row.isNull(0) ? 0 : Int(row.integer(0))
        }
        return newest.first ?? 0
    }

    func markJudged(trees: Set<String>, at now: Date) throws(StoreFailure) {
        let time = now.formatted(.iso8601)
        for root in trees {
            try connection.run(
                """
                INSERT INTO tree (root, changed, judged) VALUES (?, 0, ?)
                ON CONFLICT (root) DO UPDATE SET judged = excluded.judged
                """, [.text(root), .text(time)])
        }
        try put(now, as: .judgedAt)
    }

    /// Has a tree told among those that changed.
    func touch(tree root: String) throws(StoreFailure) {
        try connection.run(
            """
            INSERT INTO tree (root, changed) VALUES (?, (SELECT coalesce(MAX(changed), 0) + 1 FROM tree))
            ON CONFLICT (root) DO UPDATE SET changed = excluded.changed
            """, [.text(root)])
    }

    /// Findings that stand. One that was seen when its tree was judged last is seen by each judgement since: nothing
    /// changed there.
    /// - Parameters:
    ///   - condition: about the tables `finding` and `tree`.
    ///   - order: and how many, which has the last of the values.
    func seen(
        _ condition: String, _ values: [SQLiteValue] = [], order: String = "finding.id"
    ) throws(StoreFailure) -> [Finding] {
        let last = try value(.judgedAt, as: Date.self)
        let rows = try connection.rows(
            """
            SELECT finding.document, finding.state IN ('open', 'exempted') AND finding.last_seen = tree.judged
            FROM finding LEFT JOIN tree ON tree.root = finding.tree WHERE \(condition) ORDER BY \(order)
            """, values
        ) { (row) throws(StoreFailure) in (document: row.bytes(0), isSeen: !row.isNull(1) && row.integer(1) == 1) }
        let parts = AllCores.map(rows.count, least: 500) { range in
            Result { () throws(StoreFailure) in
                try rows[range].map { (row) throws(StoreFailure) in
                    var finding = try StoredDocument.read(Finding.self, row.document)
                    if let last, row.isSeen { finding.lastSeen = max(finding.lastSeen, last) }
                    return finding
                }
            }
        }
        var findings: [Finding] = []
        findings.reserveCapacity(rows.count)
        for part in parts { findings += try part.get() }
        return findings
    }
}
