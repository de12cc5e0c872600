import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy

/// All that the preview of a draft goes by, out of one snapshot of the store.
///
/// Judged is what the draft can make a difference to: the trees in which something that it changes selects a node or
/// held a finding, and those that would be judged anew without it. What stands in the others stands under the draft, too.
struct PreviewGround: Sendable {
    let before: PolicySet
    private let memory: FleetMemory
    /// What the fleet was judged by last: drift from what changed since is intended.
    private let earlier: EarlierJudgements
    private let received: [NodePath: Date]
    private let now: Date

    init(_ work: any FleetReading, _ memory: FleetMemory, now: Date) throws(StoreFailure) {
        before = try work.policies()
        earlier = try work.earlierJudgements(before: before, than: nil, hosts: memory.picture.tree().hosts, now: now)
        received = try work.receivedReports()
        self.memory = memory
        self.now = now
    }

    var roots: Set<String> { memory.picture.roots }

    /// - Parameter limit: of each list of the answer; nil for all.
    func preview(_ draft: PolicyDraft, limit: Int?) -> PreviewAnswer {
        let picture = memory.picture
        let tree = picture.tree()
        let reach = draft.reach(in: tree)
        let names = judged(reach)
        let previous = picture.standing(names)
        let findings = judge(draft, names, previous)
        let untouched = names.map { picture.standing(picture.names.subtracting($0)) } ?? []
        let planned = Planner.bounded(
            tree, identities: picture.identities, received: received,
            findings: untouched.isEmpty ? findings : findings + untouched, policies: draft.book.policies,
            limit: limit, now: now)
        return PreviewComparison(from: previous, to: findings).answer(
            planned, warnings: draft.warnings(reach), limit: limit)
    }

    /// The names of the trees that are judged by the draft; nil for all there are.
    private func judged(_ reach: DraftReach) -> Set<String>? {
        guard let judged = memory.judged, judged.basis == JudgementBasis(before, at: now), judged.at <= now else {
            return nil
        }
        return reach.trees.union(judged.due(at: now)).union(
            memory.picture.trees { finding in finding.exemption.map { reach.exemptions.contains($0.name) } ?? false })
    }

    func judged(_ draft: PolicyDraft) -> Set<String>? { judged(draft.reach(in: memory.picture.tree())) }

    private func judge(_ draft: PolicyDraft, _ names: Set<String>?, _ previous: [Finding]) -> [Finding] {
        // What is exposed for nothing is taken to be what was found so.
        let unused = previous.filter { $0.kind == .unusedExposure }.map { ($0.path, $0.firstSeen) }
        return PolicyEngine(draft.book).evaluate(
            memory.picture.joined(names), previous: previous, earlier: earlier,
            unusedExposure: Dictionary(unused) { first, _ in first }, now: now)
    }
}
