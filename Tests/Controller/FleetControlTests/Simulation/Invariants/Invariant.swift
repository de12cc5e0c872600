import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

/// What can be watched of a simulation.
enum Sight {
    /// A transaction was committed: the store as it was, and as it is.
    case committed(MemoryState, MemoryState)
    /// An agent begins an order that it never saw before.
    case began(SimulatedWork)
    /// An agent is told what to do with a change that waits for it.
    case judged(SimulatedWork, CorrectionVerdict)
    /// All that was wrong has been put right, and nothing is under way any more.
    case atRest
}

/// Something that is true whatever happens.
protocol Invariant: AnyObject, SendableMetatype {
    /// For the one who reads that it was broken.
    static var name: String { get }
    init()
    /// - Returns: how it is broken; nil where it holds.
    func look(at moment: Sight, in scene: Scene) -> String?
}

/// All of them.
let invariants: [any Invariant.Type] = [
    FailureBudgetHolds.self, OneAtATimeInATree.self, StartsInsideWindows.self, NothingStartsFrozen.self,
    WordsAreHeard.self, PlansAreFresh.self, GuestsRunAgain.self, AuditIsWhole.self, ReportsArrive.self,
    NothingIsDoneTwice.self, ApprovedAsSeen.self, VerdictsAreRight.self, ExemptedIsLeftAlone.self,
    SetsWhatIsWrong.self, RollbackGivesBack.self, FindingsAreTrue.self, StaysInTheFleet.self, RunsOnce.self,
    DoesOnlyWhatIsAllowed.self, RestoredStartsFrozen.self, ContestedIsLeftAlone.self, RetriesAreBounded.self,
    WavesFollow.self,
]

/// What invariants look at, beside the moment.
final class Scene {
    let world: World
    let time: SimulatedTime
    let store: SimulatedStore
    let fleet: SimulatedFleet
    let post: SimulatedPost
    /// When that happened the last time, in seconds after the beginning.
    var changed: [Fact: Int] = [:]
    /// What those who approved change requests had before their eyes, by request.
    var seen: [String: [PlanItem]] = [:]
    /// Remediations that do not run as somebody saw their plan.
    var unseen: [String] = []
    /// When the first order of each item began, by the id of its correction.
    private(set) var items: [String: Int] = [:]
    private(set) var firsts: Set<String> = []
    /// When all hosts were read the last time, as a calendar showed it then; nil before the end.
    var readAt: Date?
    /// Documents that had arrived, audit records there were, and orders that had come, when the store was put back to an older one.
    private(set) var arrivalsBefore = 0
    private(set) var recordsBefore = 0
    private(set) var ordersBefore: Set<String> = []

    /// Reading all hosts that an item needs may take as long as one that says nothing may take.
    static let readingSeconds = 60

    enum Fact: Hashable {
        case freeze, windows, policies, clock, word
        /// The store was put back to an older one.
        case restored
        case guest(String)
        /// Whether a host is enrolled.
        case host(String)
    }

    init(_ world: World, _ time: SimulatedTime, _ store: SimulatedStore, _ fleet: SimulatedFleet, _ post: SimulatedPost)
    {
        (self.world, self.time, self.store, self.fleet, self.post) = (world, time, store, fleet, post)
    }

    var now: Date { time.date }

    /// Whether the present state of something is older than what happens in this moment anyway.
    func isKnown(_ fact: Fact, forSeconds seconds: Int = 0) -> Bool {
        changed[fact].map { $0 + seconds < time.elapsed } ?? true
    }

    /// The item that an order is of.
    func item(of order: String) -> (remediation: Remediation, index: Int)? {
        for remediation in store.state.remediations {
            if let index = remediation.items.firstIndex(where: { $0.correction == order || $0.drains.contains(order) })
            {
                return (remediation, index)
            }
        }
        return nil
    }

    /// Takes note of when things change, before the invariants look.
    func note(_ before: MemoryState, _ after: MemoryState) {
        if before.freezes != after.freezes { changed[.freeze] = time.elapsed }
        if before.windows != after.windows { changed[.windows] = time.elapsed }
        if before.policies.count != after.policies.count { changed[.policies] = time.elapsed }
        let (old, new) = (enrolled(in: before), enrolled(in: after))
        for host in old.symmetricDifference(new) { changed[.host(host)] = time.elapsed }
        if before.unfinished.map(\.asked) != after.unfinished.map(\.asked) { changed[.word] = time.elapsed }
    }

    /// Takes note of a store that is an older one again: all that it says may have changed in this instant.
    func noteRestored() {
        for fact: Fact in [.freeze, .windows, .policies, .word, .restored] { changed[fact] = time.elapsed }
        for host in world.hosts { changed[.host(host)] = time.elapsed }
        recordsBefore = store.state.audit.count
        arrivalsBefore = post.arrivals.count
        ordersBefore = Set(fleet.order)
    }

    func enrolled(in state: MemoryState) -> Set<String> { Set(state.hosts.map(\.host.path.description)) }

    /// What the policies want of a host's guests at a time; nothing where they say nothing, or not yet.
    func wanted(of host: String, at now: Date) -> Wanted {
        let policy = store.state.policies.last?.policies.first { $0.selector.paths == ["\(host)/*"] }
        guard let policy, policy.phase(at: now) == .full else { return Wanted() }
        return Wanted(policy.desired)
    }

    /// Takes note of an order that begins.
    func note(_ work: SimulatedWork) {
        guard let (remediation, index) = item(of: work.request.id) else { return }
        let key = remediation.items[index].correction
        guard items[key] == nil else { return }
        items[key] = time.elapsed
        firsts.insert(work.request.id)
    }
}

extension SimulatedWork {
    /// Whether it is the first that an agent hears of its item.
    func isFirst(in scene: Scene) -> Bool { scene.firsts.contains(request.id) }
}
