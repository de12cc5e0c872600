package import AgentCore
import NestingModel

extension LibvirtProvider {
    package func definition(_ uuid: String) throws(ProviderFailure) -> String {
        let domain = try lookup(uuid)
        return try xml(domain, .inactiveWithSecrets)
    }

    package func define(_ definition: String) throws(ProviderFailure) {
        // Never without libvirt's schema: past it, libvirtd 9.0 ends itself over `<vcpu>-1</vcpu>`.
        guard case .refused(let error) = try change(.define(definition)) else { return }
        var failure = ProviderFailure(error, "defining the guest", code: .definitionRefused)
        if error.code == .invalidSchema { failure.remedy = "correct the definition: virt-xml-validate names the place" }
        throw failure
    }

    package func requestShutdown(_ uuid: String) throws(ProviderFailure) {
        try run(.domainShutdownFlags, on: uuid, "shutting down") { $0 == .off || $0 == .stopping }
    }

    package func start(_ uuid: String) throws(ProviderFailure) {
        try run(.domainCreateWithFlags, on: uuid, "starting") { $0 == .running }
    }

    package func cutPower(_ uuid: String) throws(ProviderFailure) {
        try run(.domainDestroyFlags, on: uuid, "cutting the power of") { $0 == .off }
    }

    package func dropSavedState(_ uuid: String) throws(ProviderFailure) {
        let domain = try lookup(uuid)
        let answer = try change(.on(domain, .domainManagedSaveRemove))
        guard case .refused(let error) = answer else { return }
        var reader = try readOne(.on(domain, .domainHasManagedSave), "looking for a saved state of \(domain.name)")
        if (try? reader.signed()) == 0 { return }
        throw ProviderFailure(error, "dropping the saved state of guest \(domain.name)")
    }

    /// Does one thing to a guest. A refusal is none where the guest is as wanted all the same: an earlier call whose
    /// answer was lost may have done it, or somebody else was first.
    private func run(
        _ procedure: Procedure, on uuid: String, _ verb: String, unless isDone: (GuestState) -> Bool
    ) throws(ProviderFailure) {
        let domain = try lookup(uuid)
        guard case .refused(let error) = try change(.on(domain, procedure)) else { return }
        if error.code != .noDomain, isDone(try state(of: domain)) { return }
        let isHopeless = procedure == .domainCreateWithFlags && error.code == .configUnsupported
        throw ProviderFailure(
            error, "\(verb) guest \(domain.name)", code: isHopeless ? .startImpossible : .operationFailed)
    }

    private func change(_ call: RemoteCall) throws(ProviderFailure) -> RemoteAnswer {
        do throws(LibvirtLink.Unreachable) {
            return try link.tell(call, within: link.patience.changing)
        } catch {
            throw ProviderFailure(error)
        }
    }

    func lookup(_ uuid: String) throws(ProviderFailure) -> RemoteDomain {
        guard let bytes = RemoteDomain.uuidBytes(uuid) else {
            throw ProviderFailure(.guestUnknown, "'\(printable(uuid.utf8.prefix(60)))' is no UUID of a guest")
        }
        var reader = try readOne(.lookup(bytes), "looking for guest \(uuid)")
        do throws(XDRFault) {
            return try RemoteDomain(reading: &reader)
        } catch {
            throw ProviderFailure(error, "looking for guest \(uuid)")
        }
    }

    func xml(_ domain: RemoteDomain, _ kind: RemoteCall.XMLKind) throws(ProviderFailure) -> String {
        let what = "reading the definition of guest \(domain.name)"
        var reader = try readOne(.xml(domain, kind), what)
        let bytes: ArraySlice<UInt8>
        do throws(XDRFault) { bytes = try reader.string() } catch { throw ProviderFailure(error, what) }
        // Repaired text would be another definition.
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ProviderFailure(.unexpectedAnswer, "\(what): it is not UTF-8")
        }
        return text
    }

    private func state(of domain: RemoteDomain) throws(ProviderFailure) -> GuestState {
        var reader = try readOne(.on(domain, .domainGetState), "reading the state of guest \(domain.name)")
        do throws(XDRFault) {
            return GuestState(libvirt: try reader.signed())
        } catch {
            throw ProviderFailure(error, "reading the state of guest \(domain.name)")
        }
    }
}
