import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

/// What one transaction may read and write. Documents are JSON with sorted keys.
struct SQLiteWork: FleetWriting {
    let connection: SQLiteConnection
    let now: @Sendable () -> Date

    // MARK: Reading

    func openFindings() throws(StoreFailure) -> [Finding] {
        try seen("finding.state IN ('open', 'stale')")
    }

    func resolvedFindings(limit: Int) throws(StoreFailure) -> [Finding] {
        try documents(
            "SELECT document FROM finding WHERE state = 'resolved' ORDER BY last_seen DESC LIMIT ?",
            [.integer(Int64(limit))])
    }

    func remediations(limit: Int) throws(StoreFailure) -> [Remediation] {
        try documents("SELECT document FROM remediation ORDER BY number DESC LIMIT ?", [.integer(Int64(limit))])
    }

    func remediation(_ id: String) throws(StoreFailure) -> Remediation? {
        try document(Remediation.self, "SELECT document FROM remediation WHERE id = ?", [.text(id)])
    }

    func unfinishedRemediations() throws(StoreFailure) -> [Remediation] {
        try documents("SELECT document FROM remediation WHERE state IN ('running', 'interrupted') ORDER BY number")
    }

    func value<Value: Decodable>(_ key: StoredValueKey, as type: Value.Type) throws(StoreFailure) -> Value? {
        try document(type, "SELECT document FROM value WHERE key = ?", [.text(key.rawValue)])
    }

    // MARK: Writing

    func put(findings: [Finding]) throws(StoreFailure) {
        for finding in findings {
            let place = FindingPlace(finding)
            try connection.run(
                """
                INSERT INTO finding (id, state, last_seen, document, tree, shelf, rank, place, drifts)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET
                    state = excluded.state, last_seen = excluded.last_seen, document = excluded.document,
                    shelf = excluded.shelf, rank = excluded.rank, place = excluded.place, drifts = excluded.drifts
                """,
                [
                    .text(finding.id), .text(finding.state.rawValue), .text(finding.lastSeen.formatted(.iso8601)),
                    .text(try encoded(finding)), .text(finding.path.root.name), .integer(Int64(place.shelf)),
                    .integer(Int64(place.rank)), .text(place.place), .integer(finding.countsAsDrift ? 1 : 0),
                ])
        }
    }

    func put(policies: PolicySet) throws(StoreFailure) {
        try connection.run(
            "INSERT INTO policy_revision (revision, document) VALUES (?, ?)",
            [.integer(Int64(policies.revision)), .text(try encoded(policies))])
    }

    func put(remediation: Remediation) throws(StoreFailure) {
        try connection.run(
            """
            INSERT INTO remediation (id, state, document) VALUES (?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET state = excluded.state, document = excluded.document
            """,
            [.text(remediation.id), .text(remediation.state.rawValue), .text(try encoded(remediation))])
    }

    func put<Value: Encodable>(_ value: Value?, as key: StoredValueKey) throws(StoreFailure) {
        guard let value else {
            return try connection.run("DELETE FROM value WHERE key = ?", [.text(key.rawValue)])
        }
        try connection.run(
            "INSERT INTO value (key, document) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET document = excluded.document",
            [.text(key.rawValue), .text(try encoded(value))])
    }

    // MARK: Documents

    func documents<Document: Decodable>(
        _ sql: String, _ values: [SQLiteValue] = []
    ) throws(StoreFailure) -> [Document] {
        try connection.rows(sql, values) { (row) throws(StoreFailure) in
            try StoredDocument.read(Document.self, row.bytes(0))
        }
    }

    func document<Document: Decodable>(
        _ type: Document.Type, _ sql: String, _ values: [SQLiteValue] = []
    ) throws(StoreFailure) -> Document? {
        let found: [Document] = try documents(sql, values)
        return found.first
    }

    func decoded<Document: Decodable>(
        _ type: Document.Type, _ text: String
    ) throws(StoreFailure) -> Document {
        try StoredDocument.read(type, Array(text.utf8))
    }

    func encoded(_ document: some Encodable) throws(StoreFailure) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        do {
            return String(decoding: try encoder.encode(document), as: UTF8.self)
        } catch {
            throw StoreFailure(.unavailable, "a \(type(of: document)) cannot be written as JSON: \(error)")
        }
    }
}

extension HostHealth {
    /// Whether an evaluation would find the same: that the host was read once more is no change.
    func isSame(as other: HostHealth) -> Bool {
        var copy = other
        (copy.checkedAt, copy.reportedAt) = (checkedAt, reportedAt)
        return copy == self
    }
}
