import AgentWire
import Foundation
import NestingModel
import NestorTestKit

/// The static agent on a libvirtd of its own, beside virsh.
enum AgentSection {
    static func agent() throws -> String {
        guard let path = ProcessInfo.processInfo.environment["NESTOR_AGENT"],
            FileManager.default.isExecutableFile(atPath: path)
        else { throw BenchmarkFault(description: "NESTOR_AGENT names no program") }
        return path
    }

    static func measure(_ table: inout MeasuredTable) async throws {
        let agent = try agent()
        let size = (try FileManager.default.attributesOfItem(atPath: agent)[.size] as? Int) ?? 0
        table.add("agent: binary, static and stripped", megabytes(size))
        let start = try median(of: 31) { try Program.run(agent, ["version"]) }
        table.add("agent: start (`nestor-agent version`)", start.shown)

        guard PrivateLibvirt.isInstalled else { throw BenchmarkFault(description: "libvirt is not installed") }
        let libvirt = try PrivateLibvirt()
        defer { libvirt.stop() }
        var defined = 0
        for count in [1, 100] {
            try define(defined + 1...count, on: libvirt)
            defined = count
            try await measure(count, agent, libvirt, &table)
        }
    }

    private static func measure(
        _ count: Int, _ agent: String, _ libvirt: PrivateLibvirt, _ table: inout MeasuredTable
    ) async throws {
        let guests = "\(count) guest\(count == 1 ? "" : "s")"
        let hypervisor = ["--libvirt-socket", libvirt.socketPath, "--libvirt-uri", "qemu:///session"]
        let report = try median(of: 15) { try Program.run(agent, ["report"] + hypervisor) }
        let run = try Program.run(agent, ["report"] + hypervisor)

        let environment = [
            "HOME": libvirt.folder.path, "XDG_RUNTIME_DIR": libvirt.runtimeDirectory,
            "XDG_CACHE_HOME": libvirt.folder.appendingPathComponent("cache").path,
        ]
        let connection = ["-q", "-c", "qemu:///session?socket=\(libvirt.socketPath)"]
        let facts = (1...count).map { "dumpxml --inactive g\($0); dominfo g\($0); snapshot-list g\($0)" }
        let batch = ["capabilities; list --all; " + facts.joined(separator: "; ")]
        let virsh = try median(of: 15) {
            try Program.run("/usr/bin/virsh", connection + batch, environment: environment)
        }
        table.add(
            "agent: report of \(guests), from its start", "\(report.shown), \(megabytes(run.resident)) RSS",
            "one `virsh` with the same questions: \(virsh.shown)")
        if count > 1 {
            let single = try median(of: 3) {
                for number in 1...count {
                    try Program.run(
                        "/usr/bin/virsh", connection + ["dumpxml", "--inactive", "g\(number)"],
                        environment: environment)
                }
            }
            table.add("", "", "a `virsh dumpxml` for each guest: \(single.shown)")
        }

        let folder = try TemporaryFolder()
        let session = try AgentSession(agent, ["session", "--role", "report", "--state", folder("state")] + hypervisor)
        defer { session.end() }
        let first: ReportResult = try session.ask(.report, ReportParameters(lastDigest: nil))
        let full = try median(of: 31) {
            let _: ReportResult = try session.ask(.report, ReportParameters(lastDigest: nil))
        }
        let same = try median(of: 31) {
            let answer: ReportResult = try session.ask(.report, ReportParameters(lastDigest: first.digest))
            guard answer.unchanged else { throw BenchmarkFault(description: "the report changed by itself") }
        }
        table.add("agent: report of \(guests), warm session", "\(same.shown) unchanged, \(full.shown) whole")
        table.add(
            "agent: session after those, \(guests)",
            "\(megabytes(session.resident)) RSS, \(megabytes(session.own)) of it its own")
    }

    private static func define(_ numbers: ClosedRange<Int>, on libvirt: PrivateLibvirt) throws {
        let folder = try TemporaryFolder()
        var commands: [String] = []
        for number in numbers {
            let file = try folder.write(
                """
                <domain type='qemu'><name>g\(number)</name><memory unit='MiB'>64</memory><vcpu>2</vcpu>
                <os><type arch='x86_64'>hvm</type></os><features><acpi/></features>
                <cpu mode='custom' match='exact'><model>qemu64</model><feature policy='require' name='svm'/></cpu>
                <devices><interface type='user'><mac address='52:54:00:00:00:\(number < 16 ? "0" : "")\(String(number, radix: 16))'/>
                <model type='virtio'/></interface></devices></domain>
                """, to: "g\(number).xml")
            commands.append("define \(file)")
        }
        try libvirt.virsh(commands.joined(separator: "; "))
    }
}

func megabytes(_ bytes: Int) -> String { "\((Double(bytes) / 100_000).rounded() / 10) MB" }
