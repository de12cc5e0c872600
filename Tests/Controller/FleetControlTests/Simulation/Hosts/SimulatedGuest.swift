import NestingModel

/// A guest as its host has it.
struct SimulatedGuest {
    let path: String
    let name: String
    let uuid: String
    /// As its definition says, and as it started.
    var exposed: Bool
    var live: Bool
    var running: Bool
    /// Counts its starts.
    var boot = 1
    /// Counts what other hands did to its definition.
    var edits = 0
    var temper = Temper.works

    var digest: String { "sha256:\(name)-\(exposed)-\(edits)" }

    mutating func start() {
        guard !running else { return }
        running = true
        boot += 1
        live = exposed
    }

    /// Changes with all that its host tells of it.
    var mark: String { "\(name)\(exposed)\(live)\(running)\(boot)\(edits)" }

    var report: GuestReport {
        var report = guest(name, uuid: uuid, state: running ? .running : .off, exposed: exposed)
        report.run = running ? .known(boot) : .absent
        report.exposure.live = running ? .known(live) : .absent
        report.definitionDigest = .known(digest)
        return report
    }
}
