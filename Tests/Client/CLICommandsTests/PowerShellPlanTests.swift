import ControllerAPI
import Foundation
import NestingModel
import Testing

@testable import CLICommands

/// There is no PowerShell where these tests run: how it reads a script is written down in `PowerShellReading`, from the
/// words of its language specification, and the whole script is held against a golden file.
@Suite("A plan as a PowerShell script")
struct PowerShellPlanTests {
    private static let outer = "00000000-0000-4000-8000-0000000000a1"
    private static let inner = "00000000-0000-4000-8000-0000000000b1"

    private func answer(
        _ name: String = "build-l1", uuid: String = outer, policy: String = "builders",
        change: GuestChange = GuestChange(exposure: true, startupMemory: 4 << 30, maximumVCPUs: 4, dynamicMemory: false)
    ) throws -> PlanAnswer {
        let rack7 = try #require(NodePath("rack7"))
        let path = rack7.guest(named: name)
        let item = PlanItem(
            path: path, host: rack7, uuid: uuid, change: change, definitionDigest: "sha256:1", findings: [],
            policies: [policy], disruption: .guestRestart, blastRadius: [path.guest(named: "inner")],
            blastRadiusUnknown: false, nestingInUse: true, drains: [DrainStep(host: path, guests: [Self.inner])],
            verifyInside: path, rules: DisruptionRules(), steps: ["stop 1 guest", name])
        let block = PlanBlock(path: path, finding: "f", code: "c", sentence: "left \(name)", remedy: "")
        return PlanAnswer(
            plan: Plan(items: [item], blocked: [block], madeAt: Date(timeIntervalSince1970: 0)), digest: "sha256:d",
            freezes: [])
    }

    private func hosts(
        _ name: String = "build-l1", kind: HypervisorVendor = .kvm, manager: String = "libvirt",
        address: String = "10.0.0.7", user: String = "root"
    ) throws -> [NodePath: HostView] {
        let rack7 = try #require(NodePath("rack7"))
        func view(_ path: NodePath) -> HostView {
            HostView(
                host: FleetHost(
                    path: path, address: address, port: 22, user: user, labels: [:], hostKeys: [], uuid: nil,
                    agent: InstalledAgent(
                        directory: "/d", state: "/s", libvirtSocket: nil, authorizedKeys: "k", sha256: "", version: "1"),
                    enrolledAt: Date(timeIntervalSince1970: 0)),
                health: HostHealth(state: .ok, checkedAt: nil, reportedAt: nil), report: report(kind, manager))
        }
        return [rack7: view(rack7), rack7.guest(named: name): view(rack7.guest(named: name))]
    }

    private func report(_ kind: HypervisorVendor, _ manager: String) -> HostReport {
        HostReport(
            agent: AgentIdentity(version: "1", protocol: 1, platform: "p"), time: Date(timeIntervalSince1970: 0),
            host: HostIdentity(
                machineID: .absent, smbiosUUID: .absent, smbiosUUIDSource: .absent, bootID: .absent, hostname: .absent,
                operatingSystem: .absent, kernelRelease: .absent, architecture: .absent),
            level: LevelEvidence(atLeast: .absent, evidence: []),
            cpu: CPUFacts(
                vendor: .absent, model: .absent, sockets: .absent, cores: .absent, threads: .absent, extension: .absent,
                secondLevelPaging: .absent, runsUnder: .absent),
            hypervisor: HypervisorFacts(
                kind: .known(kind), module: .absent, moduleState: .absent, nestedConfigured: .absent,
                nestedConfiguredBy: .absent, nestedLoaded: .absent, device: .absent, parameters: [:],
                manager: .known(
                    GuestManagerFacts(name: manager, version: .absent, connection: .absent, socket: .absent))),
            guests: .known([]))
    }

    @Test(
        "is the golden file, for KVM and for Hyper-V",
        arguments: [(HypervisorVendor.kvm, "libvirt"), (.hyperv, "hyperv")])
    func golden(kind: HypervisorVendor, manager: String) throws {
        let text = try PowerShellPlanScript(answer(), hosts: hosts(kind: kind, manager: manager)).text + "\n"
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "PlanScripts/plan-\(kind).ps1")
        if ProcessInfo.processInfo.environment["NESTOR_WRITE_GOLDENS"] != nil {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(
            try String(contentsOf: file, encoding: .utf8) == text,
            "look at it, then write it again: NESTOR_WRITE_GOLDENS=1 swift test --filter PowerShellPlanTests")
        let reading = try PowerShellReading(text)
        #expect(reading.isBalanced, "\(reading.brackets)")
    }

