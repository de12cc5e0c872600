import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy
import Synchronization

/// What the last evaluation went by, so that the next one judges anew only the trees of which something changed.
struct JudgedFleet: Sendable {
    let set: PolicySet
    let basis: JudgementBasis
    var policies: CountingPolicies
    /// Trees that changed since, by the names of their roots.
    var pending: Set<String> = []
    /// When trees change by themselves: an acknowledgement ends there, or a guest will have been exposed for nothing for
    /// too long.
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

    /// The trees of which somebody who judges would find something else than is stored.
    func due(at now: Date) -> Set<String> { pending.union(wakes.lazy.filter { $0.value <= now }.map(\.key)) }
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

/// All that is kept in memory of the fleet. It may be lost at any time.
struct FleetMemory: Sendable {
    var picture: FleetPicture
    /// Nil where nothing is known of an evaluation: the next one judges everything.
    var judged: JudgedFleet?

    /// As it is stored now.
    /// - Parameter kept: from before; nil has the whole store read.
    init(_ kept: consuming FleetMemory?, caughtUpWith work: any FleetReading) throws(StoreFailure) {
        guard let kept = kept.take() else {
            picture = try FleetPicture(reading: work)
            return
        }
        self = consume kept
        let changed = try picture.catchUp(with: work)
        judged?.pending.formUnion(changed)
    }
}

/// Keeps that for whoever comes next. Whoever takes it has it alone; where that fails, it is gone, and the next one
/// begins anew.
final class JudgementMemory: Sendable {
    private let kept = Mutex<FleetMemory?>(nil)

    func take() -> FleetMemory? {
        kept.withLock { kept in
            defer { kept = nil }
            return kept
        }
    }

    /// How many trees the last evaluation judged.
    var judgedTrees: Int { kept.withLock { $0?.judged?.judgedTrees ?? 0 } }

    func put(_ memory: FleetMemory) { kept.withLock { $0 = memory } }
}
