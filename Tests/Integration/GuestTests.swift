import ControllerAPI
import Foundation
import NestingModel
import NestorTestKit
import Testing

/// A host with a private libvirtd of its own.
final class QemuHost: Sendable {
    let libvirt: PrivateLibvirt
    let host: PretendHost

    init(_ name: String, _ fleet: Fleet, guests: [SmallGuest]) async throws {
        libvirt = try PrivateLibvirt()
        for guest in guests { try libvirt.define(guest) }
        host = try await PretendHost(
            name, agentDirectory: fleet.folder("pushed"), libvirtSocket: libvirt.socketPath)
        let row: HostRow = try await fleet.ask(host.enrolment)
        #expect(row.guests == .known(guests.count))
    }

    func end() {
        host.server.stop()
        libvirt.stop()
    }
}

@Suite("guests of a real libvirtd and QEMU", .serialized, .enabled(if: PrivateLibvirt.isInstalled))
struct GuestTests {
    private static func policy(_ desire: String, paths: String = "rack*/**") -> String {
        """
        policies:
          - name: wanted
            select: {paths: ["\(paths)"]}
            desire: \(desire)
            mode: propose
            disruption: {shutdown-deadline: 3s}
        """
    }

    @Test("a guest that is deaf to its shutdown runs on, and has its old definition back")
    func deaf() async throws {
        let fleet = try await Fleet.start(["remediation.start-deadline": "20s"])
        let bench = try await QemuHost("rack7", fleet, guests: [SmallGuest(name: "deaf")])
        defer { bench.end() }
        try bench.libvirt.virsh("start", "deaf")
        let before = try bench.libvirt.virsh("dumpxml", "--inactive", "--security-info", "deaf")
        let run = try bench.libvirt.virsh("domid", "deaf")
        #expect(try await fleet.apply(Self.policy("{exposure: exposed}")).code == 0)
        #expect(try await fleet.findings().filter { $0.kind == .drift }.count == 1)

        let outcome = try await fleet.nestor("remediate", "--yes")
        #expect(outcome.code == 5, "\(outcome)")
        let ended = try #require(try await fleet.ask("remediation", "list", as: [Remediation].self).first)
        #expect(ended.state == .failed)
        #expect(ended.items.first?.sentence.contains("did not shut down within 3 s") == true, "\(ended)")
        #expect(try bench.libvirt.virsh("dumpxml", "--inactive", "--security-info", "deaf") == before)
        #expect(try bench.libvirt.virsh("domstate", "deaf") == "running")
        #expect(try bench.libvirt.virsh("domid", "deaf") == run)
        #expect(try await fleet.findings().filter { $0.kind == .drift }.count == 1, "it is still as it was")
    }

    @Test("a guest that is off gets its settings without being started")
    func off() async throws {
        let fleet = try await Fleet.start()
        let guest = SmallGuest(name: "idle", memoryMiB: 32, balloonMiB: 16)
        let bench = try await QemuHost("rack7", fleet, guests: [guest])
        defer { bench.end() }
        let wish = "{exposure: exposed, startup-memory: 64MiB, maximum-vcpus: 2, dynamic-memory: false}"
        #expect(try await fleet.apply(Self.policy(wish)).code == 0)
        let outcome = try await fleet.nestor("remediate", "--yes")
        #expect(outcome.code == 0, "\(outcome)")
        let after = try bench.libvirt.virsh("dumpxml", "--inactive", "idle")
        #expect(after.contains("<feature policy='require' name='svm'/>"))
        #expect(after.contains("<memory unit='KiB'>65536</memory>"))
        #expect(after.contains("<currentMemory unit='KiB'>65536</currentMemory>"))
        #expect(after.contains(">2</vcpu>"))
        #expect(try bench.libvirt.virsh("domstate", "idle") == "shut off")
        let again = try await fleet.nestor("remediate", "--yes")
        #expect(again.code == 0, "nothing is left to do: \(again)")
        #expect(try await fleet.findings().isEmpty)
    }