    /// Each as a guest's name: quotes of every kind that PowerShell knows, what ends a comment, what is expanded, and
    /// letters whose bytes are quotes in Windows' own code pages.
    static let hostile = [
        "a'; Remove-Item x; '", "a\u{2018}; Remove-Item x; \u{2019}", "a\u{201A}b\u{201B}c",
        "a\u{201C}$(x)\u{201D}\u{201E}",
        "a\"$(Remove-Item x)\"", "a`'b`n", "a #> b <# c", "\u{D1}\u{D2}\u{2013}", "$(x)${y}@'z'@", "a'@\u{2028}b",
        "\u{202E}evil", "'", "''", "{", "}", ")", "]]",
    ]

    @Test("takes names for text, never for commands", arguments: hostile)
    func quotes(name: String) throws {
        let expected = try PowerShellReading(
            PowerShellPlanScript(answer("plain", policy: "plain"), hosts: hosts("plain")).text)
        let text = try PowerShellPlanScript(answer(name, policy: name), hosts: hosts(name)).text
        #expect(text.utf8.allSatisfy { $0 == 10 || (0x20...0x7E).contains($0) })
        // All that is no comment and no text of a string is the same whatever the name is.
        #expect(try PowerShellReading(text).code == expected.code)
    }

    @Test("what would be a word of a command is refused where it is none, with the way out")
    func words() throws {
        for (answer, hosts, part) in [
            (try answer(uuid: "a1; rm -rf /"), try hosts(), "is no uuid"),
            (try answer(uuid: "00000000-0000-4000-8000-0000000000\u{FF21}1"), try hosts(), "is no uuid"),
            (try answer(), try hosts(address: "-oProxyCommand=x"), "can't be a part"),
            (try answer(), try hosts(address: "h$(x)"), "can't be a part"),
            (try answer(), try hosts(user: "a b"), "can't be a part"), (try answer(), try hosts(user: ""), "can't be"),
            (try answer(), try hosts(kind: .xen, manager: "xl"), "its hypervisor is xen"),
            (try answer(), [:], "its hypervisor is not known"),
        ] {
            let failure = #expect(throws: CLIFailure.self) { try PowerShellPlanScript(answer, hosts: hosts) }
            #expect(failure?.sentence.contains(part) == true, "\(failure?.sentence ?? "")")
            #expect(failure?.remedy.isEmpty == false)
        }
    }

    @Test("changes a Hyper-V guest while it is off, its memory first, and a libvirt guest before it goes down")
    func order() throws {
        func verbs(_ kind: HypervisorVendor, _ manager: String) throws -> [String] {
            let text = try PowerShellPlanScript(answer(), hosts: hosts(kind: kind, manager: manager)).text
            let body = text.split(separator: "\ntry {").last ?? ""
            return body.split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ")
                guard line.hasPrefix("        "), let verb = words.first, verb.contains("-") else { return nil }
                return String(verb)
            }
        }
        #expect(
            try verbs(.kvm, "libvirt") == [
                "Stop-LibvirtGuest", "Save-LibvirtGuest", "Set-LibvirtMemory", "Set-LibvirtFixedMemory", "Invoke-Virsh",
                "Edit-LibvirtProcessor", "Stop-LibvirtGuest", "Start-LibvirtGuest", "Write-Host", "Wait-LibvirtHost",
                "Start-LibvirtGuest",
            ])
        #expect(
            try verbs(.hyperv, "hyperv") == [
                "Stop-HyperVGuest", "Save-HyperVGuest", "Stop-HyperVGuest", "Set-HyperVFixedMemory", "Set-HyperVMemory",
                "Set-HyperVProcessorCount", "Set-HyperVExposure", "Start-HyperVGuest", "Write-Host",
                "Wait-HyperVHost", "Start-HyperVGuest",
            ])
    }

    @Test("virsh can't reach Hyper-V: the sh script says so")
    func noVirsh() throws {
        let failure = #expect(throws: CLIFailure.self) {
            try PlanScript(answer(), hosts: hosts(kind: .hyperv, manager: "hyperv"))
        }
        #expect(failure?.remedy == "nestor plan --export ps1")
    }
}
