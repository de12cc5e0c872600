/// The published JSON Schema of report files, which say what is reported to whom and when.
package enum ReportFileSchema {
    /// The words that the reader takes.
    package static let keys = ["name", "select", "schedule", "formats", "recipients"]
    package static let required = ["name", "select", "schedule"]
    package static let scheduleKeys = ["cron", "every", "time-zone"]
    package static let recipientKeys = ["name", "file", "webhook", "mail"]
    package static let fileKeys = ["folder"]
    package static let mailKeys = ["server", "port", "tls", "from", "to", "user", "password-file", "ca-file"]
    package static let mailRequired = ["server", "from", "to"]
    package static let webhookKeys = ["url", "url-file", "secret-file", "ca-file"]
    package static let formats = ["text", "json", "csv", "html"]
    package static let securities = ["starttls", "implicit"]

    /// Byte for byte what Config/schemas/report-file-1.schema.json holds.
    package static var json: String {
        SchemaValue.fields([
            "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:nestor:schema:report-file-1",
            "title": "nestor report file, version 1",
            "description": .text(
                "Drift reports that come by themselves. The reader checks more than a schema can: that names are used "
                    + "once, that a cron line fires, that a time zone exists, that addresses are fit."),
            "type": "object", "additionalProperties": .flag(false), "required": ["reports"],
            "properties": .fields(["reports": .list(of: .reference("report"), least: 0)]),
            "$defs": .fields(
                [
                    "report": report, "recipient": .any(recipient("file"), recipient("webhook"), recipient("mail")),
                    "address": .pattern(
                        "^[!#-'*+./-9=?A-Z^-z{|}~$%&-]+@\(host)$", longest: 254, "A plain address: ops@example.org."),
                    "name": .pattern("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", "Files and queues are named by it."),
                    "path": .pattern("^/[^\\u0000]*$", longest: 4_095, "An absolute path."),
                ].merging(SharedSchema.definitions) { own, _ in own }),
        ]).json
    }

    private static var report: SchemaValue {
        .object(
            keys, required: required,
            [
                "name": .reference("name"), "select": .reference("selector"),
                "schedule": .any(
                    .object(
                        scheduleKeys.filter { $0 != "every" }, required: ["cron"],
                        [
                            "cron": .line(
                                1_024,
                                "Minute, hour, day of the month, month, weekday; or @hourly, @daily, @weekly, @monthly, "
                                    + "@yearly."),
                            "time-zone": SharedSchema.zone,
                        ]),
                    .object(
                        ["every"], required: ["every"],
                        ["every": .reference("duration", "Counted from midnight UTC.")])),
                "formats": .list(of: .words(formats), once: true, "text without a word."),
                "recipients": .list(of: .reference("recipient"), "Without any it is kept alone."),
            ])
    }

    private static let host = "[A-Za-z0-9][A-Za-z0-9.-]*"

    /// - Parameter way: the one of the three that it has.
    private static func recipient(_ way: String) -> SchemaValue {
        .object(
            recipientKeys.filter { $0 == "name" || $0 == way }, required: ["name", way],
            ["name": .reference("name"), "file": file, "webhook": webhook, "mail": mail])
    }

    private static let file = SchemaValue.object(
        fileKeys, required: fileKeys, ["folder": .reference("path", "Must be there, and writable for nestord's user.")])

    private static var webhook: SchemaValue {
        func place(_ key: String) -> SchemaValue {
            .object(
                webhookKeys.filter { !["url", "url-file"].contains($0) || $0 == key }, required: [key],
                [
                    "url": .pattern(
                        "^(https://(\\[[^/?#@\\\\]*|[^/?#@\\\\:\\[\\s][^/?#@\\\\\\s]*)"
                            + "|http://([Ll][Oo][Cc][Aa][Ll][Hh][Oo][Ss][Tt]|127\\.0\\.0\\.1|\\[::1\\])(:[^/?#@\\\\\\s]*)?)"
                            + "([/?][^#\\s]*)?$", longest: 2_048, "http:// only to this machine."),
                    "url-file": .reference("path", "Holds an address that is a secret itself."),
                    "secret-file": .reference("path", "Holds the key of the signatures."),
                    "ca-file": .reference("path", "Authorities to trust instead of the system's."),
                ])
        }
        return .any(place("url"), place("url-file"))
    }

    private static var mail: SchemaValue {
        func place(_ keys: [String], _ required: [String]) -> SchemaValue {
            .object(
                keys, required: required,
                [
                    "server": .fields([
                        "type": ["string", "number", "boolean"], "pattern": .text("^\(host)$"),
                        "maxLength": .number(253),
                    ])
                    .described("A host's name or IPv4 address."), "port": .integer(1...65_535),
                    "tls": .words(securities), "from": .reference("address"),
                    "to": .list(of: .reference("address"), once: true), "user": .line(256),
                    "password-file": .reference("path"),
                    "ca-file": .reference("path"),
                ])
        }
        // A user and a password go together.
        let login = ["user", "password-file"]
        return .any(
            place(mailKeys.filter { !login.contains($0) }, mailRequired), place(mailKeys, mailRequired + login))
    }
}
