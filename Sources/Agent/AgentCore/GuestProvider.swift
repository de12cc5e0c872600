package import NestingModel

/// Reads and changes guests: the port behind which libvirt stands. Calls block, and are made from one thread.
///
/// A lost connection is the provider's to mend. A call that reads is made again over a new one, once, before it throws
/// `hypervisor-unreachable`. A call that changes something throws that at once: it may have been carried out or not,
/// and whoever decides looks anew before it is made again.
package protocol GuestProvider: AnyObject {
    /// What manages guests here; absent where nothing does, unknown where it can't be asked.
    func manager() -> Fact<GuestManagerFacts>
    /// The host's UUID as the manager knows it: serves where SMBIOS is not readable.
    func hostUUID() -> Fact<String>
    /// The connection that answered last, such as `qemu:///system`: a guest that one does not know is not gone from
    /// another. Nil where there is only one.
    var connection: String? { get }
    /// All guests, running or not, by name.
    func guests() -> Fact<[GuestReport]>

    /// One guest, read anew.
    /// - Returns: nil where there is no such guest, or only the definition that stayed when it moved to another host.
    func guest(_ uuid: String) throws(ProviderFailure) -> GuestReport?
    /// The whole persistent definition with its secrets: what a rollback needs. Never logged, never sent.
    func definition(_ uuid: String) throws(ProviderFailure) -> String
    /// The definition with the change in it and nothing else changed, lost or reordered.
    /// - Throws: `change-impossible` where this definition can't take the change.
    func applying(_ change: GuestChange, to definition: String) throws(ProviderFailure) -> String
    /// The change that leads back: what `before` had for each setting that `change` sets, for those settings only
    /// that in `now` still have the value that `change` gave them.
    /// - Returns: `now` with these set back, and nil where nothing is left to set back.
    func undoing(_ change: GuestChange, before: String, now: String) throws(ProviderFailure) -> String?
    /// Replaces the persistent definition; the hypervisor validates it.
    func define(_ definition: String) throws(ProviderFailure)
    /// Whether the running guest was started with the change: nil where it does not run, the reason where it has not.
    func liveFault(of change: GuestChange, guest uuid: String) throws(ProviderFailure) -> String?
    /// Asks the guest to shut down, and returns at once.
    func requestShutdown(_ uuid: String) throws(ProviderFailure)
    func start(_ uuid: String) throws(ProviderFailure)
    /// Only with a policy's consent.
    func cutPower(_ uuid: String) throws(ProviderFailure)
    /// Only with a policy's consent.
    func dropSavedState(_ uuid: String) throws(ProviderFailure)
}

extension GuestProvider {
    package var connection: String? { nil }
}

/// Why a provider could not do what was asked.
package struct ProviderFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case hypervisorUnreachable = "hypervisor-unreachable"
        case guestUnknown = "guest-unknown"
        case definitionRefused = "definition-refused"
        case changeImpossible = "change-impossible"
        case operationFailed = "operation-failed"
        /// The host can't run this guest as guest and host are now: another try at once is of no use.
        case startImpossible = "start-impossible"
        /// What came back is not what the protocol promises.
        case unexpectedAnswer = "unexpected-answer"
    }

    package var code: Code
    package var sentence: String
    package var remedy: String

    package init(_ code: Code, _ sentence: String, remedy: String = "") {
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
    }

    package var description: String { remedy.isEmpty ? sentence : "\(sentence); \(remedy)" }
}
