import AgentCore
import NestingModel

/// The guests of a machine of which only files were copied: nobody can be asked, so nothing is known of them.
final class CopiedMachineGuests: GuestProvider {
    private static let reason = "only copied files were read"
    private var failure: ProviderFailure { ProviderFailure(.hypervisorUnreachable, Self.reason) }

    func manager() -> Fact<GuestManagerFacts> { .unknown(Self.reason) }
    func hostUUID() -> Fact<String> { .unknown(Self.reason) }
    func guests() -> Fact<[GuestReport]> { .unknown(Self.reason) }
    func guest(_ uuid: String) throws(ProviderFailure) -> GuestReport? { throw failure }
    func definition(_ uuid: String) throws(ProviderFailure) -> String { throw failure }
    func applying(_ change: GuestChange, to definition: String) throws(ProviderFailure) -> String { throw failure }
    func undoing(_ change: GuestChange, before: String, now: String) throws(ProviderFailure) -> String? {
        throw failure
    }
    func define(_ definition: String) throws(ProviderFailure) { throw failure }
    func liveFault(of change: GuestChange, guest uuid: String) throws(ProviderFailure) -> String? { throw failure }
    func requestShutdown(_ uuid: String) throws(ProviderFailure) { throw failure }
    func start(_ uuid: String) throws(ProviderFailure) { throw failure }
    func cutPower(_ uuid: String) throws(ProviderFailure) { throw failure }
    func dropSavedState(_ uuid: String) throws(ProviderFailure) { throw failure }
}
