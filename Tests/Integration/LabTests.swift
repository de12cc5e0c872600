import ControllerAPI
import Foundation
import Glibc
import NestingModel
import NestorTestKit
import Testing

@Suite("the main job on real nested guests", .serialized, .enabled(if: BuiltPrograms.lab != nil), LabTrait())
struct LabTests {
    private let lab: Lab
    private var fleet: Fleet { lab.fleet }

    init() throws { lab = try #require(Lab.shared) }

    /// Asks for the same exposure and, where given, more memory, and for nothing else.
    private func desire(_ exposure: String, memory: Int? = nil) async throws {
        var desired = "exposure: \(exposure)"
        if let memory { desired += ", startup-memory: \(memory)MiB" }
        let taken = try await fleet.apply(
            """
            policies:
              - name: builders
                select: {paths: [\(Lab.guest)]}
                desire: {\(desired)}
                mode: propose
                disruption: {shutdown-deadline: 30s}
            """, "--prune")
        try #require(taken.code == 0, "\(taken)")
    }

    private func newest() async throws -> Remediation {
        let all: [Remediation] = try await fleet.ask("remediation", "list")
        return try #require(all.first)
    }

    /// Begins a remediation, and waits until it has come so far.
    private func begin(until what: String, _ isSo: (Remediation) async throws -> Bool) async throws -> Remediation {
        let before: [Remediation] = try await fleet.ask("remediation", "list")
        try fleet.begin("remediate", "--yes")
        var found: Remediation?
        try await eventually("a remediation \(what)", within: Lab.patience) {
            let all: [Remediation] = try await fleet.ask("remediation", "list")
            guard all.count > before.count, let first = all.first else { return false }
            found = first
            return try await isSo(first)
        }
        return try #require(found)
    }

    /// Begins a remediation, and ends the controller once L1 has taken its drain on: the agent alone goes on.
    private func killAtDrain() async throws -> Remediation {
        let mark = "/tmp/drain-mark"
        try #require(try await lab("ssh", "l1", "touch", mark).code == 0)
        try fleet.begin("remediate", "--yes")
        let taken = try await lab(
            "ssh", "l1",
            "until find /var/lib/nestor-agent/corrections -name '*-drain-*' -newer \(mark) | grep -q .; do sleep 0.05; done"
        )
        try #require(taken.code == 0, "\(taken)")
        let begun = try await newest()
        fleet.end(SIGKILL)
        return begun
    }

    private func expectAllRuns() async throws {
        #expect(try await lab.stateOfL1() == "running")
        #expect(try await lab.stateOfL2() == "running")
        #expect(try await fleet.findings().map(\.sentence) == [])
    }

    @Test("hidden nesting is found, exposed, and the change is seen inside")
    func exposes() async throws {
        try await desire("exposed")
        let found = try await fleet.findings()
        #expect(found.map(\.id) == ["drift:\(Lab.guest):exposure"])
        #expect(try await lab("ssh", "l1", "test", "-c", "/dev/kvm").code != 0)
        let before: HostView = try await fleet.ask("host", "show", Lab.guest)
        #expect(before.report?.cpu.extension.value != .svm)

        let done = try await fleet.nestor("remediate", "--yes", within: Lab.patience)
        #expect(done.code == 0, "\(done)")
        let item = try #require(try await newest().items.first)
        #expect(item.outcome == .corrected && item.verification == .passed, "\(item)")
        #expect(try await lab("ssh", "l1", "test", "-c", "/dev/kvm").code == 0)
        let after: HostView = try await fleet.ask("host", "show", Lab.guest)
        #expect(after.report?.cpu.extension.value == .svm)
        #expect(after.report?.hypervisor.device.value?.createsVM.value == true)
        #expect(after.report?.host.bootID.value != before.report?.host.bootID.value)
        #expect(try await fleet.findings().map(\.sentence) == [])
    }

    @Test("the README's tour of policies, reports and remediation goes as it says, and leaves the fleet as it was")
    func tour() async throws {
        try await lab.startInner()
        let before = try await lab.starts()
        let folder = try TemporaryFolder()
        let tour = try ReadmeTour()
        let done = try await run(
            "/bin/sh", ["-euxc", "cd \(folder.path)\n\(tour.script)"],
            environment: fleet.environment.merging(["PATH": "\(BuiltPrograms.folder):/usr/bin:/bin"]) { $1 },
            within: Lab.patience)
        try #require(done.code == 0, "\(done)")
        for words in [
            "+ \(Lab.guest): drift startup-memory: 2 GiB, wanted at least 2.5 GiB (builders-memory)",
            "decides:  builders-memory (memory.yaml:2)", "stop 1 guest of \(Lab.guest), and hold it",
            "memory 2 GiB → 2.5 GiB", "run 1: 0 new", "morning-", "removed: builders-memory", "startup memory 2 GiB",
            "change.approve", "remediation.rollback", "each as it was written",
        ] {
            #expect(done.output.contains(words), "'\(words)' is not in\n\(done)")
        }
        #expect(done.output.components(separatedBy: "succeeded, 1 of 1 corrected").count == 3, "\(done)")
        let guests = try await fleet.ask("host", "show", Lab.host, as: HostView.self).report?.guests.value
        let memory = try #require(guests?.first { $0.name == "build-l1" }?.memory)
        #expect(memory.startup.value == 2 << 30 && memory.maximum.value == 2 << 30)
        try await expectAllRuns()
        let after = try await lab.starts()
        #expect(after.l1 == before.l1 + 2 && after.l2 == before.l2 + 2, "\(before), \(after)")
    }

    @Test(
        "kill -9 of nestord at each step: its next start goes on, and each guest is started once",
        arguments: [(RemediationStep.draining, 2112), (.correcting, 2176), (.verifying, 2240), (.releasing, 2304)])
    func killed(step: RemediationStep, memory: Int) async throws {
        try await lab.startInner()
        try await desire("exposed", memory: memory)
        let before = try await lab.starts()
        let begun = try await begin(until: "is \(step)") { $0.items[0].step == step || $0.state != .running }
        #expect(fleet.end(SIGKILL) == 137)
        #expect(begun.items[0].step == step)
        try await fleet.start()
        let ended = try await fleet.ended(begun.id, within: Lab.patience)
        #expect(ended.state == .succeeded, "\(ended)")
        try await expectAllRuns()
        let after = try await lab.starts()
        #expect(after.l1 == before.l1 + 1 && after.l2 == before.l2 + 1, "\(before), \(after)")
    }

    @Test("an L1 that reboots while its guests are held starts them in the end, and the change is made")
    func reboots() async throws {
        try await lab.startInner()
        try await desire("exposed", memory: 2368)
        // Only the agent goes on: it comes to hold, and nobody corrects L1 yet.
        let begun = try await killAtDrain()
        try await eventually("L1 holds its guests") { try await lab.openDrain()?.phase == .holding }
        #expect(try await lab.stateOfL2() == "shut off")
        let boot = try await lab("ssh", "l1", "cat", "/proc/sys/kernel/random/boot_id").trimmed
        try await lab("ssh", "l1", "busybox", "reboot")
        try await eventually("L1 is up again") {
            let now = try await lab("ssh", "l1", "cat", "/proc/sys/kernel/random/boot_id")
            return now.code == 0 && now.trimmed != boot
        }
        #expect(try await lab.openDrain()?.owesStart == true, "the hold outlasts the boot")
        try await fleet.start()
        let ended = try await fleet.ended(begun.id, within: Lab.patience)
        #expect(ended.state == .succeeded, "\(ended)")
        try await expectAllRuns()
    }

    @Test("an L0 that loses its power in the middle: its journal brings L1 back without a controller")
    func powerCut() async throws {
        try await lab.startInner()
        try await desire("exposed", memory: 2432)
        let begun = try await begin(until: "has L1 down or just started") {
            guard $0.items[0].step == .correcting || $0.items[0].step == .verifying else { return false }
            let state = try await lab.stateOfL1()
            return state != "running" || $0.items[0].step == .verifying
        }
        fleet.end(SIGKILL)
        #expect(try await lab("power-cut").code == 0)
        #expect(try await lab("power-on").code == 0)
        #expect(try await lab.stateOfL1() == "shut off")
        let place = lab.place.l0
        let recovered = try await lab(
            "ssh", "l0", "\(place.agentDirectory)/nestor-agent", "recover", "--state", place.agentStateDirectory,
            "--libvirt-socket", place.libvirtSocket)
        #expect(recovered.code == 0, "\(recovered)")
        #expect(try await lab.stateOfL1() == "running")
        try await fleet.start()
        let ended = try await fleet.ended(begun.id, within: Lab.patience)
        #expect(ended.state == .succeeded, "\(ended)")
        try await expectAllRuns()
    }

    @Test("a controller that never comes back leaves every guest running that ran")
    func neverComesBack() async throws {
        try await lab.startInner()
        try await desire("exposed", memory: 2496)
        fleet.end(SIGTERM)
        // Short, since the holds are as long as everything above them may take.
        try await fleet.start(["--set", "remediation.start-deadline=10s"])
        let begun = try await killAtDrain()
        try await eventually("L2 was held, and runs again by itself", within: .seconds(330)) {
            guard try await lab.stateOfL2() == "running" else { return false }
            return try await lab.openDrain() == nil
        }
        #expect(try await lab.stateOfL1() == "running")
        // The test's next one needs a controller.
        try await fleet.start()
        _ = try await fleet.ended(begun.id, within: Lab.patience)
    }

    @Test("nesting is hidden from a host whose guest runs: the guest is shut down first, and what stays off is named")
    func hides() async throws {
        try await lab.startInner()
        try await desire("hidden")
        let plan: PlanAnswer = try await fleet.ask("plan")
        #expect(plan.plan.items.first?.blastRadius.map(\.description) == ["\(Lab.guest)/inner"])
        let done = try await fleet.nestor("remediate", "--yes", within: Lab.patience)
        let item = try #require(try await newest().items.first)
        #expect(item.outcome == .corrected && item.verification == .passed, "\(done)")
        #expect(item.sentence.contains("inner"), "\(item)")
        #expect(try await lab("ssh", "l1", "test", "-c", "/dev/kvm").code != 0)
        #expect(try await lab.stateOfL2() == "shut off")
        let log = try await lab("ssh", "l1", "tail", "-n", "2", "/var/log/libvirt/qemu/inner.log").output
        #expect(!log.contains("reason=crashed"), "\(log)")
        let after: HostView = try await fleet.ask("host", "show", Lab.guest)
        #expect(after.report?.cpu.extension.value != .svm)
    }

    // The last one: a guest that starts beside L1 takes one of the numbers by which L1's starts are counted.
    @Test("a canary that fails stops the rest, and a webhook hears of what is left when its server is back")
    func canary() async throws {
        let deaf = SmallGuest(name: "a-canary")
        let file = try fleet.folder.write(deaf.definition, to: "a-canary.xml")
        try #require(try await lab("virsh", "define", file).code == 0)
        try #require(try await lab("virsh", "start", deaf.name).code == 0)
        let receiver = try await WebhookReceiver.start(status: 503)
        try fleet.folder.write("0123456789abcdef0123456789abcdef", to: "webhook.key")
        try #require(chmod(fleet.folder("webhook.key"), 0o600) == 0)
        try fleet.folder.write(
            """
            reports:
              - name: tickets
                select: {all: true}
                schedule: {every: 1d}
                formats: [json]
                recipients:
                  - name: desk
                    webhook: {url: "http://127.0.0.1:\(receiver.port)/", secret-file: \(fleet.folder("webhook.key"))}
            """, to: "reports.yaml")
        let taken = try await fleet.nestor("report", "apply", "-f", fleet.folder("reports.yaml"))
        #expect(taken.code == 0, "\(taken)")
        let wanted = try await fleet.apply(
            """
            policies:
              - name: memory
                select: {paths: ["\(Lab.host)/*"]}
                desire: {startup-memory: 3000MiB}
                mode: propose
                disruption: {shutdown-deadline: 2s}
            """)
        #expect(wanted.code == 0, "\(wanted)")
        let ran = try await fleet.nestor("report", "run", "tickets")
        #expect(ran.code == 2, "\(ran)")
        let refused = await receiver.requests(atLeast: 1)

        let before = try await lab.starts()
        let done = try await fleet.nestor("remediate", "--yes", "--canary", "1", "--soak", "1s", within: Lab.patience)
        #expect(done.code == 5, "\(done)")
        let items = try await newest().items
        try #require(items.map(\.path.description) == ["\(Lab.host)/a-canary", Lab.guest], "\(done)")
        #expect(items[0].outcome != .corrected && items[0].sentence.contains("did not shut down"), "\(items)")
        #expect(items[1].outcome == .skipped, "\(items)")
        #expect(try await lab("virsh", "domstate", deaf.name).trimmed == "running", "put back, and left alone")
        let after = try await lab.starts()
        #expect(after == before)

        try receiver.answer(200)
        try await eventually("the report comes, after some refusals") {
            await receiver.requests().contains { $0.status == 200 }
        }
        let came = await receiver.requests()
        let first = try #require(came.first)
        #expect(Set(came.map { $0.headers["webhook-id"] }).count == 1 && first.body == refused.first?.body)
        let body = String(decoding: first.body, as: UTF8.self)
        #expect(body.contains("drift:\(Lab.guest):startup-memory") && body.contains("inner"), "\(body)")
        receiver.stop()
        #expect(try await lab("virsh", "destroy", deaf.name).code == 0)
        #expect(try await lab("virsh", "undefine", deaf.name).code == 0)
        let _: DriftReport = try await fleet.ask("report")
    }
}
