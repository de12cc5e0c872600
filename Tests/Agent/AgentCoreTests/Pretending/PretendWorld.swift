import AgentCore
import FoundationEssentials
import NestingModel

/// A host with guests that behave as a test says, and time that passes only while somebody waits. It can lie in a
/// file, so that it outlives a process that is killed.
struct PretendWorld: Codable, Equatable {
    var bootID = "boot-1"
    var time = 1000.0
    var lastRun = 0
    var guests: [String: PretendGuest] = [:]
    /// Whether guests that need KVM can start.
    var hasKVM = true
    /// Every effect, in order: `define a`, `shutdown a`, `start a`, …
    var effects: [String] = []
    /// What happens by itself when time has come, such as a controller's word.
    var plans: [Plan] = []

    struct Plan: Codable, Equatable {
        var at: Double
        var what: What
        enum What: Codable, Equatable {
            case reboot(autostart: [String] = [], saved: [String] = [])
            case vanish(String)
            /// Moves to another host, and leaves its definition; until the manager restarts it knows why that is off.
            case leave(String)
            case restartManager
            case pause(String)
            case edit(String, key: String, value: String)
        }
    }

    init(_ guests: PretendGuest...) {
        for guest in guests {
            var guest = guest
            if guest.state == .running {
                lastRun += 1
                guest.run = lastRun
                guest.live = guest.definition
            }
            self.guests[guest.uuid] = guest
        }
    }

    mutating func pass(_ seconds: Double) {
        time += seconds
        while let index = plans.firstIndex(where: { $0.at <= time }) { carryOut(plans.remove(at: index).what) }
        for uuid in guests.keys.sorted() {
            if let at = guests[uuid]?.goesDownAt, at <= time { powerOff(uuid) }
        }
    }

    mutating func carryOut(_ what: Plan.What) {
        switch what {
        case .reboot(let autostart, let saved):
            let runs = guests.compactMapValues(\.live)
            bootID += "+"
            time = 5
            lastRun = 0
            for uuid in guests.keys.sorted() where guests[uuid]?.state != .off { powerOff(uuid) }
            for uuid in saved {
                guests[uuid]?.state = .saved
                guests[uuid]?.savedDefinition = runs[uuid]
            }
            for uuid in autostart { start(uuid) }
        case .vanish(let uuid): guests[uuid] = nil
        case .leave(let uuid):
            powerOff(uuid)
            guests[uuid]?.hasLeft = true
        case .restartManager: for uuid in guests.keys { guests[uuid]?.hasLeft = false }
        case .pause(let uuid): guests[uuid]?.state = .paused
        case .edit(let uuid, let key, let value): guests[uuid]?.definition[key] = value
        }
    }

    mutating func powerOff(_ uuid: String) {
        guests[uuid]?.state = .off
        guests[uuid]?.run = nil
        guests[uuid]?.live = nil
        guests[uuid]?.goesDownAt = nil
    }

    mutating func start(_ uuid: String) {
        guard let definition = guests[uuid]?.definition else { return }
        lastRun += 1
        guests[uuid]?.state = .running
        guests[uuid]?.run = lastRun
        let saved = guests[uuid]?.savedDefinition
        guests[uuid]?.live = saved ?? definition
        guests[uuid]?.savedDefinition = nil
    }

    func count(_ effect: String) -> Int { effects.count { $0 == effect } }
    func runs(_ uuid: String) -> Bool { guests[uuid]?.state == .running }
}

struct PretendGuest: Codable, Equatable {
    var uuid: String
    var name: String
    var definition: [String: String]
    var live: [String: String]?
    var run: Int?
    var state: GuestState
    var persistent = true
    var owner: OwningManager?
    var onPowerOff = "destroy"
    /// The definition inside a saved state.
    var savedDefinition: [String: String]?
    /// Seconds from a request to off; nil: it ignores requests.
    var shutdownTakes: Double? = 1
    var goesDownAt: Double?
    /// Does not start while its definition has this.
    var failsToStartWith: [String: String] = [:]
    var refusesDefinition = false
    var needsKVM = false
    var hasLeft = false
    /// Starts without what its definition says of this key.
    var liveLacks: String?

    init(_ number: Int, _ state: GuestState = .running, exposure: String = "off") {
        uuid = PretendGuest.uuid(number)
        name = "guest\(number)"
        self.state = state
        definition = ["exposure": exposure, "memory": "1073741824", "vcpus": "2", "note": "kept", "secret": "hidden"]
    }

    static func uuid(_ number: Int) -> String { "00000000-0000-4000-8000-00000000000\(number)" }

    /// The plain definition's digest: the secret is not in it.
    var digest: String {
        definition.filter { $0.key != "secret" }.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
    }

    var report: GuestReport {
        GuestReport(
            uuid: uuid, name: name, state: state, run: run.map { .known($0) } ?? .absent,
            persistent: .known(persistent),
            engine: .known(.qemu),
            owner: owner.map { .known(GuestOwner(manager: $0, evidence: "metadata")) } ?? .absent,
            vcpus: VCPUFacts(current: .known(2), maximum: .known(2)),
            memory: MemoryFacts(
                startup: .known(1 << 30), minimum: .absent, maximum: .known(1 << 30), dynamic: .known(false)),
            exposure: ExposureFacts(
                configured: .known(definition["exposure"] == "on"),
                live: live.map { .known($0["exposure"] == "on") } ?? .absent,
                mechanism: .known("pretended"), inUse: .absent, nestedRuns: .absent),
            interfaces: .known([]), snapshots: .known(0), savedState: .known(savedDefinition != nil),
            autostart: .known(false), onPowerOff: .known(onPowerOff), definitionDigest: .known(digest))
    }
}
