import Foundation
import NestorTestKit

/// The static agent on a private libvirtd, beside virsh asked for the same facts.
struct AgentBenchmark {
    let agent: String

    func run(_ table: inout Measurements) throws {
        let size = try FileManager.default.attributesOfItem(atPath: agent)[.size] as? Int ?? 0
        table.add("agent: size of its one file", String(format: "%.1f MB", Double(size) / 1e6))
        try table.time("agent: start to end of 'version'", runs: 50) { try Programs.run([agent, "version"]) }
        let virsh = ["/usr/bin/virsh", "-q", "-c"]
        guard PrivateLibvirt.isInstalled else {
            return table.add("agent: report", "left out", "libvirt's daemons are not installed")
        }
        try table.time("  /bin/true, for what starting any program costs here", runs: 50) {
            try Programs.run(["/bin/true"])
        }
        let libvirt = try PrivateLibvirt()
        defer { libvirt.stop() }
        let connection = "qemu:///session?socket=\(libvirt.socketPath)"
        var guests: [String] = []
        for count in [1, 100] {
            while guests.count < count {
                let name = "guest-\(guests.count)"
                try libvirt.virsh("define", try definition(name, in: libvirt))
                guests.append(name)
            }
            let report = [agent, "report", "--libvirt-socket", libvirt.socketPath]
            let runs = count == 1 ? 30 : 15
            try table.time("agent: report of \(plural(count))", runs: runs) { try Programs.run(report) }
            let questions = guests.map { name in
                "dominfo \(name); dumpxml --inactive \(name); snapshot-list \(name) --name"
            }
            let all = (["capabilities", "list --all"] + questions).joined(separator: "; ")
            try table.time("  virsh, one process for the same facts", runs: runs) {
                try Programs.run(virsh + [connection, all])
            }
            try table.time("  virsh, one process a question, as scripts do it", runs: count == 1 ? 10 : 1) {
                for question in all.components(separatedBy: "; ") {
                    try Programs.run(virsh + [connection] + question.components(separatedBy: " "))
                }
            }
            let memory = try Programs.peakMemory(
                [agent, "session", "--role", "report", "--libvirt-socket", libvirt.socketPath],
                input: Self.requests, answers: 2)
            table.add(
                "agent: most memory of a session, \(plural(count))", String(format: "%.1f MB", Double(memory) / 1024))
        }
    }

    static let requests = """
        {"id":1,"jsonrpc":"2.0","method":"hello","params":{"protocol":{"max":1,"min":1}}}
        {"id":2,"jsonrpc":"2.0","method":"report","params":{}}

        """

    private func plural(_ count: Int) -> String { "\(count) guest\(count == 1 ? "" : "s")" }

    private func definition(_ name: String, in libvirt: PrivateLibvirt) throws -> String {
        let file = libvirt.folder.appendingPathComponent("\(name).xml")
        let text = """
            <domain type='qemu'><name>\(name)</name><memory unit='MiB'>64</memory><vcpu>2</vcpu>
            <os><type arch='x86_64' machine='q35'>hvm</type></os><cpu mode='host-model'/>
            <devices><interface type='user'/></devices></domain>
            """
        try Data(text.utf8).write(to: file)
        return file.path
    }
}
