package import AgentCore
package import NestingModel

extension LibvirtProvider: GuestProvider {
    package func applying(_ change: GuestChange, to definition: String) throws(ProviderFailure) -> String {
        let host = try host(fresh: true)
        let parsed = try parse(definition)
        do throws(EditFault) {
            return try parsed.applying(change, on: host)
        } catch {
            throw ProviderFailure(.changeImpossible, error.sentence, remedy: error.remedy)
        }
    }

    package func undoing(
        _ change: GuestChange, before: String, now: String
    ) throws(ProviderFailure) -> String? {
        let first = try parse(before)
        let present = try parse(now)
        let host = try host()
        do throws(XMLFault) {
            return try present.undoing(change, before: first, on: host)
        } catch {
            throw ProviderFailure(.unexpectedAnswer, "a definition can't be read: \(error)")
        }
    }

    package func liveFault(of change: GuestChange, guest uuid: String) throws(ProviderFailure) -> String? {
        let domain = try lookup(uuid)
        guard domain.id != -1 else { return nil }
        let live = try parse(try xml(domain, .live))
        let configured = try parse(try xml(domain, .inactive))
        return live.fault(of: change, configured: configured, on: try host())
    }

    private func parse(_ text: String) throws(ProviderFailure) -> DomainDefinition {
        do throws(XMLFault) {
            return try DomainDefinition(text)
        } catch {
            throw ProviderFailure(.unexpectedAnswer, "a definition can't be read: \(error)")
        }
    }
}
