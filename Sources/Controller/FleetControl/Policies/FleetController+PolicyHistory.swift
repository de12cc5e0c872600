package import ControllerAPI
import FleetDocuments
import FleetStore
import NestingModel
import NestingPolicy

extension FleetController {
    /// The revisions of the policies, newest first, each with what it changed and who did it.
    /// - Parameter limit: at most 1,000.
    package func policyHistory(limit: Int) async throws(APIError) -> [PolicyRevisionRow] {
        let count = min(max(limit, 1), 1_000)
        let sets = try await read { (work) throws(StoreFailure) in try work.policyRevisions(limit: count + 1) }
        return sets.prefix(count).enumerated().map { index, set in
            let before = index + 1 < sets.count ? sets[index + 1] : PolicySet()
            let changes = PolicyChanges(from: before.book, to: set.book)
            return PolicyRevisionRow(
                revision: set.revision, at: set.at, by: set.by, note: set.note, added: changes.added,
                changed: changes.changed, removed: changes.removed)
        }
    }

    package func policies(revision: Int) async throws(APIError) -> PoliciesAnswer {
        PoliciesAnswer(try await policySet(revision))
    }

    /// All of one revision as a file, to be kept elsewhere or edited: `apply` takes it back.
    /// - Parameter revision: nil for the newest one.
    package func exportPolicies(revision: Int?) async throws(APIError) -> PolicyFileAnswer {
        let set: PolicySet
        if let revision {
            set = try await policySet(revision)
        } else {
            set = try await read { (work) throws(StoreFailure) in try work.policies() }
        }
        let made = set.by.map { ", made by \($0)" } ?? ""
        let over = set.exemptions.filter { $0.isOver(at: environment.now()) }.map {
            "exemption '\($0.name)' is over since \($0.expires): it is not taken again"
        }
        return PolicyFileAnswer(
            text: PolicyDocument.write(set.book, below: ["revision \(set.revision)\(made)"]), warnings: over)
    }

    /// - Parameter to: nil for the newest one.
    package func policyDifference(from: Int, to: Int?) async throws(APIError) -> PolicyDifference {
        let old = try await policySet(from)
        let new: PolicySet
        if let to {
            new = try await policySet(to)
        } else {
            new = try await read { (work) throws(StoreFailure) in try work.policies() }
        }
        return PolicyDifference(
            from: old.revision, to: new.revision, entries: PolicyChanges(from: old.book, to: new.book).entries)
    }

    /// Makes the content of an old revision the newest one: no revision is taken back, and everybody sees who did it.
    ///
    /// What a file would be refused for (an exemption that is over, a host that is gone) is a warning here, since the
    /// content was taken once.
    package func rollback(policies request: PolicyRollbackRequest, by requester: Requester) async throws(APIError)
        -> ApplyAnswer
    {
        let (before, picture) = try await look { (work, memory) throws(StoreFailure) in
            (try work.policies(), memory.picture)
        }
        try check(request.expectedRevision, is: before)
        let old = try await policySet(request.revision)
        let draft = PolicyDraft(old.book, over: before, about: old.book)
        let warnings = await warnings(about: draft, in: picture) + warnings(of: old, picture.roots)
        return try await take(
            draft, over: before, warnings: warnings, action: "policy.rollback",
            note: "rollback to revision \(old.revision)", requester)
    }

    /// What the rollback to a revision would open, close, exempt and correct; changes nothing.
    /// - Parameter limit: of each kind of what the answer holds; nil for all there is.
    package func preview(revision: Int, limit: Int? = nil) async throws(APIError) -> PreviewAnswer {
        let old = try await policySet(revision)
        var warnings: [String] = []
        var answer = try await preview(limit: limit) { (before, roots) throws(APIError) in
            warnings = self.warnings(of: old, roots)
            return PolicyDraft(old.book, over: before, about: old.book)
        }
        answer.warnings += warnings
        return answer
    }

