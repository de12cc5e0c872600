import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy
import Synchronization

/// What the last evaluation went by, so that the next one judges anew only the trees of which something changed. It is
/// never needed: without it everything is judged anew.
struct JudgedFleet: Sendable {
    let set: PolicySet
    let basis: JudgementBasis
    var policies: CountingPolicies
    var register = IdentityRegister(NestingTree(roots: []))
    /// The store's count of the changes that were seen to.
    var changes = 0
    /// When trees change by themselves, by the names of their roots: an acknowledgement ends there, or a guest will have
    /// been exposed for nothing for too long.
    var wakes: [String: Date] = [:]
    var at: Date
    /// How many trees the last evaluation judged.
    var judgedTrees = 0

    init(_ set: PolicySet, _ basis: JudgementBasis, at now: Date) {
        self.set = set
        self.basis = basis
        policies = CountingPolicies(PolicyEngine(set.book), at: now)
        at = now
    }
}

/// All of the policies that time alone changes: while it is the same, unchanged trees are judged alike.
struct JudgementBasis: Sendable, Hashable {
    private var revision: Int
    private var phases: [PolicyPhase]
    private var overExemptions: [Bool]

    init(_ set: PolicySet, at now: Date) {
        revision = set.revision
        phases = set.policies.map { $0.phase(at: now) }
        overExemptions = set.exemptions.map { $0.isOver(at: now) }
    }
}

/// Keeps that for the evaluation that comes next. Whoever takes it has it alone; where that evaluation fails, it is
/// gone, and the next one begins anew.
final class JudgementMemory: Sendable {
    private let kept = Mutex<JudgedFleet?>(nil)

    func take() -> JudgedFleet? {
        kept.withLock { kept in
            defer { kept = nil }
            return kept
        }
    }

    /// How many trees the last evaluation judged.
    var judgedTrees: Int { kept.withLock { $0?.judgedTrees ?? 0 } }

    func put(_ fleet: JudgedFleet) { kept.withLock { $0 = fleet } }
}
