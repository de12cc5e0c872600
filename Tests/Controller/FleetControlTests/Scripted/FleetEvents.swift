import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel
import SQLiteStore

@testable import FleetControl

/// What happens to a fleet by chance: few names and few UUIDs, so that everything meets everything.
struct FleetEvents {
    enum Event: CustomStringConvertible {
        case time(TimeInterval)
        case report(NodePath, HostReport)
        case health(NodePath, HostState)
        case enrol(FleetHost)
        case remove(NodePath)
        case book(PolicyBook)
        /// The finding with this number among the open ones, or among those that a correction can be about.
        case acknowledge(Int, TimeInterval?)
        case takeBack(Int)
        case settle(Int)
        case corrected(Int)

        var description: String {
            switch self {
            case .report(let path, let report):
                "report of \(path): \((report.guests.value ?? []).map { "\($0.name) \($0.uuid.suffix(2)) \($0.state)" })"
            case .enrol(let host): "enrol \(host.path) \(host.uuid?.suffix(2) ?? "-")"
            case .book(let book): "book \(book.policies.map(\.name)) \(book.exemptions.map(\.name))"
            case .time, .health, .remove, .acknowledge, .takeBack, .settle, .corrected: "\(self.words)"
            }
        }

        private var words: [String] {
            switch self {
            case .time(let seconds): ["time", "\(seconds)"]
            case .health(let path, let state): ["health", "\(path)", "\(state)"]
            case .remove(let path): ["remove", "\(path)"]
            case .acknowledge(let number, let until): ["acknowledge", "\(number)", "\(until ?? 0)"]
            case .takeBack(let number): ["take back", "\(number)"]
            case .settle(let number): ["settle", "\(number)"]
            case .corrected(let number): ["corrected", "\(number)"]
            case .report, .enrol, .book: []
            }
        }
    }

    let time = TestTime()
    private var state: UInt64
    private var serial = 0

    init(seed: UInt64) {
        state = seed
    }

    /// SplitMix64: a seed gives the same for ever.
    private mutating func roll(_ sides: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((value ^ (value >> 31)) % UInt64(sides))
    }

    private mutating func pick<Value>(_ values: [Value]) -> Value { values[roll(values.count)] }

    private static let paths = ["r1", "r2", "r3", "r4", "r1/a", "r2/b"].compactMap { NodePath($0) }

    mutating func next() -> Event {
        serial += 1
        if serial <= Self.paths.count { return .enrol(host(Self.paths[serial - 1])) }
        switch roll(20) {
        case 0..<7: return report()
        case 7: return .health(pick(Self.paths), .unreachable)
        case 8: return .health(pick(Self.paths), .ok)
        case 9: return .enrol(host(pick(Self.paths)))
        case 10: return .remove(pick(Self.paths))
        case 11, 12: return .book(book())
        case 13: return .acknowledge(roll(8), pick([nil, 3_600, 86_400]))
        case 14: return pick([.takeBack(roll(8)), .settle(roll(8))])
        case 15, 16: return .corrected(roll(4))
        default: return .time(pick([1, 60, 3_600, 86_400, 5 * 86_400, 15 * 86_400, -7_200]))
        }
    }

    private static func uuid(_ number: Int) -> String { "00000000-0000-4000-8000-0000000000\(number)" }

    private mutating func host(_ path: NodePath) -> FleetHost {
        FleetHost(
            path: path, address: "10.0.0.1", port: 22, user: "root", labels: pick([[:], ["k": "x"]]), hostKeys: [],
            uuid: pick([nil, Self.uuid(path.level == 0 ? 81 : 10 + roll(3))]),
            agent: InstalledAgent(
                directory: "/d", state: "/s", libvirtSocket: nil, authorizedKeys: "/k", sha256: "0", version: "0"),
            enrolledAt: Date(timeIntervalSince1970: 0))
    }

    private mutating func report() -> Event {
        var guests: [GuestReport] = []
        for name in ["a", "b", "c"].prefix(roll(4)) {
            var made = guest(
                name, uuid: Self.uuid(10 + roll(6)), state: pick([.running, .running, .off]), exposed: roll(2) == 0)
            made.exposure.inUse = .known(roll(4) == 0)
            made.run = .known(roll(3))
            guests.append(made)
        }
        let (path, sees): (NodePath, VirtualizationExtension) = (pick(Self.paths), pick([.svm, .none]))
        let uuid = Self.uuid(path.level == 0 ? pick([81, 81, 81, 81, 10]) : 10 + roll(3))
        var report = FleetControlTests.report(uuid: uuid, sees: sees, guests: guests, at: time.now)
        if roll(12) == 0 { report.guests = .unknown("its manager does not answer") }
        return .report(path, report)
    }

    /// A draft over what counts: as most are, a small change of it.
    mutating func draft(over old: PolicyBook) -> PolicyBook {
        let other = book()
        var draft = old
        switch roll(6) {
        case 0: return other
        case 1: return draft
        case 2 where !draft.policies.isEmpty: draft.policies.remove(at: roll(draft.policies.count))
        case 3 where !draft.exemptions.isEmpty: draft.exemptions.remove(at: roll(draft.exemptions.count))
        case 4:
            draft.exemptions.removeAll { old in other.exemptions.contains { $0.name == old.name } }
            draft.exemptions += other.exemptions
        default:
            draft.policies.removeAll { $0.name == other.policies[0].name }
            draft.policies.append(other.policies[0])
        }
        return draft
    }

