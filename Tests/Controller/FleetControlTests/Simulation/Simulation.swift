import AgentDelivery
import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import SecureShell
import StructuredLog

@testable import FleetControl

/// Runs one world from its beginning until it has come to rest, on one thread.
final class Simulation: @unchecked Sendable {  // used on the one thread of its queue
    let world: World
    let time = SimulatedTime()
    let queue: JobQueue
    let store: SimulatedStore
    let fleet: SimulatedFleet
    let post = SimulatedPost()
    let scene: Scene
    private let watched: [any Invariant]
    var incarnation: Incarnation
    var controller: FleetController?
    private(set) var fault: SimulationFault?
    private(set) var trace: [String] = []

    init(_ world: World, watching watched: [any Invariant.Type] = invariants) {
        self.world = world
        queue = JobQueue(shuffle: world.shuffles ? Dice(seed: ~world.seed) : nil)
        store = SimulatedStore(time: time)
        fleet = SimulatedFleet(world, time: time)
        scene = Scene(world, time, store, fleet, post)
        self.watched = watched.map { $0.init() }
        incarnation = Incarnation(number: 0, time: time)
    }

    /// - Returns: the first fault; nil where everything held.
    func run() -> SimulationFault? {
        store.committed = { [unowned self] before, after in
            scene.note(before, after)
            look(.committed(before, after))
        }
        fleet.began = { [unowned self] work in
            scene.note(work)
            let places = work.record.guests.compactMap { fleet.guest($0, on: work.host) }
            note("agent \(work.host): begins \(work.request.id) on \(places)")
            look(.began(work))
        }
        fleet.judged = { [unowned self] in look(.judged($0, $1)) }
        fleet.said = { [unowned self] in note($0) }
        enrol()
        boot()
        for event in world.events { time.after(event.at) { [unowned self] in happen(event.what) } }
        time.after((world.events.last?.at ?? 0) + 100) { [unowned self] in heal() }
        goOn { !isAtRest }
        if fault == nil { look(.atRest) }
        incarnation.kill()
        fleet.cutChannels { _ in true }
        _ = queue.runUntilIdle(atMost: Self.jobLimit)
        return fault
    }

    // MARK: Time

    private static let jobLimit = 20_000
    private static let longest = 4 * 3_600
    var isAtRest = false

    private func goOn(while goesOn: () -> Bool) {
        while fault == nil, goesOn() {
            guard queue.runUntilIdle(atMost: Self.jobLimit) else {
                return fail("it comes to rest", "jobs follow jobs without end")
            }
            guard fault == nil, goesOn() else { return }
            guard time.advance(), time.elapsed < Self.longest else {
                let left = store.state.unfinished.map {
                    "\($0.id) is \($0.state): \($0.sentence) \($0.items.map(\.step))"
                }
                return fail(
                    "it comes to rest", "after \(time.elapsed) s: \(left), \(store.state.deliveries.count) deliveries")
            }
        }
    }

    func note(_ line: @autoclosure () -> String) { trace.append("+\(time.elapsed) \(line())") }

    private func look(_ moment: Sight) {
        for invariant in watched where fault == nil {
            if let sentence = invariant.look(at: moment, in: scene) {
                fail(type(of: invariant).name, sentence)
            }
        }
    }

    private func fail(_ rule: String, _ sentence: String) {
        note("BROKEN: \(rule): \(sentence)")
        fault = fault ?? SimulationFault(rule: rule, sentence: sentence)
    }

    // MARK: The controller

    private func enrol() {
        let world = world
        try? store.write { (work) throws(StoreFailure) in
            for host in world.enrolled { try work.put(host: Self.host(host)) }
            try work.put(policies: PolicySet(revision: 1, policies: world.policies.map(\.policy)))
            try work.put(WindowSet(revision: 1, windows: world.windows.map(\.window)), as: .windows)
            try work.put(reports: ReportSet(revision: 1, reports: [Self.report(to: world.recipients)]))
            try work.put(memory: ReportMemory(seenTo: SimulatedTime.begin), of: "r")
        }
    }

    private static func host(_ path: String) -> FleetHost {
        FleetHost(
            path: NodePath(path) ?? rack7, address: "127.0.0.1", port: 22, user: "root", labels: rack(of: path),
            hostKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ69ij47Ui8l1Gf7FL8pZVAIb3t88sU5s+T1eu4bHHRh"],
            uuid: SimulatedFleet.uuid(path),
            agent: InstalledAgent(
                directory: "/d", state: "/s", libvirtSocket: nil, authorizedKeys: "/k", sha256: "0", version: "0.1.0"),
            enrolledAt: SimulatedTime.begin)
    }

    /// Two trees share one.
    static func rack(of path: String) -> [String: String] {
        ["rack": path.hasPrefix("r2") ? "second" : "first"]
    }

    private static func report(to recipients: [String]) -> ReportDefinition {
        ReportDefinition(
            name: "r", selector: PolicySelector(all: true),
            schedule: ReportSchedule(everySeconds: ReportsArrive.everySeconds),
            recipients: recipients.map {
                ReportRecipient(name: $0, place: ReportPlace(file: FilePlace(folder: "/\($0)")))
            })
    }

    /// Starts the next run of the controller's process.
    func boot() {
        let next = Incarnation(number: incarnation.number + 1, time: time)
        incarnation = next
        note("controller \(next.number) starts")
        next.died = { [unowned self] in
            note("controller \(next.number) is dead")
            if incarnation === next { controller = nil }
            fleet.cutChannels { $0.incarnation === next }
        }
        let environment = environment(of: next)
        Task {
            guard let started = try? await FleetController(environment), !next.isDead else { return }
            self.controller = started
            await started.start()
        }
    }

    static let retry = RetryRule(retries: 1, after: 300)

    private func environment(of incarnation: Incarnation) -> FleetEnvironment {
        let time = time
        return FleetEnvironment(
            store: IncarnationStore(store: store, incarnation: incarnation, pause: world.shuffles ? queue : nil),
            connector: SimulatedConnector(fleet: fleet, incarnation: incarnation),
            keys: ControllerKeys(
                report: PrivateKey(text: "report"), correct: PrivateKey(text: "correct"), reportPublic: "",
                correctPublic: ""), agents: AgentPackages(directory: SimulatedShell.packageFolder),
            settings: FleetSettings(
                sweepInterval: .seconds(600), hostDeadline: .seconds(30), startDeadline: .seconds(30),
                drift: DriftRules(retry: Self.retry), enforcedGuests: world.enforcedGuests,
                fourEyes: world.fourEyes),
            log: Log(label: "simulation", level: .critical), now: { time.date }, clock: incarnation,
            newID: { incarnation.newID() }, courier: SimulatedCourier(post: post, incarnation: incarnation))
    }
}

struct SimulationFault: Sendable, Hashable, CustomStringConvertible {
    var rule: String
    var sentence: String

    var description: String { "\(rule): \(sentence)" }
}
