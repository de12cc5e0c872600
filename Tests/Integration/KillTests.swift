import ControllerAPI
import Foundation
import Glibc
import NestingModel
import NestorTestKit
import Testing

/// One host whose guests are those of libvirt's test driver: they start and stop at once.
private final class KillBench: Sendable {
    let libvirt: PrivateLibvirt
    let gate: LibvirtGate
    let host: PretendHost
    let fleet: Fleet
    private let keeper: FileHandle

    init() async throws {
        libvirt = try PrivateLibvirt()
        keeper = try LibvirtGate.keepingTestDriver(at: libvirt.socketPath)
        host = try await PretendHost("pretend", libvirtSocket: libvirt.folder.appendingPathComponent("gate").path)
        gate = try LibvirtGate(path: host.libvirtSocket ?? "", target: libvirt.socketPath)
        fleet = try await Fleet.start(["remediation.start-deadline": "20s"])
        let _: HostRow = try await fleet.ask(host.enrolment)
        // The owner of the host says which connection is to be opened: the test driver's.
        try host.editKeys { $0.replacingOccurrences(of: "/gate", with: "/gate --libvirt-uri test:///default") }
        host.server.dropSessions()
        let row: CheckAnswer = try await fleet.ask("host", "check", "pretend")
        #expect(row.view.report?.guests.value?.map(\.name) == ["test"], "\(row)")
    }

    func end() {
        fleet.end()
        host.server.stop()
        for pid in workers { kill(pid, SIGKILL) }
        gate.end()
        libvirt.stop()
    }

    /// Processes of the agent with this argument.
    func processes(_ word: String) -> [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap(Int32.init).filter { pid in
            let line = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/cmdline"))) ?? Data()
            let words = String(decoding: line, as: UTF8.self).split(separator: "\0").map(String.init)
            return words.contains(host.agentState) && words.contains(word)
                && words.first?.hasSuffix("nestor-agent") == true
        }
    }

    var workers: [Int32] { processes("work") }

    func virsh(_ words: String...) async throws -> String {
        let outcome = try await run(
            "/usr/bin/virsh", ["-q", "-c", "test+unix:///default?socket=\(libvirt.socketPath)"] + words)
        guard outcome.code == 0 else { throw TestToolFailure(sentence: "virsh \(words): \(outcome)") }
        return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// How often the guest has been started, as libvirt counts.
    func starts() async throws -> Int { Int(try await virsh("domid", "test")) ?? -1 }

    func wish(vcpus: Int) async throws {
        let outcome = try await fleet.apply(
            """
            policies:
              - name: vcpus
                select: {paths: [pretend/test]}
                desire: {maximum-vcpus: \(vcpus)}
                mode: propose
                disruption: {shutdown-deadline: 20s}
            """)
        #expect(outcome.code == 0, "\(outcome)")
    }
}

@Suite("kill -9 in the middle of a correction", .serialized, .enabled(if: PrivateLibvirt.isInstalled))
struct KillTests {
    enum Victim: CaseIterable { case worker, session, controller }

    @Test("whoever is killed, at whichever call: the change is made once, and the guest runs")
    func table() async throws {
        let bench = try await KillBench()
        defer { bench.end() }
        var wanted = 2
        for victim in Victim.allCases {
            for call in LibvirtGate.Call.allCases {
                for moment in LibvirtGate.Moment.allCases {
                    wanted += 1
                    try await strike(victim, call, moment, vcpus: wanted, bench)
                }
            }
        }
    }

    private func strike(
        _ victim: Victim, _ call: LibvirtGate.Call, _ moment: LibvirtGate.Moment, vcpus: Int, _ bench: KillBench
    ) async throws {
        let what = "\(victim) killed \(moment) \(call)"
        let before = try await bench.starts()
        try await bench.wish(vcpus: vcpus)
        bench.gate.set(call, moment)
        let command = try bench.fleet.begin("remediate", "--yes", "--output", "json")
        try await eventually(what) { bench.gate.isHit }
        let id = try #require(try await bench.fleet.ask("remediation", "list", as: [Remediation].self).first?.id)
        switch victim {
        case .worker:
            let workers = bench.workers
            #expect(workers.count == 1, "\(what)")
            for pid in workers { kill(pid, SIGKILL) }
            bench.gate.open(dropping: true)
        case .session:
            bench.host.server.dropSessions()
            bench.gate.open()
        case .controller:
            bench.fleet.end(SIGKILL)
            bench.gate.open()
            try await bench.fleet.start()
        }
        let ended = try await bench.fleet.ended(id)
        _ = try? await command.outcome(within: .seconds(30))
        #expect(ended.state == .succeeded, "\(what): \(ended)")
        #expect(ended.items.map(\.outcome) == [.corrected], "\(what)")
        #expect(try await bench.virsh("domstate", "test") == "running", "\(what)")
        #expect(try await bench.starts() == before + 1, "\(what): started once, and no more")
        let definition = try await bench.virsh("dumpxml", "--inactive", "test")
        #expect(definition.contains(">\(vcpus)</vcpu>"), "\(what)")
        let findings = try await bench.fleet.findings()
        #expect(findings.filter { $0.kind == .drift }.isEmpty, "\(what): \(findings)")
        try await eventually("no worker is left") { bench.workers.isEmpty }
    }
}
