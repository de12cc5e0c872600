import ControllerAPI
import FleetStore
import NestingModel

extension SQLiteWork {
    /// Of a finding, 1 for one that was open then, 0 for one that an exemption held, and no row where it was neither.
    private static let marked =
        "SELECT 1 - is_exempted FROM drift_mark WHERE drift_mark.id = finding.id"

    func driftSinceMark(limit: Int) throws(StoreFailure) -> DriftSinceMark {
        let rows = try connection.rows(
            """
            SELECT shelf, CASE shelf WHEN 2 THEN 0 ELSE coalesce((\(Self.marked)), 0) END AS was_open, COUNT(*), SUM(drifts),
                SUM(json_type(document, '$.recurrence') IS NOT NULL)
            FROM finding WHERE shelf = 0 OR shelf = 2 AND EXISTS (\(Self.marked)) GROUP BY 1, 2
            """
        ) { (row) throws(StoreFailure) in
            (
                shelf: row.integer(0), wasOpen: row.integer(1) == 1, count: Int(row.integer(2)),
                drifting: Int(row.integer(3)), back: Int(row.integer(4))
            )
        }
        var counts = DriftCounts(new: 0, regressed: 0, persisting: 0, resolved: 0, drifting: 0, notHeard: 0)
        for row in rows {
            switch (row.shelf, row.wasOpen) {
            case (0, false): (counts.new, counts.regressed) = (row.count, row.back)
            case (0, true): counts.persisting = row.count
            default: counts.resolved = row.count
            }
            if row.shelf == 0 { counts.drifting += row.drifting }
        }
        func list(_ condition: String) throws(StoreFailure) -> [Finding] {
            try seen(condition, [.integer(Int64(limit))], order: "rank, place, finding.id LIMIT ?")
        }
        return DriftSinceMark(
            new: try list("shelf = 0 AND coalesce((\(Self.marked)), 0) = 0"),
            persisting: try list("shelf = 0 AND (\(Self.marked)) = 1"),
            resolved: try list("shelf = 2 AND EXISTS (\(Self.marked))"), counts: counts)
    }

    func markDrift() throws(StoreFailure) {
        try connection.run("DELETE FROM drift_mark")
        try connection.run("INSERT INTO drift_mark SELECT id, shelf FROM finding WHERE shelf IN (0, 1)")
    }
}
