import ControllerAPI
import Foundation
import NestingModel
import NestorTestKit
import Testing

@Suite("waves and windows through the whole product", .serialized, .enabled(if: PrivateLibvirt.isInstalled))
struct WavesTests {
    private static let policy = """
        policies:
          - name: wanted
            select: {paths: ["rack*/**"]}
            desire: {exposure: exposed}
            mode: propose
        """
    private static let windows = """
        windows:
          - name: far away
            select: {paths: [rack8]}
            time-zone: Europe/Berlin
            dates: [2099-01-01]
            start: "00:00"
            duration: 4h
        """

    private func isExposed(_ bench: QemuHost, _ name: String) throws -> Bool {
        try bench.libvirt.virsh("dumpxml", "--inactive", name).contains("<feature policy='require' name='svm'/>")
    }

    @Test("one is begun, waits for a window, is paused, ended and set back, and the rest runs outside of it")
    func wholeLife() async throws {
        let fleet = try await Fleet.start()
        let left = try await QemuHost("rack7", fleet, guests: [SmallGuest(name: "a"), SmallGuest(name: "b")])
        defer { left.end() }
        let right = try await QemuHost("rack8", fleet, guests: [SmallGuest(name: "c")])
        defer { right.end() }
        #expect(try await fleet.apply(Self.policy).code == 0)
        try fleet.folder.write(Self.windows, to: "windows.yaml")
        let applied = try await fleet.nestor("window", "apply", "-f", fleet.folder("windows.yaml"))
        #expect(applied.code == 0, "\(applied)")
        let listed = try await fleet.nestor("window", "list")
        #expect(listed.output.contains("2098-12-31T23:00:00Z"), "\(listed)")
        let plan = try await fleet.nestor("plan")
        #expect(plan.output.contains("rack8/c waits for its maintenance window, until 2098-12-31T23:00:00Z"), "\(plan)")
        let script = try await fleet.nestor("plan", "--export", "sh")
        try fleet.folder.write(script.output, to: "plan.sh")
        let checked = try await run("/bin/sh", ["-n", fleet.folder("plan.sh")], environment: [:])
        #expect(checked.code == 0 && script.output.contains("edit_cpu"), "\(checked)")

        try fleet.begin(
            "remediate", "--yes", "--canary", "1", "--soak", "1s", "--max-failures", "1", "--parallel", "2")
        var waiting: Remediation?
        while waiting?.waitsUntil == nil || waiting?.items.count(where: { $0.outcome == .corrected }) != 2 {
            waiting = try await fleet.ask("remediation", "list", as: [Remediation].self).first
        }
        let id = try #require(waiting?.id)
        #expect(try isExposed(left, "a") && isExposed(left, "b") && !isExposed(right, "c"))
        #expect(try await fleet.nestor("remediation", "pause", id).code == 0)
        #expect(try await fleet.nestor("remediation", "watch", id).code == 5)
        #expect(try await fleet.remediation(id).state == .interrupted)
        #expect(try await fleet.nestor("remediation", "abort", id).code == 0)
        #expect(try await fleet.remediation(id).state == .aborted)

        #expect(try await fleet.nestor("freeze", "rack7", "--reason", "audit", "--for", "1h").code == 0)
        let back = try await fleet.nestor("remediation", "rollback", id, "--yes")
        #expect(back.code == 4 && back.complaint.contains("rack7 is frozen until"), "\(back)")
        #expect(try await fleet.nestor("status").output.contains("rack7 is frozen until"))
        let now = try await fleet.nestor("remediate", "--yes", "--now")
        #expect(try isExposed(right, "c"), "\(now)")
        #expect(try await fleet.nestor("unfreeze").code == 0)

        // On a terminal, where what goes on is drawn over.
        let second = try await run(
            "/usr/bin/script",
            [
                "-qec", "\(BuiltPrograms.nestor) remediation rollback \(id.prefix(8)) --yes --max-failures 1",
                "/dev/null",
            ],
            environment: fleet.environment.merging(["TERM": "xterm", "PATH": "/usr/bin:/bin"]) { $1 })
        #expect(second.code == 0 && second.output.contains("\u{1B}[J"), "\(second)")
        #expect(second.output.contains("2 of 2 corrected"), "\(second)")
        #expect(try !isExposed(left, "a") && !isExposed(left, "b") && isExposed(right, "c"))
        let actions = try await fleet.ask("audit", as: [AuditRecord].self).map(\.action)
        for action in [
            "window.apply", "window.override", "remediation.pause", "remediation.abort", "remediation.rollback",
            "freeze",
        ] {
            #expect(actions.contains(action), "\(action) is not in \(actions)")
        }
    }
}
