import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

extension SQLiteWork {
    func reports() throws(StoreFailure) -> ReportSet {
        try document(ReportSet.self, "SELECT document FROM report_revision ORDER BY revision DESC LIMIT 1")
            ?? ReportSet()
    }

    func reportRuns(of report: String, limit: Int) throws(StoreFailure) -> [ReportRunSummary] {
        try documents(
            "SELECT summary FROM report_run WHERE report = ? ORDER BY number DESC LIMIT ?",
            [.text(report), .integer(Int64(limit))])
    }

    func reportRun(of report: String, id: String?) throws(StoreFailure) -> ReportRun? {
        let which = id == nil ? "ORDER BY number DESC LIMIT 1" : "AND id = ?"
        guard
            var run = try document(
                ReportRun.self, "SELECT document FROM report_run WHERE report = ? AND document IS NOT NULL \(which)",
                [.text(report)] + (id.map { [.text($0)] } ?? []))
        else { return nil }
        let parts = try connection.rows(
            "SELECT document FROM report_run_part WHERE run = ? ORDER BY part", [.text(run.summary.id)]
        ) { (row) throws(StoreFailure) in row.text(0) }
        // One that an earlier version stored has them in itself.
        if !parts.isEmpty { run.findings = ReportedFindings(stored: parts) }
        return run
    }

    func reportMemory(of report: String) throws(StoreFailure) -> ReportMemory? {
        try document(ReportMemory.self, "SELECT document FROM report_memory WHERE report = ?", [.text(report)])
    }

    func deliveries(to recipient: RecipientKey?) throws(StoreFailure) -> [ReportDelivery] {
        let filter = recipient == nil ? "" : "WHERE report = ? AND recipient = ? AND address = ?"
        return try connection.rows(
            "SELECT number, document FROM report_delivery \(filter) ORDER BY number", recipient?.columns ?? []
        ) { (row) throws(StoreFailure) in
            var delivery = try decoded(ReportDelivery.self, row.text(1))
            delivery.number = Int(row.integer(0))
            return delivery
        }
    }

    func waitingDeliveries() throws(StoreFailure) -> [RecipientKey: Int] {
        let rows = try connection.rows(
            "SELECT report, recipient, address, COUNT(*) FROM report_delivery GROUP BY report, recipient, address"
        ) { row in
            let address = row.text(2)
            return (
                RecipientKey(report: row.text(0), recipient: row.text(1), address: address.isEmpty ? nil : address),
                Int(row.integer(3))
            )
        }
        return Dictionary(rows) { first, _ in first }
    }

    func recipientHealth(_ recipient: RecipientKey) throws(StoreFailure) -> RecipientHealth? {
        try document(
            RecipientHealth.self,
            "SELECT document FROM report_recipient WHERE report = ? AND recipient = ? AND address = ?",
            recipient.columns)
    }

    func put(reports: ReportSet) throws(StoreFailure) {
        try connection.run(
            "INSERT INTO report_revision (revision, document) VALUES (?, ?)",
            [.integer(Int64(reports.revision)), .text(try encoded(reports))])
    }

    func put(run: ReportRun) throws(StoreFailure) {
        var head = run
        head.findings = ReportedFindings([])
        try connection.run(
            "INSERT INTO report_run (id, report, summary, document) VALUES (?, ?, ?, ?)",
            [
                .text(run.summary.id), .text(run.summary.report), .text(try encoded(run.summary)),
                .text(try encoded(head)),
            ])
        for (part, text) in run.findings.parts.enumerated() {
            try connection.run(
                "INSERT INTO report_run_part (run, part, document) VALUES (?, ?, ?)",
                [.text(run.summary.id), .integer(Int64(part)), .text(text)])
        }
    }

    func thinRuns(of report: String, whole: Int, summaries: Int) throws(StoreFailure) {
        let beyond =
            """
            report = ?1 AND id NOT IN (SELECT run FROM report_delivery WHERE report = ?1) AND number NOT IN
                (SELECT number FROM report_run WHERE report = ?1 ORDER BY number DESC LIMIT ?2)
            """
        try connection.run(
            "UPDATE report_run SET document = NULL WHERE document IS NOT NULL AND \(beyond)",
            [.text(report), .integer(Int64(whole))])
        try connection.run(
            "DELETE FROM report_run_part WHERE run IN (SELECT id FROM report_run WHERE report = ? AND document IS NULL)",
            [.text(report)])
        try connection.run(
            "DELETE FROM report_run WHERE \(beyond)", [.text(report), .integer(Int64(summaries))])
    }

    func put(memory: ReportMemory?, of report: String) throws(StoreFailure) {
        guard let memory else {
            return try connection.run("DELETE FROM report_memory WHERE report = ?", [.text(report)])
        }
        try connection.run(
            """
            INSERT INTO report_memory (report, document) VALUES (?, ?)
            ON CONFLICT (report) DO UPDATE SET document = excluded.document
            """, [.text(report), .text(try encoded(memory))])
    }

    func enqueue(_ delivery: ReportDelivery) throws(StoreFailure) {
        try connection.run(
            "INSERT INTO report_delivery (report, recipient, address, run, document) VALUES (?, ?, ?, ?, ?)",
            delivery.key.columns + [.text(delivery.run), .text(try encoded(delivery))])
    }

    func remove(delivery number: Int) throws(StoreFailure) {
        try connection.run("DELETE FROM report_delivery WHERE number = ?", [.integer(Int64(number))])
    }

    func put(health: RecipientHealth?, of recipient: RecipientKey) throws(StoreFailure) {
        guard let health else {
            return try connection.run(
                "DELETE FROM report_recipient WHERE report = ? AND recipient = ? AND address = ?", recipient.columns)
        }
        try connection.run(
            """
            INSERT INTO report_recipient (report, recipient, address, document) VALUES (?, ?, ?, ?)
            ON CONFLICT (report, recipient, address) DO UPDATE SET document = excluded.document
            """, recipient.columns + [.text(try encoded(health))])
    }
}

extension RecipientKey {
    /// Its columns, in order; no address is an empty one, since NULL is equal to nothing.
    fileprivate var columns: [SQLiteValue] { [.text(report), .text(recipient), .text(address ?? "")] }
}
