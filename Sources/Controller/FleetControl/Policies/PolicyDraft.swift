import ControllerAPI
import FleetDocuments
import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy
import YAMLDocument

/// Policies and exemptions as they would be after a request: read whole, or refused with every fault.
struct PolicyDraft: Sendable {
    let book: PolicyBook
    /// Against what is stored.
    let changes: PolicyChanges
    private let before: PolicyBook
    /// What warnings are about.
    private let written: PolicyBook
    /// Exemptions of the files that are over.
    private let over: [Exemption]

    /// - Parameters:
    ///   - before: what stays beside the files' own, unless the request prunes.
    ///   - roots: of the fleet, to find paths of hosts that there are not.
    init(
        _ request: ApplyRequest, over before: PolicySet, roots: Set<String>, exemptions bounds: ExemptionBounds
    ) throws(APIError) {
        let kept = request.prune ? PolicyBook() : before.book
        let written: PolicyBook
        do throws(YAMLFaults) {
            written = try PolicyDocument.read(
                request.files.map { DocumentText(name: $0.name, text: $0.text) }, beside: kept.policies,
                roots: roots, exemptions: bounds)
        } catch {
            throw APIError("policies-invalid", error)
        }
        let names = (Set(written.policies.map(\.name)), Set(written.exemptions.map(\.name)))
        self.init(
            PolicyBook(
                policies: kept.policies.filter { !names.0.contains($0.name) } + written.policies,
                exemptions: kept.exemptions.filter { !names.1.contains($0.name) } + written.exemptions),
            over: before, about: written, at: bounds.now)
    }

    /// - Parameters:
    ///   - written: what warnings are about.
    ///   - now: nil where nothing is said of what is over.
    init(_ book: PolicyBook, over before: PolicySet, about written: PolicyBook, at now: Date? = nil) {
        self.book = book
        self.before = before.book
        self.written = written
        over = now.map { now in written.exemptions.filter { $0.isOver(at: now) } } ?? []
        changes = PolicyChanges(from: before.book, to: book)
    }

    func reach(in tree: NestingTree) -> DraftReach {
        DraftReach(from: before, to: book, written: written, in: tree)
    }

    /// What looks like a mistake and is none for sure.
    func warnings(_ reach: DraftReach) -> [String] {
        let nothing = "selects nothing that is there now"
        let idleModes = reach.idleModes.filter { !reach.idlePolicies.contains($0.policy) }
        return written.policies.filter { reach.idlePolicies.contains($0.name) }.map {
            "policy '\($0.name)' (\($0.place)) \(nothing)"
        }
            + idleModes.map { "a mode of policy '\($0.policy)' (\($0.place)) \(nothing)" }
            + written.exemptions.filter { reach.idleExemptions.contains($0.name) }.map {
                "exemption '\($0.name)' (\($0.place)) \(nothing)"
            }
            + over.map { "exemption '\($0.name)' (\($0.place)) is over since \($0.expires); take it out" }
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