    @Test("while the fleet is frozen nothing starts")
    func frozen() async throws {
        let fleet = try await Fleet.start()
        let bench = try await QemuHost("rack7", fleet, guests: [SmallGuest(name: "idle")])
        defer { bench.end() }
        let before = try bench.libvirt.virsh("dumpxml", "--inactive", "idle")
        #expect(try await fleet.apply(Self.policy("{exposure: exposed}")).code == 0)
        #expect(try await fleet.nestor("freeze", "--reason", "an audit").code == 0)
        let outcome = try await fleet.nestor("remediate", "--yes")
        #expect(outcome.code != 0, "\(outcome)")
        #expect(try bench.libvirt.virsh("dumpxml", "--inactive", "idle") == before)
        #expect(try await fleet.nestor("unfreeze").code == 0)
        #expect(try await fleet.nestor("remediate", "--yes").code == 0)
    }

    @Test("a clone, a guest that moved and a false claim are three findings, and none of them is acted on")
    func identities() async throws {
        let fleet = try await Fleet.start()
        var kept: [PretendHost] = []
        let (twin, moved, own) = (SmallGuest(name: "twin"), SmallGuest(name: "moved"), SmallGuest(name: "own"))
        let left = try await QemuHost("rack7", fleet, guests: [twin, moved, own])
        defer { left.end() }
        let right = try await QemuHost("rack8", fleet, guests: [twin, moved])
        defer { right.end() }
        // Two of rack7's guests are hosts, by enrolment. The agent of one says another UUID than its path's.
        for name in ["moved", "own"] {
            let inner = try await PretendHost("rack7/\(name)", agentDirectory: fleet.folder("pushed"))
            try inner.server.authorize([left.host.operatorKey.publicLine])
            var words = try inner.enrolment
            words[words.firstIndex(of: "--operator-key")! + 1] = left.host.operatorKeyFile
            let _: HostRow = try await fleet.ask(words)
            guard name == "own" else { continue }
            let claim = UUID().uuidString.lowercased()
            try inner.replaceCommand(
                "sed -u -e s/lastDigest/other/ | \(inner.agent) session --role report --state \(inner.agentState) | sed -u -e "
                    + #"'s/\"smbiosUUID\":\(null\|\"[^\"]*\"\)/\"smbiosUUID\":\"\#(claim)\"/'"#)
            inner.server.dropSessions()
            kept.append(inner)
        }
        try left.libvirt.virsh("start", "twin")
        try right.libvirt.virsh("start", "twin")
        try right.libvirt.virsh("start", "moved")
        #expect(try await fleet.apply(Self.policy("{exposure: exposed}")).code == 0)
        let found = try await fleet.findings()
        func paths(_ kind: FindingKind) -> [String] {
            found.filter { $0.kind == kind }.map(\.path.description).sorted()
        }
        #expect(paths(.clone) == ["rack7/twin", "rack8/twin"], "\(found.map(\.id))")
        #expect(paths(.guestMoved) == ["rack7/moved"])
        #expect(paths(.falseClaim) == ["rack7/own"])
        #expect(kept.count == 1)

        let plan: PlanAnswer = try await fleet.ask("plan")
        let planned = Set(plan.plan.items.map(\.path.description))
        #expect(planned.isDisjoint(with: ["rack7/twin", "rack8/twin", "rack7/moved", "rack7/own"]), "\(planned)")
        let before = try left.libvirt.virsh("dumpxml", "--inactive", "moved")
        _ = try await fleet.nestor("remediate", "rack7", "--yes")
        #expect(try left.libvirt.virsh("dumpxml", "--inactive", "moved") == before)
        #expect(try left.libvirt.virsh("domstate", "moved") == "shut off")
    }

    @Test(
        "a definition that a migration left behind is no finding, and is not touched while another host has the guest")
    func leftBehind() async throws {
        let fleet = try await Fleet.start()
        let guest = SmallGuest(name: "nomad")
        let left = try await QemuHost("rack7", fleet, guests: [guest])
        defer { left.end() }
        let right = try await QemuHost("rack8", fleet, guests: [guest])
        defer { right.end() }
        try right.libvirt.virsh("start", "nomad")
        #expect(try await fleet.apply(Self.policy("{exposure: exposed}", paths: "rack7/*")).code == 0)
        let found = try await fleet.findings()
        #expect(found.filter { [.clone, .guestMoved, .falseClaim].contains($0.kind) }.isEmpty, "\(found.map(\.id))")
        let plan: PlanAnswer = try await fleet.ask("plan")
        #expect(plan.plan.items.isEmpty, "\(plan.plan.items.map(\.path))")
    }
}
