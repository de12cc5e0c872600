import Digests
import NestingModel

/// What one definition's text says, on one host.
struct DefinitionFacts {
    var engine: Fact<GuestEngine>
    var owner: Fact<GuestOwner>
    var vcpus: VCPUFacts
    var memory: MemoryFacts
    var interfaces: Fact<[InterfaceFacts]>
    var onPowerOff: Fact<String>
    var exposure: ExposureVerdict

    init(_ definition: DomainDefinition, on host: HostVirtualization, live: Bool) {
        engine = definition.engine
        owner = definition.owner
        vcpus = definition.vcpus
        memory = definition.memory
        interfaces = .known(definition.interfaces)
        onPowerOff = definition.onPowerOff
        exposure = definition.exposure(on: host, live: live)
    }

    /// Where the definition could not be read.
    init(unknown reason: String) {
        engine = .unknown(reason)
        owner = .unknown(reason)
        vcpus = VCPUFacts(current: .unknown(reason), maximum: .unknown(reason))
        memory = MemoryFacts(
            startup: .unknown(reason), minimum: .absent, maximum: .unknown(reason), dynamic: .unknown(reason))
        interfaces = .unknown(reason)
        onPowerOff = .unknown(reason)
        exposure = ExposureVerdict(.unknown(reason), "")
        exposure.mechanism = .unknown(reason)
    }
}

/// Facts by the digest of the text that they follow from: a definition that has not changed is not read twice.
struct DefinitionCache {
    private var host = HostVirtualization()
    private var known: [String: DefinitionFacts] = [:]
    private var used: [String: DefinitionFacts] = [:]

    /// Begins a pass over all guests; what the last pass did not use is forgotten.
    mutating func begin(on host: HostVirtualization) {
        known = host == self.host ? used : [:]
        self.host = host
        used = [:]
    }

    /// - Returns: the facts, and `sha256:` with the digest of the text.
    mutating func facts(of xml: [UInt8], live: Bool) -> (facts: DefinitionFacts, digest: String) {
        let digest = "sha256:" + Digest.sha256Hex(of: xml)
        let key = live ? "live \(digest)" : digest
        if let facts = used[key] ?? known[key] {
            used[key] = facts
            return (facts, digest)
        }
        do throws(XMLFault) {
            let facts = DefinitionFacts(try DomainDefinition(xml), on: host, live: live)
            used[key] = facts
            return (facts, digest)
        } catch {
            return (DefinitionFacts(unknown: "the definition can't be read: \(error)"), digest)
        }
    }
}
