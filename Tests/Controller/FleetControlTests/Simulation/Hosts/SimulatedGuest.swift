import NestingModel

/// A guest as its host has it.
struct SimulatedGuest {
    /// What corrections can set of it, as its definition says.
    struct Settings: Hashable {
        var exposed: Bool
        /// In GiB.
        var memory: Int
        var mostMemory: Int
        var vcpus: Int
    }

    var path: String
    let name: String
    let uuid: String
    var settings: Settings
    /// Whether it is exposed as it started.
    var live: Bool
    var running: Bool
    /// Whether its state at that time waits on the disk; it starts from there then, as it was.
    var isSaved = false
    /// Whether it starts with its host.
    var autostart: Bool
    /// Counts its starts.
    var boot = 1
    /// Counts what other hands did to its definition.
    var edits = 0
    var temper = Temper.works

    var digest: String {
        "sha256:\(name)-\(settings.exposed)-\(settings.memory)-\(settings.mostMemory)-\(settings.vcpus)-\(edits)"
    }

    mutating func start() {
        guard !running else { return }
        running = true
        boot += 1
        if !isSaved { live = settings.exposed }
        isSaved = false
    }

    /// Changes with all that its host tells of it.
    var mark: String { "\(digest)\(live)\(running)\(isSaved)\(boot)" }

    var report: GuestReport {
        var report = guest(name, uuid: uuid, state: running ? .running : .off, exposed: settings.exposed)
        report.run = running ? .known(boot) : .absent
        report.exposure.live = running ? .known(live) : .absent
        report.memory.startup = .known(Int64(settings.memory) << 30)
        report.memory.maximum = .known(Int64(settings.mostMemory) << 30)
        report.memory.dynamic = .known(settings.memory < settings.mostMemory)
        report.savedState = .known(isSaved)
        report.autostart = .known(autostart)
        report.vcpus = VCPUFacts(current: .known(settings.vcpus), maximum: .known(settings.vcpus))
        report.definitionDigest = .known(digest)
        return report
    }
}

extension SimulatedGuest.Settings {
    init(_ guest: World.WorldGuest) {
        (exposed, memory, mostMemory, vcpus) = (guest.exposed, guest.memory, guest.mostMemory, guest.vcpus)
    }

    /// As an agent writes it into a definition.
    mutating func take(_ change: GuestChange) {
        exposed = change.exposure ?? exposed
        vcpus = change.maximumVCPUs ?? vcpus
        guard change.setsMemory else { return }
        let asked = change.startupMemory.map { Int($0 >> 30) } ?? memory
        let isFixed = change.dynamicMemory == false
        memory = isFixed ? max(asked, memory) : asked
        mostMemory = isFixed ? memory : change.maximumMemory.map { Int($0 >> 30) } ?? max(mostMemory, memory)
    }
}
