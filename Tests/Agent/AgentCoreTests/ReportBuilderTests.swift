import AgentCore
import FoundationEssentials
import NestingModel
import Testing

@Suite("The report")
struct ReportBuilderTests {
    func build(_ host: PretendHost = PretendHost(), _ manager: PretendManager = PretendManager(), at time: Double = 0)
        -> HostReport
    {
        ReportBuilder(host: host, guests: manager, clock: { Date(timeIntervalSince1970: time) }).build()
    }

    @Test("The digest leaves out the time and how often inner guests ran, and nothing that matters")
    func digest() {
        let first = build()
        #expect(first.digest.hasPrefix("sha256:") && first.digest.utf8.count == 71)
        #expect(build(at: 5000).digest == first.digest)
        let manager = PretendManager()
        var guest = PretendGuest(1).report
        guest.exposure.nestedRuns = .known(7)
        guest.exposure.inUse = .unknown("no answer in time")
        manager.all = .known([guest])
        #expect(build(PretendHost(), manager).digest == first.digest)
        guest.exposure.inUse = .known(true)
        manager.all = .known([guest])
        let used = build(PretendHost(), manager).digest
        #expect(used != first.digest, "that a guest began to use nesting is told at once")
        guest.exposure.nestedRuns = .known(8)
        manager.all = .known([guest])
        #expect(build(PretendHost(), manager).digest == used)
        guest.exposure.inUse = .absent
        guest.exposure.configured = .known(true)
        manager.all = .known([guest])
        #expect(build(PretendHost(), manager).digest != first.digest)
    }

    @Test("What manages guests comes from their provider")
    func manager() {
        #expect(build().hypervisor.manager.value?.name == "libvirt")
    }

    @Test("libvirt's host UUID serves where SMBIOS is not readable, and the evidence says so")
    func hostUUID() {
        let report = build(PretendHost(smbiosUUID: .unknown("permission denied")))
        #expect(report.host.smbiosUUID == .known("4c4c4544-0000-4000-8000-0000000000ff"))
        #expect(report.host.smbiosUUIDSource == .known("libvirt-capabilities"))
        #expect(report.level.evidence.count == 1)
    }

    @Test("No other UUID is taken where SMBIOS told one, or has none, or libvirt's own user can't read it")
    func noOtherUUID() {
        #expect(build().host.smbiosUUIDSource == .known("product_uuid"))
        #expect(build(PretendHost(smbiosUUID: .absent)).host.smbiosUUID == .absent)
        let manager = PretendManager()
        manager.facts = manager.facts.map { facts in
            var facts = facts
            facts.connection = .known("qemu:///session")
            return facts
        }
        #expect(build(PretendHost(smbiosUUID: .unknown("permission denied")), manager).host.smbiosUUID.isUnknown)
    }
}
