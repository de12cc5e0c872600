import FleetStore
import FoundationEssentials
import NestingModel

extension SQLiteWork {
    func findings(ids: [String]) throws(StoreFailure) -> [Finding] {
        guard !ids.isEmpty else { return [] }
        return try documents(
            "SELECT document FROM finding WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
            [.text(try encoded(ids))])
    }

    func history(of path: NodePath, since: Date?, limit: Int) throws(StoreFailure) -> [HistoryEntry] {
        try documents(
            "SELECT document FROM history WHERE path = ? AND time >= ? ORDER BY number DESC LIMIT ?",
            [
                .text(path.description), .text(since?.formatted(.iso8601) ?? ""), .integer(Int64(limit)),
            ])
    }

    func corrections(since: Date) throws(StoreFailure) -> [HistoryEntry] {
        try documents(
            "SELECT document FROM history WHERE kind IN ('corrected', 'settled') AND time >= ? ORDER BY number",
            [.text(since.formatted(.iso8601))])
    }

    func add(history: [HistoryEntry]) throws(StoreFailure) {
        for entry in history {
            try connection.run(
                "INSERT INTO history (path, time, kind, finding, document) VALUES (?, ?, ?, ?, ?)",
                [
                    .text(entry.path.description), .text(entry.at.formatted(.iso8601)), .text(entry.kind.rawValue),
                    entry.finding.map { .text($0) } ?? .null, .text(try encoded(entry)),
                ])
        }
    }

    func put(unusedExposureOf path: NodePath, uuid: String, at now: Date, anew: Bool) throws(StoreFailure) {
        try connection.run(
            """
            INSERT INTO unused_exposure (path, uuid, since) VALUES (?, ?, ?)
            ON CONFLICT (path) DO UPDATE SET uuid = excluded.uuid, since = excluded.since
                WHERE ? OR unused_exposure.uuid <> excluded.uuid
            """,
            [.text(path.description), .text(uuid), .text(now.formatted(.iso8601)), .integer(anew ? 1 : 0)])
    }

    func remove(unusedExposureOf path: NodePath) throws(StoreFailure) {
        try connection.run("DELETE FROM unused_exposure WHERE path = ?", [.text(path.description)])
    }

    func prune(history limits: HistoryLimits, at now: Date) throws(StoreFailure) -> Int {
        let before = try historyCount()
        let old = now.addingTimeInterval(-limits.keep).formatted(.iso8601)
        let thin = now.addingTimeInterval(-limits.thinAfter).formatted(.iso8601)
        try connection.run("DELETE FROM finding WHERE state = 'resolved' AND last_seen < ?", [.text(old)])
        try connection.run(
            "DELETE FROM history WHERE time < ? AND number NOT IN (\(Self.neededHistory))", [.text(old)])
        try connection.run(
            """
            DELETE FROM history WHERE kind = 'facts' AND time < ?1
                AND number NOT IN (\(Self.neededHistory))
                AND number NOT IN (
                    SELECT MAX(number) FROM history WHERE kind = 'facts' AND time < ?1
                    GROUP BY path, substr(time, 1, 10))
            """, [.text(thin)])
        // From the newest backwards until they are too much; the 100 are what a row takes beside its texts.
        try connection.run(
            """
            DELETE FROM history WHERE number NOT IN (\(Self.neededHistory)) AND number IN (
                SELECT number FROM (
                    SELECT number, SUM(length(path) + length(document) + 100) OVER (ORDER BY number DESC) AS total
                    FROM history)
                WHERE total > ?)
            """, [.integer(limits.bytes)])
        return before - (try historyCount())
    }

    private func historyCount() throws(StoreFailure) -> Int {
        let counts = try connection.rows("SELECT COUNT(*) FROM history") { (row) throws(StoreFailure) in row.integer(0)
        }
        return Int(counts.first ?? 0)
    }

    /// The numbers of each guest's last facts, of all about an open finding, and of the facts when that was first seen.
    /// The signs before two columns keep SQLite from going through all facts for each finding.
    static let neededHistory = """
        SELECT number FROM (
            SELECT MAX(number) AS number, kind FROM history WHERE kind IN ('facts', 'gone') GROUP BY path)
        WHERE kind = 'facts'
        UNION
        SELECT history.number FROM history JOIN finding ON finding.id = history.finding
        WHERE finding.state IN ('open', 'stale', 'exempted')
        UNION
        SELECT MAX(history.number) FROM finding JOIN history
            ON history.path = json_extract(finding.document, '$.path') AND +history.kind = 'facts'
            AND +history.time <= json_extract(finding.document, '$.firstSeen')
        WHERE finding.state IN ('open', 'stale', 'exempted') GROUP BY finding.id
        """
}
