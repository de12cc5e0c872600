import FleetDocuments
import FoundationEssentials
import NestingModel
import Testing
import YAMLDocument

@Suite struct FleetDocumentTests {
    private static let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1aWxk"

    private func host(_ path: String) throws -> FleetHost {
        FleetHost(
            path: try #require(NodePath(path)), address: "10.0.0.7", port: 22, user: "nestor", labels: ["site": "lab"],
            hostKeys: [Self.key], uuid: "6b3f2c1e-0d7a-4c55-9d9e-2f1a8b7c6d5e",
            agent: InstalledAgent(
                directory: "/opt/nestor", state: "/var/lib/nestor-agent", libvirtSocket: "/run/libvirt/libvirt-sock",
                authorizedKeys: "/home/nestor/.ssh/authorized_keys", sha256: "00", version: "1"),
            enrolledAt: Date(timeIntervalSince1970: 0))
    }

    private func entries(_ text: String) throws -> [FleetEntry] {
        try FleetDocument.read([DocumentText(name: "fleet.yaml", text: text)])
    }

    private func faults(_ text: String) -> [String] {
        do {
            _ = try FleetDocument.read([DocumentText(name: "fleet.yaml", text: text)])
            return []
        } catch {
            return error.faults.map(\.description)
        }
    }

    @Test("What export writes is read back and changes nothing")
    func roundTrip() throws {
        let hosts = [try host("rack7/build-l1"), try host("rack7")]
        let entries = try entries(FleetDocument.write(hosts))
        #expect(entries.map(\.path.description) == ["rack7", "rack7/build-l1"])
        #expect(entries[0].hostKeys == [Self.key])
        #expect(try FleetDocument.compare(entries, with: hosts) == FleetComparison())
    }

    @Test("An export of nothing is read back, and a blank one is not")
    func empty() throws {
        #expect(try entries(FleetDocument.write([])).isEmpty)
        #expect(
            try PolicyDocument.read([DocumentText(name: "p", text: PolicyDocument.write(PolicyBook()))]) == PolicyBook()
        )
        #expect(faults("hosts:\n").count == 1)
        #expect(faults("").count == 1)
    }

    @Test("Apply changes address, port, user and labels, and leaves what is not written")
    func changes() throws {
        let entries = try entries(
            """
            hosts:
              - {path: rack7, address: rack7.lan, port: 2222, user: ops, labels: {site: prod}}
              - {path: rack8, address: 10.0.0.8}
            """)
        let compared = try FleetDocument.compare(entries, with: [try host("rack7"), try host("rack9")])
        let changed = try #require(compared.changed.first)
        #expect((changed.address, changed.port, changed.user) == ("rack7.lan", 2222, "ops"))
        #expect(changed.labels == ["site": "prod"])
        #expect(compared.notEnrolled.map(\.description) == ["rack8"])
        #expect(compared.notInFile.map(\.description) == ["rack9"])
        let sparse = try self.entries("hosts: [{path: rack7, address: rack7.lan}]")
        #expect(try FleetDocument.compare(sparse, with: [try host("rack7")]).changed.first?.labels == ["site": "lab"])
    }

    @Test(
        "A file changes no identity",
        arguments: [
            "host-keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG90aGVy]", "uuid: 00000000-0d7a-4c55-9d9e-2f1a8b7c6d5e",
            "agent: {directory: /tmp}", "agent: {authorized-keys: /root/.ssh/authorized_keys}",
        ])
    func identity(field: String) throws {
        let entries = try entries("hosts:\n  - {path: rack7, address: 10.0.0.7, \(field)}\n")
        let enrolled = [try host("rack7")]
        #expect(throws: YAMLFaults.self) { try FleetDocument.compare(entries, with: enrolled) }
    }

    @Test(
        "What is wrong is refused with its place",
        arguments: [
            ("{path: a//b, address: x}", "a path of names"), ("{path: a}", "address is missing"),
            ("{path: a, address: }", "is blank"), ("{path: a, address: 'x y'}", "an IP address"),
            ("{path: a, address: 'x\",command=\"sh'}", "an IP address"),
            ("{path: a, address: -oProxyCommand=x}", "a host name"), ("{path: a, address: x, port: 70000}", "65535"),
            ("{path: a, address: x, uuid: 1}", "a uuid"), ("{path: a, address: x, host-keys: [AAAA]}", "known_hosts"),
            ("{path: a, address: x, label: {b: c}}", "did you mean"),
            ("{path: a, address: x, labels: {b: }}", "is blank"),
        ])
    func refused(entry: String, part: String) {
        let found = faults("hosts:\n  - \(entry)\n")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("fleet.yaml:2:") == true)
        #expect(found.first?.contains(part) == true)
    }

    @Test("A host is named once")
    func duplicates() {
        let found = faults("hosts:\n  - {path: a, address: x}\n  - {path: a, address: y}\n")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("fleet.yaml:3:12: host a is already at fleet.yaml:2:12") == true)
    }
}
