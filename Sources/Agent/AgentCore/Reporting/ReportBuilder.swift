import AgentWire
import Digests
package import FoundationEssentials
package import NestingModel

/// Composes one report from the providers.
package struct ReportBuilder {
    private let host: any HostProvider
    private let guests: any GuestProvider
    private let clock: () -> Date

    /// - Parameter clock: the calendar's time, for people only.
    package init(
        host: any HostProvider, guests: any GuestProvider, clock: @escaping () -> Date = { Date() }
    ) {
        self.host = host
        self.guests = guests
        self.clock = clock
    }

    package func build() -> HostReport {
        var hypervisor = host.hypervisor()
        hypervisor.manager = guests.manager()
        var identity = host.identity()
        var level = host.level()
        // A machine without any SMBIOS has no such UUID; only one that could not be read is asked for elsewhere. An
        // unprivileged libvirtd can't read it either, and makes one up at each of its starts.
        if case .unknown = identity.smbiosUUID, Self.knowsHostUUID(hypervisor.manager),
            case .known(let uuid) = guests.hostUUID()
        {
            identity.smbiosUUID = .known(uuid)
            identity.smbiosUUIDSource = .known("libvirt-capabilities")
            level.evidence.append("libvirt: host UUID \(uuid) from its capabilities, as product_uuid is not readable")
        }
        var report = HostReport(
            agent: .current, time: clock(), host: identity, level: level, cpu: host.cpu(), hypervisor: hypervisor,
            guests: guests.guests())
        report.digest = "sha256:" + Digest.sha256Hex(of: Self.steady(report))
        return report
    }

    private static func knowsHostUUID(_ manager: Fact<GuestManagerFacts>) -> Bool {
        guard let connection = manager.value?.connection.value else { return false }
        return connection.hasSuffix("/system")
    }

    /// The report's JSON without what varies by itself.
    private static func steady(_ report: HostReport) -> [UInt8] {
        var report = report
        report.time = Date(timeIntervalSince1970: 0)
        report.digest = ""
        if case .known(var guests) = report.guests {
            for index in guests.indices {
                guests[index].exposure.nestedRuns = .absent
                // Use that begins is news; that it can't be told for a moment is none.
                let isUsed = guests[index].exposure.inUse.value == true
                guests[index].exposure.inUse = isUsed ? .known(true) : .absent
            }
            report.guests = .known(guests)
        }
        return (try? WireCoding.line(report)) ?? []
    }
}