    private mutating func book() -> PolicyBook {
        var book = PolicyBook()
        for number in 0..<1 + roll(3) {
            let from = pick([nil, nil, time.now.addingTimeInterval(pick([-86_400, 3_600, 3 * 86_400]))])
            book.policies.append(
                Policy(
                    name: "p\(number)", priority: roll(2),
                    selector: pick([
                        PolicySelector(all: true), PolicySelector(paths: ["r1/**", "r3/*"]),
                        PolicySelector(guests: ["a"]), PolicySelector(labels: ["k": "x"]),
                    ]), desired: DesiredSettings(exposure: roll(2) == 0, hostNesting: pick([nil, false])),
                    mode: pick([.audit, .propose, .enforce]), intendedMode: pick([nil, .audit]),
                    from: from.map { Moment($0, "then") }, graceSeconds: from == nil ? nil : pick([nil, 86_400])))
        }
        for number in 0..<roll(3) {
            book.exemptions.append(
                Exemption(
                    name: "e\(number)",
                    selector: pick([PolicySelector(guests: ["a", "b"]), PolicySelector(all: true)]),
                    settings: [.exposure], owner: "o", reason: "r",
                    expires: Moment(time.now.addingTimeInterval(pick([3_600, 86_400, 9 * 86_400])), "then")))
        }
        return book
    }
}

/// A controller over a store of its own, to which something happens without any agent.
final class JudgedBench {
    let bench: Bench
    let controller: FleetController
    private let time: TestTime
    /// The policies until now, where the last event changed them.
    private(set) var before: PolicySet?

    init(_ time: TestTime) async throws {
        self.time = time
        bench = try await Bench(ScriptedFleet(l1Exposed: true, innerRuns: false), policies: [])
        controller = try await bench.controller(at: time, drift: DriftRules(unusedAfter: 2 * 86_400))
    }

    func end() async {
        await controller.stop()
        await bench.end()
    }

    func take(_ event: FleetEvents.Event) async throws {
        before = nil
        let now = time.now
        switch event {
        case .time: break
        case .report(let path, let report):
            try await change { (work) throws(StoreFailure) in
                guard let view = try work.host(path) else { return }
                try work.note(report: report, after: view.report, heard: view.health.reportedAt, of: path, at: now)
                try work.put(report: report, of: path)
                try work.put(health: HostHealth(state: .ok, checkedAt: now, reportedAt: now), of: path)
            }
        case .health(let path, let state):
            try await change { (work) throws(StoreFailure) in
                guard let view = try work.host(path), view.report != nil else { return }
                try work.put(health: HostHealth(state: state, checkedAt: now, reportedAt: now), of: path)
            }
        case .enrol(let host): try await change { (work) throws(StoreFailure) in try work.put(host: host) }
        case .remove(let path):
            try await change { (work) throws(StoreFailure) in
                try work.note(removalOf: path, at: now)
                try work.remove(host: path)
            }
        case .book(let book):
            let old = try await bench.store.read { (work) throws(StoreFailure) in try work.policies() }
            before = old
            try await change { (work) throws(StoreFailure) in
                try work.put(
                    policies: PolicySet(
                        revision: old.revision + 1, policies: book.policies, exemptions: book.exemptions))
            }
        case .acknowledge(let number, let seconds):
            guard let finding = try await open(number) else { return }
            _ = try await controller.acknowledge(
                AcknowledgeRequest(finding: finding.id, note: "n", until: seconds.map(now.addingTimeInterval)),
                by: Requester(name: "t"))
        case .takeBack(let number):
            guard let finding = try await open(number), finding.acknowledgement != nil else { return }
            _ = try await controller.unacknowledge(finding.id, by: Requester(name: "t"))
        case .settle(let number):
            guard let finding = try await open(number), finding.contest != nil else { return }
            _ = try await controller.settle(SettleRequest(finding: finding.id), by: Requester(name: "t"))
        case .corrected(let number):
            guard let finding = try await open(number, where: { $0.kind == .drift && $0.correctable }) else { return }
            try await change { (work) throws(StoreFailure) in
                let entry = HistoryEntry(.corrected, finding, at: now, remediation: "m")
                try work.add(history: [entry, entry, entry])
            }
        }
    }

    private func change(_ body: @escaping @Sendable (any FleetWriting) throws(StoreFailure) -> Void) async throws {
        try await bench.store.record(body)
    }

    private func open(_ number: Int, where isMeant: (Finding) -> Bool = { _ in true }) async throws -> Finding? {
        let open = try await bench.store.read { (work) throws(StoreFailure) in try work.openFindings() }
            .filter(isMeant)
        return open.isEmpty ? nil : open[number % open.count]
    }

    /// All that evaluations have left in the store.
    func told() async throws -> Set<String> {
        try await bench.store.read { (work) throws(StoreFailure) in
            var told: Set<String> = []
            for finding in try work.standingFindings() + work.resolvedFindings(limit: 10_000) {
                told.insert("\(finding)")
                let place = finding.path
                for entry in try work.history(of: place, since: nil, limit: 10_000) { told.insert("\(entry)") }
            }
            let mark = try work.value(.judgement, as: JudgementMark.self)
            told.insert("judged by \(mark.map { "\($0.last) \($0.behind.sorted { $0.key < $1.key })" } ?? "")")
            return told
        }
    }

    func kinds() async throws -> Set<String> {
        try await bench.store.read { (work) throws(StoreFailure) in
            var kinds: Set<String> = []
            for finding in try work.standingFindings() {
                kinds.formUnion([finding.kind.rawValue, finding.state.rawValue])
                if finding.contest != nil { kinds.insert("contested") }
                if finding.acknowledgement != nil { kinds.insert("acknowledged") }
            }
            return kinds
        }
    }
}
