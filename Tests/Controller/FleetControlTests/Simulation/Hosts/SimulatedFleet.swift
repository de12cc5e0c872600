import AgentWire
import FoundationEssentials
import NestingModel
import SecureShell

/// Every machine of a simulated world, with agents that keep their word. It outlives the controllers.
final class SimulatedFleet: @unchecked Sendable {  // used on the simulation's one thread
    let time: SimulatedTime
    /// By path.
    var guests: [String: SimulatedGuest] = [:]
    /// Hosts that can't be reached, and whether they say nothing instead of refusing.
    private(set) var down: [String: Bool] = [:]
    /// Physical hosts that are off.
    var off: Set<String> = []
    /// How often each physical host was started.
    var boots: [String: Int] = [:]
    /// When a host became unreachable the last time, in seconds after the beginning.
    var lostAt = 0
    var lostAnswers: [String: Int] = [:]
    var refusedOrders: [String: Int] = [:]
    /// All that was ever ordered, by id.
    var work: [String: SimulatedWork] = [:]
    /// In the order in which they began.
    var order: [String] = []
    /// When the worker of an agent acts next, by order: entries of the time's.
    var alarms: [String: Int] = [:]
    /// By host.
    var deaths: [String: Death] = [:]
    var deadWorkers: Set<String> = []
    var epochs: [String: Int] = [:]
    var controller: String?
    /// Said of orders that came again with other contents.
    var changedOrders: [String] = []
    /// Guests that are hosts, too.
    let machines: Set<String>
    /// Of all guests, in their order; one that moved has its new place at the end.
    var paths: [String]
    /// Guests that went down by other hands and have not run since, by UUID: nobody owes them a start.
    var restsByOthers: Set<String> = []
    /// Guests of which a saved state was dropped, or the power cut, and on which order.
    var dropped: [(guest: String, order: String)] = []
    var cut: [(guest: String, order: String)] = []
    private var reports: [String: (mark: String, report: HostReport)] = [:]
    var channels: [Int: SimulatedChannel] = [:]
    /// What operators left on hosts, by host and path.
    var files: [String: [String: [UInt8]]] = [:]
    private var lastChannel = 0
    /// Told of an order when an agent begins it, and of what agents do.
    var began: (SimulatedWork) -> Void = { _ in }
    var judged: (SimulatedWork, CorrectionVerdict) -> Void = { _, _ in }
    var said: (String) -> Void = { _ in }

    init(_ world: World, time: SimulatedTime) {
        self.time = time
        machines = Set(world.machines)
        paths = world.guests
        for (path, guest) in world.everyGuest {
            guests[path] = SimulatedGuest(
                path: path, name: guest.name, uuid: Self.uuid(path), settings: SimulatedGuest.Settings(guest),
                live: guest.exposed && guest.running, running: guest.running, autostart: guest.autostart)
        }
    }

    static func uuid(_ path: String) -> String {
        // FNV-1a.
        let number = path.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let hex = String(number & 0xFFFF_FFFF_FFFF, radix: 16)
        return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - hex.count) + hex
    }

    /// Where a host has the guest with this UUID.
    func guest(_ uuid: String, on host: String) -> String? {
        paths.first { guests[$0]?.uuid == uuid && parent($0) == host }
    }
    func guests(of host: String) -> [String] { paths.filter { $0.hasPrefix(host + "/") && parent($0) == host } }
    func parent(_ path: String) -> String? { path.lastIndex(of: "/").map { String(path[..<$0]) } }

    // MARK: Ways

    /// The first hop that does not let anybody on; nil where the way is free.
    func obstacle(to host: String) -> String? {
        var hop = ""
        for name in host.split(separator: "/") {
            hop += hop.isEmpty ? String(name) : "/\(name)"
            if down[hop] == false || off.contains(hop) { return hop }
            if let machine = guests[hop], !machine.running { return hop }
        }
        return nil
    }

    func isSilent(_ host: String) -> Bool { down[host] == true }

    func set(down host: String, silent: Bool) {
        down[host] = silent
        lostAt = time.elapsed
        if !silent { cutChannels { $0.obstacle != nil } }
    }

    func set(up host: String) { down[host] = nil }

    func openChannel(_ host: String, _ role: SessionRole, _ incarnation: Incarnation) -> SimulatedChannel {
        // A session sees to it that somebody works.
        startWorker(of: host)
        lastChannel += 1
        let channel = SimulatedChannel(lastChannel, self, host, role, incarnation)
        channels[lastChannel] = channel
        return channel
    }

    func cutChannels(where isMeant: (SimulatedChannel) -> Bool) {
        for channel in channels.values.filter(isMeant).sorted(by: { $0.number < $1.number }) { channel.cut() }
    }

    // MARK: What hosts tell

    func report(of host: String) -> HostReport {
        let own = guests(of: host).compactMap { guests[$0] }
        let machine = guests[host]
        let sees = machine.map(sees) ?? .svm
        let boot = machine?.boot ?? (boots[host] ?? 1)
        let mark = "\(boot)\(sees)\(machine?.temper == .unknownInside)" + own.map(\.mark).joined()
        if let known = reports[host], known.mark == mark { return known.report }
        var report = FleetControlTests.report(
            uuid: Self.uuid(host), bootID: "boot-\(boot)", sees: sees, guests: own.map(\.report))
        if machine?.temper == .unknownInside { report.cpu.extension = .unknown("it can't be read") }
        report.digest = "\(host) \(mark)"
        reports[host] = (mark, report)
        return report
    }

    private func sees(_ machine: SimulatedGuest) -> VirtualizationExtension {
        let live = machine.temper == .unchangedInside && machine.boot > 1 ? !machine.live : machine.live
        return live ? .svm : .none
    }
}
