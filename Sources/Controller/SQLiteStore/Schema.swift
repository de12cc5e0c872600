import FleetStore

/// The steps from an empty file to today's tables. Each runs once, in order; `user_version` counts them.
let migrations: [String] = [
    """
    CREATE TABLE host (path TEXT PRIMARY KEY, document TEXT NOT NULL, health TEXT, report TEXT) STRICT, WITHOUT ROWID;
    CREATE TABLE finding (
        id TEXT PRIMARY KEY, state TEXT NOT NULL, last_seen TEXT NOT NULL, document TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX finding_by_state ON finding (state, last_seen);
    CREATE TABLE policy_revision (
        revision INTEGER PRIMARY KEY, document TEXT NOT NULL
    ) STRICT;
    CREATE TABLE remediation (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, document TEXT NOT NULL
    ) STRICT;
    CREATE INDEX remediation_by_state ON remediation (state);
    CREATE TABLE value (key TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE audit (
        number INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
        subject TEXT NOT NULL, detail TEXT NOT NULL, hash TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
    CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
    """,
    """
    CREATE TABLE history (
        number INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, time TEXT NOT NULL, kind TEXT NOT NULL,
        finding TEXT, document TEXT NOT NULL
    ) STRICT;
    CREATE INDEX history_by_path ON history (path, number);
    CREATE INDEX history_by_kind ON history (kind, time);
    CREATE INDEX history_by_finding ON history (finding);
    CREATE TABLE unused_exposure (
        path TEXT PRIMARY KEY, uuid TEXT NOT NULL, since TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE report_revision (revision INTEGER PRIMARY KEY, document TEXT NOT NULL) STRICT;
    CREATE TABLE report_run (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, report TEXT NOT NULL,
        summary TEXT NOT NULL, document TEXT
    ) STRICT;
    CREATE INDEX report_run_by_report ON report_run (report, number);
    CREATE TABLE report_memory (report TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE report_delivery (
        number INTEGER PRIMARY KEY AUTOINCREMENT, report TEXT NOT NULL, recipient TEXT NOT NULL, run TEXT NOT NULL,
        document TEXT NOT NULL
    ) STRICT;
    CREATE INDEX report_delivery_by_recipient ON report_delivery (report, recipient, number);
    CREATE TABLE report_recipient (
        report TEXT NOT NULL, recipient TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (report, recipient)
    ) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE change_request (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL
    ) STRICT;
    """,
    // What of the fleet changed since it was judged. Triggers keep what they can tell: for a host's health and report,
    // `put` does.
    """
    CREATE TABLE tree (root TEXT PRIMARY KEY, changed INTEGER NOT NULL, judged TEXT) STRICT, WITHOUT ROWID;
    CREATE INDEX tree_by_change ON tree (changed);
    CREATE TRIGGER host_is_added AFTER INSERT ON host BEGIN
        INSERT INTO tree (root, changed) SELECT substr(NEW.path, 1, instr(NEW.path || '/', '/') - 1),
            coalesce(MAX(changed), 0) + 1 FROM tree WHERE true
        ON CONFLICT (root) DO UPDATE SET changed = excluded.changed;
    END;
    CREATE TRIGGER host_is_removed AFTER DELETE ON host BEGIN
        INSERT INTO tree (root, changed) SELECT substr(OLD.path, 1, instr(OLD.path || '/', '/') - 1),
            coalesce(MAX(changed), 0) + 1 FROM tree WHERE true
        ON CONFLICT (root) DO UPDATE SET changed = excluded.changed;
    END;
    CREATE TRIGGER host_is_changed AFTER UPDATE OF document ON host WHEN OLD.document <> NEW.document BEGIN
        INSERT INTO tree (root, changed) SELECT substr(NEW.path, 1, instr(NEW.path || '/', '/') - 1),
            coalesce(MAX(changed), 0) + 1 FROM tree WHERE true
        ON CONFLICT (root) DO UPDATE SET changed = excluded.changed;
    END;
    CREATE TRIGGER finding_is_spoken_of AFTER INSERT ON history
        WHEN NEW.kind IN ('corrected', 'settled', 'acknowledged', 'unacknowledged')
    BEGIN
        INSERT INTO tree (root, changed) SELECT substr(NEW.path, 1, instr(NEW.path || '/', '/') - 1),
            coalesce(MAX(changed), 0) + 1 FROM tree WHERE true
        ON CONFLICT (root) DO UPDATE SET changed = excluded.changed;
    END;
    ALTER TABLE finding ADD COLUMN tree TEXT NOT NULL DEFAULT '';
    UPDATE finding SET tree =
        substr(json_extract(document, '$.path'), 1, instr(json_extract(document, '$.path') || '/', '/') - 1);
    CREATE INDEX finding_by_tree ON finding (tree, state);
    """,
    // A host's health is written at every sweep, and its report, which is a hundred times as long, when something
    // changed: each has rows of its own, and who asks for hosts alone does not walk over their reports.
    """
    CREATE TABLE host_report (
        path TEXT PRIMARY KEY REFERENCES host (path) ON DELETE CASCADE, document TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO host_report SELECT path, report FROM host WHERE report IS NOT NULL;
    ALTER TABLE host ADD COLUMN guests TEXT;
    UPDATE host SET guests = CASE json_type(report, '$.guests')
        WHEN 'array' THEN json_array_length(report, '$.guests')
        WHEN 'object' THEN json_extract(report, '$.guests') WHEN 'null' THEN 'null' END;
    ALTER TABLE host DROP COLUMN report;
    """,
    // A run's findings lie in parts beside it: one text of them all would be in memory three times while it is read.
    """
    CREATE TABLE report_run_part (
        run TEXT NOT NULL REFERENCES report_run (id) ON DELETE CASCADE, part INTEGER NOT NULL, document TEXT NOT NULL,
        PRIMARY KEY (run, part)
    ) STRICT, WITHOUT ROWID;
    """,
    // The order of findings as `FindingPlace` has it, and how many there are, so that a page of them costs no more than
    // itself. The counts are kept by triggers: going through half a million rows takes longer than anybody waits.
    """
    ALTER TABLE finding ADD COLUMN shelf INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE finding ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE finding ADD COLUMN place TEXT NOT NULL DEFAULT '';
    ALTER TABLE finding ADD COLUMN drifts INTEGER NOT NULL DEFAULT 0;
    UPDATE finding SET
        shelf = CASE state WHEN 'exempted' THEN 1 WHEN 'resolved' THEN 2 ELSE 0 END,
        rank = CASE json_extract(document, '$.severity') WHEN 'critical' THEN 1 WHEN 'high' THEN 2
            WHEN 'medium' THEN 3 WHEN 'low' THEN 4 WHEN 'info' THEN 5 ELSE 0 END,
        place = replace(json_extract(document, '$.path'), '/', char(1)),
        drifts = state NOT IN ('exempted', 'resolved') AND json_extract(document, '$.kind') <> 'unused-exposure'
            AND json_extract(document, '$.acknowledgement') IS NULL;
    CREATE INDEX finding_in_order ON finding (shelf, rank, place, id);
    CREATE INDEX finding_by_place ON finding (place, shelf, drifts);
    CREATE TABLE finding_count (
        shelf INTEGER NOT NULL, rank INTEGER NOT NULL, drifts INTEGER NOT NULL, number INTEGER NOT NULL,
        PRIMARY KEY (shelf, rank, drifts)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO finding_count SELECT shelf, rank, drifts, COUNT(*) FROM finding GROUP BY shelf, rank, drifts;
    CREATE TRIGGER finding_is_counted AFTER INSERT ON finding BEGIN
        INSERT INTO finding_count VALUES (NEW.shelf, NEW.rank, NEW.drifts, 1)
            ON CONFLICT DO UPDATE SET number = number + 1;
    END;
    CREATE TRIGGER finding_is_moved AFTER UPDATE ON finding
        WHEN (OLD.shelf, OLD.rank, OLD.drifts) <> (NEW.shelf, NEW.rank, NEW.drifts)
    BEGIN
        UPDATE finding_count SET number = number - 1
            WHERE (shelf, rank, drifts) = (OLD.shelf, OLD.rank, OLD.drifts);
        INSERT INTO finding_count VALUES (NEW.shelf, NEW.rank, NEW.drifts, 1)
            ON CONFLICT DO UPDATE SET number = number + 1;
    END;
    CREATE TRIGGER finding_is_gone AFTER DELETE ON finding BEGIN
        UPDATE finding_count SET number = number - 1
            WHERE (shelf, rank, drifts) = (OLD.shelf, OLD.rank, OLD.drifts);
    END;
    """,
    // Hosts from before trees were counted, so that the table has them all: pages of the tree go by it. And the order of
    // paths, for pages of hosts.
    """
    CREATE INDEX host_in_order ON host (replace(path, '/', char(1)));
    INSERT OR IGNORE INTO tree (root, changed) SELECT DISTINCT substr(path, 1, instr(path || '/', '/') - 1), 0 FROM host;
    """,
    // Each finding of a stored run on a line of its own: a program is given it as it is.
    """
    UPDATE report_run_part SET document = (SELECT group_concat(value, char(10)) FROM json_each(report_run_part.document))
        WHERE document LIKE '[%';
    """,
    // What was open or exempted at the last drift report, so that the next one is no matter of reading all findings.
    """
    CREATE TABLE drift_mark (id TEXT PRIMARY KEY, is_exempted INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO drift_mark SELECT DISTINCT open.value, 0
        FROM value JOIN json_each(value.document, '$.open') AS open WHERE value.key = 'last-drift-report';
    """,
    """
    ALTER TABLE audit ADD COLUMN origin TEXT NOT NULL DEFAULT '';
    ALTER TABLE audit ADD COLUMN place TEXT NOT NULL DEFAULT '';
    """,
    // Each address of a mailing has a queue and a state of its own: what waited for all of them waits for each.
    """
    CREATE TABLE mail_address (report TEXT NOT NULL, recipient TEXT NOT NULL, address TEXT NOT NULL) STRICT;
    INSERT INTO mail_address
        SELECT report.value ->> '$.name', recipient.value ->> '$.name', address.value
            FROM report_revision JOIN json_each(document, '$.reports') AS report
            JOIN json_each(report.value, '$.recipients') AS recipient
            JOIN json_each(recipient.value, '$.place.mail.to') AS address
            WHERE revision = (SELECT MAX(revision) FROM report_revision);
    ALTER TABLE report_delivery ADD COLUMN address TEXT NOT NULL DEFAULT '';
    DROP INDEX report_delivery_by_recipient;
    CREATE INDEX report_delivery_by_recipient ON report_delivery (report, recipient, address, number);
    INSERT INTO report_delivery (report, recipient, run, document, address)
        SELECT report, recipient, run, json_set(document, '$.address', address.address), address.address
            FROM report_delivery JOIN mail_address AS address USING (report, recipient) ORDER BY number;
    DELETE FROM report_delivery
        WHERE address = '' AND (report, recipient) IN (SELECT report, recipient FROM mail_address);
    ALTER TABLE report_recipient RENAME TO earlier_recipient;
    CREATE TABLE report_recipient (
        report TEXT NOT NULL, recipient TEXT NOT NULL, address TEXT NOT NULL, document TEXT NOT NULL,
        PRIMARY KEY (report, recipient, address)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO report_recipient SELECT report, recipient, coalesce(address, ''), document
        FROM earlier_recipient LEFT JOIN mail_address USING (report, recipient);
    DROP TABLE earlier_recipient;
    DROP TABLE mail_address;
    """,
    // There may be several freezes, each with an id.
    """
    INSERT INTO value (key, document)
        SELECT 'freezes', json_array(json_set(document, '$.id', lower(hex(randomblob(16))))) FROM value
            WHERE key = 'freeze';
    DELETE FROM value WHERE key = 'freeze';
    """,
]

extension SQLiteConnection {
    /// Brings the tables up to date; refuses a file that a newer version made.
    func migrate() throws(StoreFailure) {
        let version = Int(try rows("PRAGMA user_version") { (row) throws(StoreFailure) in row.integer(0) }.first ?? 0)
        guard version <= migrations.count else {
            throw StoreFailure(
                .newer, "the store has format \(version), and this nestord knows up to \(migrations.count)",
                remedy: "run the newer nestord, or put the backup from before its upgrade back")
        }
        for (index, migration) in migrations.enumerated().dropFirst(version) {
            try execute("BEGIN IMMEDIATE; \(migration) PRAGMA user_version = \(index + 1); COMMIT;")
        }
    }
}
