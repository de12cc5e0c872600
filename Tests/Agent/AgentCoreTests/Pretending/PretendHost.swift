import AgentCore
import NestingModel

/// A machine of which little is known.
struct PretendHost: HostProvider {
    var smbiosUUID: Fact<String> = .known("4c4c4544-0000-4000-8000-000000000001")

    func identity() -> HostIdentity {
        HostIdentity(
            machineID: .known("m1"), smbiosUUID: smbiosUUID, smbiosUUIDSource: smbiosUUID.map { _ in "product_uuid" },
            bootID: .known("boot-1"), hostname: .known("rack7"), operatingSystem: .known("Debian"),
            kernelRelease: .known("6.1"), architecture: .known("x86_64"))
    }

    func level() -> LevelEvidence { LevelEvidence(atLeast: .known(0), evidence: []) }

    func cpu() -> CPUFacts {
        CPUFacts(
            vendor: .known(.amd), model: .known("EPYC"), sockets: .known(1), cores: .known(2), threads: .known(2),
            extension: .known(.svm), secondLevelPaging: .known(.npt), runsUnder: .absent)
    }

    func hypervisor() -> HypervisorFacts {
        HypervisorFacts(
            kind: .known(.kvm), module: .known("kvm_amd"), moduleState: .known(.loaded), nestedConfigured: .known(true),
            nestedConfiguredBy: .known("kernel default"), nestedLoaded: .known(true), device: .absent, parameters: [:],
            manager: .absent)
    }
}

/// A manager of guests that tests fill with facts.
final class PretendManager: GuestProvider {
    var facts: Fact<GuestManagerFacts> = .known(
        GuestManagerFacts(
            name: "libvirt", version: .known("9.0.0"), connection: .known("qemu:///system"), socket: .absent))
    var uuid: Fact<String> = .known("4c4c4544-0000-4000-8000-0000000000ff")
    var all: Fact<[GuestReport]> = .known([PretendGuest(1).report])

    func manager() -> Fact<GuestManagerFacts> { facts }
    func hostUUID() -> Fact<String> { uuid }
    func guests() -> Fact<[GuestReport]> { all }
    func guest(_ uuid: String) throws(ProviderFailure) -> GuestReport? { nil }
    func definition(_ uuid: String) throws(ProviderFailure) -> String { throw none }
    func applying(_ change: GuestChange, to definition: String) throws(ProviderFailure) -> String { throw none }
    func undoing(_ change: GuestChange, before: String, now: String) throws(ProviderFailure) -> String? { throw none }
    func define(_ definition: String) throws(ProviderFailure) { throw none }
    func liveFault(of change: GuestChange, guest uuid: String) throws(ProviderFailure) -> String? { throw none }
    func requestShutdown(_ uuid: String) throws(ProviderFailure) { throw none }
    func start(_ uuid: String) throws(ProviderFailure) { throw none }
    func cutPower(_ uuid: String) throws(ProviderFailure) { throw none }
    func dropSavedState(_ uuid: String) throws(ProviderFailure) { throw none }
    private var none: ProviderFailure { ProviderFailure(.guestUnknown, "nothing is changed here") }
}
