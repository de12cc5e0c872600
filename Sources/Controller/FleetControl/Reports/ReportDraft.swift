import ControllerAPI
import FleetDocuments
import FleetStore
import NestingModel
import ReportDocuments
import YAMLDocument

/// Reports as they would be after a request: read whole, or refused with every fault.
struct ReportDraft {
    let reports: [ReportDefinition]
    private let added: [String]
    private let changed: [String]
    private let removed: [String]
    /// Those of the request.
    let written: [ReportDefinition]
    private var warnings: [String] = []

    var changes: [String] { added + changed + removed }

    var detail: String {
        "added [\(added.joined(separator: ", "))], changed [\(changed.joined(separator: ", "))], "
            + "removed [\(removed.joined(separator: ", "))]"
    }

    init(_ request: ApplyRequest, over before: ReportSet) throws(APIError) {
        do throws(YAMLFaults) {
            written = try ReportDocument.read(request.files.map { DocumentText(name: $0.name, text: $0.text) })
        } catch {
            throw APIError("reports-invalid", error)
        }
        let names = Set(written.map(\.name))
        reports = (request.prune ? [] : before.reports).filter { !names.contains($0.name) } + written
        let old = Dictionary(before.reports.map { ($0.name, $0.withoutPlace) }) { first, _ in first }
        let new = Dictionary(reports.map { ($0.name, $0.withoutPlace) }) { first, _ in first }
        added = new.keys.filter { old[$0] == nil }.sorted()
        removed = old.keys.filter { new[$0] == nil }.sorted()
        changed = new.keys.filter { old[$0] != nil && old[$0] != new[$0] }.sorted()
    }

    /// - Parameter isIdle: of each of `written`, whether it selects nothing.
    mutating func warn(whereIdle isIdle: [Bool]) {
        warnings = zip(written, isIdle).filter(\.1).map { report, _ in
            "report '\(report.name)' (\(report.place)) selects nothing that is there now"
        }
    }

    func answer(revision: Int, dropped: [String: Int]) -> ApplyAnswer {
        ApplyAnswer(
            revision: revision, added: added, changed: changed, removed: removed,
            warnings: warnings
                + dropped.sorted { $0.key < $1.key }.map {
                    "\($0.value) that waited for '\($0.key)' went with it, undelivered"
                })
    }
}

extension ReportDefinition {
    fileprivate var withoutPlace: ReportDefinition {
        var copy = self
        copy.place = ""
        return copy
    }
}
