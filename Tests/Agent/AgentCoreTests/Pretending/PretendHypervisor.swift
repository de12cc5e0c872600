import AgentCore
import FoundationEssentials
import Glibc
import NestingModel

/// The pretended world behind the agent's ports: guests, clock and waiting, all three.
final class PretendHypervisor: GuestProvider, BootClock, Waiter {
    var world: PretendWorld { didSet { store() } }
    /// Where the world lies; nil: in memory alone.
    let file: String?
    /// The call before or after which this process kills itself.
    var killAt: Int?
    var calls = 0
    var unreachable = false
    /// No manager answers at all, or another one than the guests'.
    var isAbsent = false
    var isAnother = false
    /// Its definition, or what a guest runs with, can't be read.
    var hidesDefinition = false
    var hidesLive = false
    /// When each start was tried.
    private(set) var startsTried: [Double] = []
    var waits = 0
    /// Runs at each wait, for what happens beside the worker.
    var meanwhile: (PretendHypervisor) -> Void = { _ in }

    init(_ world: PretendWorld) {
        self.world = world
        file = nil
    }

    init(file: String, killAt: Int?) throws {
        self.file = file
        self.killAt = killAt
        world = try JSONDecoder().decode(PretendWorld.self, from: Data(try DurableFile.read(file, limit: 1 << 20)))
    }

    static func store(_ world: PretendWorld, to file: String) throws {
        // Whole or not at all, as its process may be killed; a power cut is not pretended.
        try JSONEncoder().encode(world).write(to: URL(filePath: file), options: .atomic)
    }

    private func store() {
        if let file { try? Self.store(world, to: file) }
    }

    /// Runs before a call, told which it is: for what others do in the middle of a step.
    private(set) var isDefining = false
    var beforeCall: (PretendHypervisor, Int) -> Void = { _, _ in }

    private func mark() {
        calls += 1
        beforeCall(self, calls)
        if calls == killAt { kill(getpid(), SIGKILL) }
    }

    private func reach(_ uuid: String) throws(ProviderFailure) -> PretendGuest {
        mark()
        if unreachable { throw ProviderFailure(.hypervisorUnreachable, "nobody listens") }
        guard !isAnother, let guest = world.guests[uuid], !guest.hasLeft else {
            throw ProviderFailure(.guestUnknown, "no guest \(uuid)")
        }
        return guest
    }

    private func effect(_ name: String, _ guest: PretendGuest, _ body: (inout PretendWorld) -> Void) {
        var next = world
        next.effects.append("\(name) \(guest.name)")
        body(&next)
        world = next
        mark()
    }

    func now() -> BootInstant { BootInstant(bootID: world.bootID, seconds: world.time) }

    func wait(seconds: Double) {
        mark()
        waits += 1
        world.pass(max(seconds, 0.01))
        meanwhile(self)
        // Nothing that a test asks for takes that many looks.
        if waits > 100_000 { kill(getpid(), SIGABRT) }
    }

    var connection: String? { isAnother ? "qemu:///session" : "qemu:///system" }

    func manager() -> Fact<GuestManagerFacts> { .absent }
    func hostUUID() -> Fact<String> { .absent }
    func guests() -> Fact<[GuestReport]> {
        mark()
        if isAbsent { return .absent }
        if unreachable { return .unknown("nobody listens") }
        return .known(world.guests.values.map(\.report).sorted { $0.name < $1.name })
    }

    func guest(_ uuid: String) throws(ProviderFailure) -> GuestReport? {
        do throws(ProviderFailure) { return try reach(uuid).report } catch  where error.code == .guestUnknown {
            return nil
        }
    }

    func definition(_ uuid: String) throws(ProviderFailure) -> String {
        let guest = try reach(uuid)
        if hidesDefinition { throw ProviderFailure(.unexpectedAnswer, "a definition can't be read: not XML") }
        return PretendText.write(uuid, guest.definition)
    }

