package import FoundationEssentials

/// What one agent saw at one time: `nestor.report/1`. The same words serve libvirt and Hyper-V.
package struct HostReport: Codable, Sendable, Equatable {
    /// `nestor.report/1`.
    package var schema: String
    package var agent: AgentIdentity
    package var time: Date
    /// The agent's own digest over all that does not vary by itself; opaque to whoever reads it.
    package var digest: String
    package var host: HostIdentity
    package var level: LevelEvidence
    package var cpu: CPUFacts
    package var hypervisor: HypervisorFacts
    /// Absent where no hypervisor manager runs here; unknown where one does and could not be asked.
    package var guests: Fact<[GuestReport]>

    package static let currentSchema = "nestor.report/1"

    package init(
        schema: String = HostReport.currentSchema, agent: AgentIdentity, time: Date, digest: String = "",
        host: HostIdentity, level: LevelEvidence, cpu: CPUFacts, hypervisor: HypervisorFacts,
        guests: Fact<[GuestReport]>
    ) {
        self.schema = schema
        self.agent = agent
        self.time = time
        self.digest = digest
        self.host = host
        self.level = level
        self.cpu = cpu
        self.hypervisor = hypervisor
        self.guests = guests
    }
}

/// Which agent speaks.
package struct AgentIdentity: Codable, Sendable, Equatable {
    package var version: String
    /// The newest protocol version that it speaks.
    package var `protocol`: Int
    /// Such as `linux-x86_64`.
    package var platform: String

    package init(version: String, protocol: Int, platform: String) {
        self.version = version
        self.protocol = `protocol`
        self.platform = platform
    }
}
