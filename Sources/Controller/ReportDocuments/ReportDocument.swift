package import ControllerAPI
package import FleetDocuments
import NestingModel
package import YAMLDocument

/// Report files: a list `reports` in each, whose names are unique in all of them. Read as strictly as policies are, and
/// a cron line that never fires, a time zone that there is not and an address that could not be kept secret are
/// refused, too.
package enum ReportDocument {
    /// - Returns: in the files' order; `place` is `file:line`.
    package static func read(_ files: [DocumentText]) throws(YAMLFaults) -> [ReportDefinition] {
        let reader = YAMLReader()
        var places: [String: YAMLPlace] = [:]
        let reports = DocumentText.entries(
            files, under: "reports", allowed: ReportFileSchema.keys, required: ReportFileSchema.required, reader
        ) { fields in
            let report = ReportFields(fields).report()
            if let first = places[report.name], !report.name.isEmpty {
                fields.refuse("name", "\"\(report.name)\" is taken at \(first)", "give every report a name of its own")
            } else {
                places[report.name] = fields.place("name")
            }
            return report
        }
        return try reader.finish(reports)
    }
}