    func applying(_ change: GuestChange, to definition: String) throws(ProviderFailure) -> String {
        if change.maximumVCPUs == 4096 { throw ProviderFailure(.changeImpossible, "too many processors") }
        let (uuid, values) = PretendText.read(definition)
        return PretendText.write(uuid, values.merging(PretendText.values(of: change)) { $1 })
    }

    func undoing(_ change: GuestChange, before: String, now: String) throws(ProviderFailure) -> String? {
        let (uuid, present) = PretendText.read(now)
        var next = present
        for (key, value) in PretendText.values(of: change) where present[key] == value {
            next[key] = PretendText.read(before).values[key]
        }
        return next == present ? nil : PretendText.write(uuid, next)
    }

    func define(_ definition: String) throws(ProviderFailure) {
        let (uuid, values) = PretendText.read(definition)
        isDefining = true
        defer { isDefining = false }
        let guest = try reach(uuid)
        if guest.refusesDefinition { throw ProviderFailure(.definitionRefused, "not valid") }
        effect("define", guest) { $0.guests[uuid]?.definition = values }
    }

    func liveFault(of change: GuestChange, guest uuid: String) throws(ProviderFailure) -> String? {
        guard let live = try reach(uuid).live else { return nil }
        if hidesLive { throw ProviderFailure(.operationFailed, "reading the definition: no") }
        for (key, value) in PretendText.values(of: change) where live[key] != value {
            return "\(key) is \(live[key] ?? "absent")"
        }
        return nil
    }

    func requestShutdown(_ uuid: String) throws(ProviderFailure) {
        let guest = try reach(uuid)
        guard guest.state == .running else { throw ProviderFailure(.operationFailed, "it does not run") }
        effect("shutdown", guest) { world in
            guard let takes = guest.shutdownTakes, guest.goesDownAt == nil else { return }
            world.guests[uuid]?.goesDownAt = world.time + takes
        }
    }

    func start(_ uuid: String) throws(ProviderFailure) {
        let guest = try reach(uuid)
        startsTried.append(world.time)
        guard guest.state != .running else { throw ProviderFailure(.operationFailed, "it runs already") }
        guard guest.failsToStartWith.isEmpty || !guest.failsToStartWith.allSatisfy({ guest.definition[$0] == $1 })
        else {
            throw ProviderFailure(.operationFailed, "no such CPU")
        }
        guard !guest.needsKVM || world.hasKVM else {
            throw ProviderFailure(.startImpossible, "it requires KVM, which is not available")
        }
        effect("start", guest) { world in
            world.start(uuid)
            if let key = guest.liveLacks { world.guests[uuid]?.live?[key] = "lacking" }
        }
    }

    func cutPower(_ uuid: String) throws(ProviderFailure) {
        effect("cut", try reach(uuid)) { $0.powerOff(uuid) }
    }

    func dropSavedState(_ uuid: String) throws(ProviderFailure) {
        effect("drop", try reach(uuid)) { world in
            world.guests[uuid]?.savedDefinition = nil
            world.guests[uuid]?.state = .off
        }
    }
}

/// A pretended definition as text: the guest, then key=value lines.
enum PretendText {
    static func write(_ uuid: String, _ values: [String: String]) -> String {
        ([uuid] + values.map { "\($0.key)=\($0.value)" }.sorted()).joined(separator: "\n")
    }

    static func read(_ text: String) -> (uuid: String, values: [String: String]) {
        let lines = text.split(separator: "\n").map(String.init)
        let pairs = lines.dropFirst().map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        return (lines.first ?? "", Dictionary(uniqueKeysWithValues: pairs.map { ($0[0], $0[1]) }))
    }

    static func values(of change: GuestChange) -> [String: String] {
        var values: [String: String] = [:]
        values["exposure"] = change.exposure.map { $0 ? "on" : "off" }
        values["memory"] = change.startupMemory.map(String.init)
        values["vcpus"] = change.maximumVCPUs.map(String.init)
        return values
    }
}