    private func warnings(of old: PolicySet, _ roots: Set<String>) -> [String] {
        let now = environment.now()
        let over = old.exemptions.filter { $0.isOver(at: now) }.map {
            "exemption '\($0.name)' is over since \($0.expires)"
        }
        return over
            + PolicyFault.unknownHosts(in: old.book, roots: roots).map(\.sentence)
    }

    private func policySet(_ revision: Int) async throws(APIError) -> PolicySet {
        // Before the first file there was nothing, and that can be compared with, too.
        if revision == 0 { return PolicySet() }
        guard let set = try await read({ (work) throws(StoreFailure) in try work.policies(revision: revision) }) else {
            throw APIError(
                code: "revision-unknown", sentence: "there is no revision \(revision) of the policies",
                remedy: "nestor policy history shows them")
        }
        return set
    }
}

/// What differs between two books of policies, as people are told.
struct PolicyChanges {
    let added: [String]
    let changed: [String]
    let removed: [String]
    private let old: PolicyBook
    private let new: PolicyBook

    init(from old: PolicyBook, to new: PolicyBook) {
        let policies = PolicyDelta(from: old.policies, to: new.policies)
        let exemptions = PolicyDelta(from: old.exemptions, to: new.exemptions)
        func names(_ part: KeyPath<PolicyDelta, [String]>) -> [String] {
            policies[keyPath: part] + exemptions[keyPath: part].map { "exemption \($0)" }
        }
        added = names(\.added)
        changed = names(\.changed)
        removed = names(\.removed)
        self.old = old
        self.new = new
    }

    var isEmpty: Bool { added.isEmpty && changed.isEmpty && removed.isEmpty }

    /// For the audit log: each field that differs in what was there before and still is.
    var detail: String {
        let sentences =
            Self.sentences(
                old.policies.map { ($0.name, $0.withoutPlace) }, new.policies.map { ($0.name, $0.withoutPlace) })
            + Self.sentences(
                old.exemptions.map { ("exemption \($0.name)", $0.withoutPlace) },
                new.exemptions.map { ("exemption \($0.name)", $0.withoutPlace) })
        return sentences.isEmpty ? "" : "; " + DocumentChanges.joined(sentences)
    }

    private static func sentences<Document: Encodable & Equatable>(
        _ old: [(String, Document)], _ new: [(String, Document)]
    ) -> [String] {
        let before = Dictionary(old) { first, _ in first }
        return new.flatMap { name, document -> [String] in
            guard let earlier = before[name], earlier != document else { return [] }
            return DocumentChanges.sentences(from: earlier, to: document, passing: ["place"]).map { "\(name): \($0)" }
        }
    }

    var entries: [PolicyDifference.Entry] {
        let (before, after) = (Self.lines(of: old), Self.lines(of: new))
        func entries(_ names: [String], _ change: String) -> [PolicyDifference.Entry] {
            names.map { name in
                .init(name: name, change: change, lines: Self.lines(before[name] ?? [], after[name] ?? []))
            }
        }
        return entries(added, "added") + entries(changed, "changed") + entries(removed, "removed")
    }

    private static func lines(of book: PolicyBook) -> [String: [Substring]] {
        let texts =
            book.policies.map { ($0.name, PolicyDocument.write($0)) }
            + book.exemptions.map { ("exemption \($0.name)", PolicyDocument.write($0)) }
        return Dictionary(texts.map { ($0.0, $0.1.split(separator: "\n")) }) { first, _ in first }
    }

    /// All lines of both, in order.
    private static func lines(_ old: [Substring], _ new: [Substring]) -> [String] {
        let difference = new.difference(from: old)
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var lines: [String] = []
        var (was, here) = (0, 0)
        while was < old.count || here < new.count {
            if removed.contains(was) {
                lines.append("- \(old[was])")
                was += 1
            } else if inserted.contains(here) {
                lines.append("+ \(new[here])")
                here += 1
            } else {
                lines.append("  \(old[was])")
                (was, here) = (was + 1, here + 1)
            }
        }
        return lines
    }
}
