import ControllerAPI
import FleetDocuments
import FleetStore
import NestingModel
import NestingPolicy
import YAMLDocument

/// Policies and exemptions as they would be after a request: read whole, or refused with every fault.
struct PolicyDraft {
    let book: PolicyBook
    /// Against what is stored.
    let changes: PolicyChanges
    /// What looks like a mistake and is none for sure.
    let warnings: [String]
    /// The fleet that it was held against.
    let joined: JoinResult

    /// - Parameters:
    ///   - before: what stays beside the files' own, unless the request prunes.
    ///   - hosts: the fleet, to find paths of hosts that there are not.
    init(
        _ request: ApplyRequest, over before: PolicySet, hosts: [HostView], exemptions bounds: ExemptionBounds
    ) throws(APIError) {
        let kept = request.prune ? PolicyBook() : before.book
        let written: PolicyBook
        do throws(YAMLFaults) {
            written = try PolicyDocument.read(
                request.files.map { DocumentText(name: $0.name, text: $0.text) }, beside: kept.policies,
                roots: Set(hosts.map(\.host.path.root.name)), exemptions: bounds)
        } catch {
            throw APIError("policies-invalid", error)
        }
        let names = (Set(written.policies.map(\.name)), Set(written.exemptions.map(\.name)))
        self.init(
            PolicyBook(
                policies: kept.policies.filter { !names.0.contains($0.name) } + written.policies,
                exemptions: kept.exemptions.filter { !names.1.contains($0.name) } + written.exemptions),
            over: before, about: written, hosts: hosts)
    }

    /// - Parameter written: what warnings are about.
    init(_ book: PolicyBook, over before: PolicySet, about written: PolicyBook, hosts: [HostView]) {
        self.book = book
        changes = PolicyChanges(from: before.book, to: book)
        let engine = PolicyEngine(book)
        joined = NestingTree.join(hosts)
        let idle = (
            Set(engine.matchingNothing(in: joined.tree)), Set(engine.exemptionsMatchingNothing(in: joined.tree))
        )
        let nothing = "selects nothing that is there now"
        let names = Set(written.policies.map(\.name))
        let idleModes = engine.modesMatchingNothing(in: joined.tree)
            .filter { names.contains($0.policy) && !idle.0.contains($0.policy) }
        warnings =
            written.policies.filter { idle.0.contains($0.name) }.map {
                "policy '\($0.name)' (\($0.place)) \(nothing)"
            }
            + idleModes.map { "a mode of policy '\($0.policy)' (\($0.place)) \(nothing)" }
            + written.exemptions.filter { idle.1.contains($0.name) }.map {
                "exemption '\($0.name)' (\($0.place)) \(nothing)"
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
