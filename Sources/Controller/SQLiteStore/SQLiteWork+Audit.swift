import ControllerAPI
import FleetStore
import FoundationEssentials

extension SQLiteWork {
    func audit(_ query: AuditQuery) throws(StoreFailure) -> [AuditRecord] {
        var conditions: [String] = []
        var values: [SQLiteValue] = []
        if let actor = query.actor {
            conditions.append("instr(lower(actor), lower(?)) > 0")
            values.append(.text(actor))
        }
        if let action = query.action {
            conditions.append("(action = ? OR substr(action, 1, length(?) + 1) = ? || '.')")
            values += Array(repeating: .text(action), count: 3)
        }
        if let subject = query.subject {
            conditions.append(
                "(subject = ? OR substr(subject, 1, length(?) + 1) IN (? || '/', ? || '-')"
                    + " OR place = ? OR substr(place, 1, length(?) + 1) = ? || '/')")
            values += Array(repeating: .text(subject), count: 7)
        }
        // Times are stored in one form and one zone, so that their texts stand in their order.
        if let since = query.since {
            conditions.append("time >= ?")
            values.append(.text(since.formatted(.iso8601)))
        }
        if let until = query.until {
            conditions.append("time < ?")
            values.append(.text(until.formatted(.iso8601)))
        }
        values.append(.integer(Int64(query.limit)))
        let filter = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND ")) "
        return try records("\(filter)ORDER BY number DESC LIMIT ?", values).map { record in
            AuditRecord(
                number: record.number, time: (try? Date(record.time, strategy: .iso8601)) ?? .distantPast,
                actor: record.entry.actor, action: record.entry.action, subject: record.entry.subject,
                detail: record.entry.detail, hash: record.hash, origin: record.entry.origin, place: record.entry.place)
        }
    }

    func auditHead() throws(StoreFailure) -> AuditHead {
        let last = try records("ORDER BY number DESC LIMIT 1", []).first
        return AuditHead(number: last?.number ?? 0, hash: last?.hash ?? "")
    }

    func auditChain(after number: Int, limit: Int) throws(StoreFailure) -> [ChainedRecord] {
        try records("WHERE number > ? ORDER BY number LIMIT ?", [.integer(Int64(number)), .integer(Int64(limit))])
    }

    func audit(_ entry: AuditEntry) throws(StoreFailure) {
        let time = now().formatted(.iso8601)
        try connection.run(
            "INSERT INTO audit (time, actor, action, subject, detail, hash, origin, place) "
                + "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .text(time), .text(entry.actor), .text(entry.action), .text(entry.subject), .text(entry.detail),
                .text(AuditChain.hash(after: try auditHead().hash, time: time, entry)),
                .text(entry.origin), .text(entry.place),
            ])
    }

    private func records(_ rest: String, _ values: [SQLiteValue]) throws(StoreFailure) -> [ChainedRecord] {
        try connection.rows(
            "SELECT number, time, actor, action, subject, detail, hash, origin, place FROM audit \(rest)", values
        ) { (row) throws(StoreFailure) in
            ChainedRecord(
                number: Int(row.integer(0)), time: row.text(1),
                entry: AuditEntry(
                    actor: row.text(2), action: row.text(3), subject: row.text(4), detail: row.text(5),
                    origin: row.text(7), place: row.text(8)),
                hash: row.text(6))
        }
    }
}
