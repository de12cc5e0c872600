package import ControllerAPI
import FleetDocuments
import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy

extension FleetController {
    /// The policy change under which a finding would close, as a file for review, and what else that would do. Changes
    /// nothing: a person applies it.
    package func adopt(_ request: AdoptRequest) async throws(APIError) -> AdoptAnswer {
        let finding = try await findingToAdopt(request.finding)
        let terms = try request.exemption.map { (wish) throws(APIError) in try ExemptionTerms(wish) }
        let (tree, set) = try await look { (work, memory) throws(StoreFailure) in
            (memory.picture.tree(), try work.policies())
        }
        let adoption: FindingAdoption
        do throws(AdoptionRefusal) {
            adoption = try PolicyEngine(set.book).adopt(
                finding, exempting: terms, in: tree, now: environment.now())
        } catch {
            throw APIError(code: "finding-not-adoptable", sentence: error.sentence, remedy: error.remedy)
        }
        let file = DocumentFile(name: "adopted.yaml", text: PolicyDocument.write(adoption.book))
        let preview: PreviewAnswer
        do throws(APIError) {
            preview = try await self.preview(
                policies: ApplyRequest(files: [file], expectedRevision: set.revision))
        } catch  where error.code == "policies-invalid" {
            let faults = error.faults.map { "\($0.sentence)\($0.remedy.isEmpty ? "" : " (\($0.remedy))")" }
            throw APIError(
                code: "finding-not-adoptable",
                sentence: "what would close '\(finding.id)' would be refused: \(faults.joined(separator: "; "))",
                remedy: "change the policies by hand: nestor policy explain \(finding.path) tells who decides")
        }
        // What is on record can be older than what counts now: then another judgement is due first.
        guard (preview.closes + preview.exempts).contains(where: { $0.id == finding.id }) else {
            throw APIError(
                code: "finding-not-adoptable",
                sentence: "'\(finding.id)' would stay open under that change: it rests on more than its policy",
                remedy: "nestor drift \(finding.path) --refresh reads the hosts and judges anew")
        }
        return AdoptAnswer(
            finding: finding, change: adoption.word, name: adoption.name,
            text: PolicyDocument.write(adoption.book, below: adoption.comments(on: finding, preview)),
            notes: adoption.notes, preview: preview)
    }

    /// One that is no longer open is told so, where it is named by its id.
    private func findingToAdopt(_ name: String) async throws(APIError) -> Finding {
        let named = try await read { (work) throws(StoreFailure) in try work.findings(ids: [name]) }
        if let finding = named.first, !finding.state.isOpen { return finding }
        return try await openFinding(name)
    }
}

extension ExemptionTerms {
    fileprivate init(_ wish: ExemptionWish) throws(APIError) {
        let (owner, reason) = (printable(wish.owner), printable(wish.reason))
        guard !owner.isEmpty, !reason.isEmpty else {
            throw APIError(
                code: "exemption-incomplete",
                sentence: "an exemption needs its \(owner.isEmpty ? "owner" : "reason")",
                remedy: "nestor drift adopt FINDING --exempt --owner WHO --reason WHY --until TIME")
        }
        do throws(MomentFault) {
            self.init(owner: owner, reason: reason, expires: try MomentText.read(wish.until))
        } catch {
            throw APIError(
                code: "time-invalid", sentence: "'until' is '\(printable(wish.until))', which \(error.reason)",
                remedy: "write \(MomentText.rule)")
        }
    }
}

extension FindingAdoption {
    fileprivate var book: PolicyBook {
        switch change {
        case .changed(let policy), .added(let policy): PolicyBook(policies: [policy])
        case .exempted(let exemption): PolicyBook(exemptions: [exemption])
        }
    }

    fileprivate var name: String {
        switch change {
        case .changed(let policy), .added(let policy): policy.name
        case .exempted(let exemption): exemption.name
        }
    }

    fileprivate var word: String {
        switch change {
        case .changed: "changed"
        case .added: "added"
        case .exempted: "exempted"
        }
    }

    fileprivate func comments(on finding: Finding, _ preview: PreviewAnswer) -> [String] {
        let decider = "'\(finding.policy ?? "")'"
        var lines = [finding.sentence]
        switch change {
        case .changed:
            lines.append("This is policy \(decider), which is about nothing else, with the value that was found.")
        case .added(let policy):
            lines += [
                "Policy \(decider) selects more than this node, or others say the same: so this is one more, about this",
                "node and setting alone. It decides over \(decider), and goes as far as that does here (mode "
                    + "\(policy.mode)).",
            ]
        case .exempted: lines.append("This exempts that one value until then; any other one is drift again.")
        }
        lines += notes.map { "Note: \($0)." }
        lines.append("Nothing is changed yet. To take it, beside what is there: nestor policy apply -f FILE")
        let parts: [(word: String, sign: String, findings: [Finding])] = [
            ("open", "+", preview.opens), ("close", "-", preview.closes), ("exempt", "~", preview.exempts),
        ]
        let counts = parts.map { "\($0.word) \($0.findings.count)" }.joined(separator: ", ")
        lines.append("It would \(counts), and change how far Nestor goes for \(preview.modes.count):")
        lines += parts.flatMap { part in part.findings.prefix(50).map { "  \(part.sign) \($0.path): \($0.sentence)" } }
        let more = parts.map { max(0, $0.findings.count - 50) }.reduce(0, +)
        if more > 0 { lines.append("  and \(more) more; nestor policy preview -f FILE shows all") }
        return lines + preview.warnings.map { "Warning: \($0)." }
    }
}
