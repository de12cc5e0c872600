import ControllerAPI
import FleetDocuments
import FleetStore
import NestingModel
import NestingPolicy
import YAMLDocument

/// Policies as they would be after a request: read whole, or refused with every fault.
struct PolicyDraft {
    let policies: [Policy]
    private let delta: PolicyDelta
    /// What looks like a mistake and is none for sure.
    let warnings: [String]

    var added: [String] { delta.added }
    var changed: [String] { delta.changed }
    var removed: [String] { delta.removed }
    /// Names of all that differ.
    var changes: [String] { added + changed + removed }

    /// - Parameters:
    ///   - before: what stays beside the files' policies, unless the request prunes.
    ///   - hosts: the fleet, to find paths of hosts that there are not.
    init(_ request: ApplyRequest, over before: PolicySet, hosts: [HostView]) throws(APIError) {
        let kept = request.prune ? [] : before.policies
        let written: [Policy]
        do throws(YAMLFaults) {
            written = try PolicyDocument.read(
                request.files.map { DocumentText(name: $0.name, text: $0.text) }, beside: kept,
                roots: Set(hosts.map(\.host.path.root.name)))
        } catch {
            throw APIError("policies-invalid", error)
        }
        let names = Set(written.map(\.name))
        policies = kept.filter { !names.contains($0.name) } + written
        delta = PolicyDelta(from: before.policies, to: policies)
        let idle = Set(PolicyEngine(policies).matchingNothing(in: Assessment.tree(of: hosts)))
        warnings = written.filter { idle.contains($0.name) }.map {
            "policy '\($0.name)' (\($0.place)) selects nothing that is there now"
        }
    }
}

extension APIError {
    /// Every fault of the files that were sent; nothing of them was taken.
    init(_ code: String, _ faults: YAMLFaults) {
        let count = faults.faults.count + faults.more
        self.init(
            code: code, sentence: "the files have \(count) fault\(count == 1 ? "" : "s"); nothing was changed",
            faults: faults.faults.map { fault in
                DocumentFault(
                    file: fault.place.file, line: fault.place.line, column: fault.place.column,
                    sentence: fault.sentence, remedy: fault.remedy)
            })
    }
}
