import ControllerAPI
import FoundationEssentials
import HumanText

/// A run as JSON, `nestor.scheduled-report/1`: one object, whose findings come last and one a line, so that a reader
/// may take them as they come.
struct JSONRendering {
    let run: ReportRun

    var pieces: ReportPieces {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        let documents = run.findings.documents
        var isFirst = true
        return ReportPieces(
            head: ReportPieces.collected { head(encoder, $0) },
            findings: AnyIterator {
                defer { isFirst = false }
                return documents.next().map { (isFirst ? "\n" : ",\n") + Self.safe(String($0)) }
            }, tail: ["\n]}\n"])
    }

    private func head(_ encoder: JSONEncoder, _ emit: (String) -> Void) {
        func field(_ key: String, _ value: some Encodable) { emit("\"\(key)\":\(Self.text(value, encoder)),\n") }
        emit("{")
        field("schema", run.schema)
        field("summary", run.summary)
        field("policyRevision", run.policyRevision)
        field("hosts", run.hosts)
        field("guests", run.guests)
        field("notHeard", run.notHeard)
        if let freeze = run.freeze { field("freeze", freeze) }
        if !run.standingFreezes.isEmpty { field("freezes", run.standingFreezes) }
        field("compliance", run.compliance)
        if let before = run.complianceBeforeExemptions { field("complianceBeforeExemptions", before) }
        field("trend", run.trend)
        field("tree", run.tree)
        if let head = run.auditHead { field("auditHead", head) }
        emit("\"findings\":[")
    }

    private static func text(_ value: some Encodable, _ encoder: JSONEncoder) -> String {
        // These values are plain strings, numbers, lists and dates: none of them fails to encode.
        guard let data = try? encoder.encode(value) else { return "null" }
        return safe(String(decoding: data, as: UTF8.self))
    }

    /// With what a terminal would obey, or what reorders a line, as `\u009b`: every reader takes it for the same text.
    private static func safe(_ text: String) -> String {
        if ShownText.isSafe(text) { return text }
        var safe = ""
        for scalar in text.unicodeScalars {
            if ShownText.isSafe(scalar) {
                safe.unicodeScalars.append(scalar)
            } else {
                for unit in String(scalar).utf16 {
                    let hex = String(unit, radix: 16)
                    safe += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                }
            }
        }
        return safe
    }
}
