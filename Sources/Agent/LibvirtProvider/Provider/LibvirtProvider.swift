import AgentCore
import NestingModel

/// Guests through libvirt's own remote protocol on its Unix socket, so that the agent needs no library of libvirt's.
package final class LibvirtProvider {
    let link: LibvirtLink
    /// The facts of definitions seen before, by guest: they only follow from the text and the host.
    var definitions = DefinitionCache()
    /// Whether the last reading found no libvirt here at all.
    private(set) var isAbsent = false
    var virtualization: (read: ContinuousClock.Instant, host: HostVirtualization)?

    /// - Parameters:
    ///   - socket: a daemon's socket; nil looks for the system's (modular, then monolithic), then for the user's own.
    ///   - uri: what to open there; nil is `qemu:///system` for the system's sockets and `qemu:///session` for others.
    ///   - runtimeDirectory: the user's XDG_RUNTIME_DIR, where a session daemon's socket is.
    ///   - deadline: of one batch of calls that only read; changing calls get four times as much.
    package init(
        socket: String? = nil, uri: String? = nil, runtimeDirectory: String? = nil, deadline: Duration = .seconds(15)
    ) {
        let endpoints =
            socket.map { [LibvirtEndpoint(path: $0, uri: uri)] }
            ?? LibvirtEndpoint.candidates(runtimeDirectory: runtimeDirectory, uri: uri)
        link = LibvirtLink(
            endpoints, mustExist: socket != nil,
            patience: LibvirtConnection.Patience(reading: deadline, changing: deadline * 4))
    }

    package var connection: String? { link.endpoint?.uri }

    /// Makes calls that only read.
    func read(_ calls: [RemoteCall]) throws(ProviderFailure) -> [RemoteAnswer] {
        guard !calls.isEmpty else { return [] }
        isAbsent = false
        do throws(LibvirtLink.Unreachable) {
            return try link.ask(calls, within: link.patience.reading)
        } catch {
            if case .absent = error { isAbsent = true }
            throw ProviderFailure(error)
        }
    }

    /// Makes one call that only reads.
    /// - Throws: a refusal as `operation-failed`, or `guest-unknown` where libvirt has no such guest.
    func readOne(_ call: RemoteCall, _ what: String) throws(ProviderFailure) -> XDRReader {
        switch try read([call])[0] {
        case .fine(let reader): return reader
        case .refused(let error): throw ProviderFailure(error, what)
        }
    }
}
