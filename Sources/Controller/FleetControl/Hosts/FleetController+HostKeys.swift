package import ControllerAPI
import FoundationEssentials
import NestingModel
import SecureShell

extension FleetController {
    /// The key that a machine offers, for a person to compare; where the settings' known_hosts file accepts it, that is
    /// said, and where the file says otherwise it is refused.
    package func hostKey(_ request: HostKeyRequest) async throws(APIError) -> OfferedHostKey {
        try checkAddress(request.address, port: request.port)
        let target = FleetHost(
            path: request.path, address: request.address, port: request.port, user: request.user, hostKeys: [],
            uuid: nil, agent: .nowhere, enrolledAt: environment.now())
        let route = try await operatorRoute(to: target, key: request.operatorKey)
        let key: HostKey
        do throws(SSHFailure) {
            key = try await environment.connector.offeredHostKey(route, deadline: environment.settings.hostDeadline)
        } catch {
            throw APIError(error)
        }
        var offered = OfferedHostKey(key)
        offered.acceptedBy = try accepted(key, for: target)
        return offered
    }

    /// - Returns: where the settings' known_hosts file accepts the key; nil where it does not know the host, or where
    ///   there is no such file.
    nonisolated func accepted(_ key: HostKey, for host: FleetHost) throws(APIError) -> String? {
        guard let file = environment.settings.knownHosts else { return nil }
        let text: String
        do {
            text = String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self)
        } catch {
            throw APIError(
                code: "known-hosts-unreadable", sentence: "the known_hosts file '\(file)' can't be read",
                remedy: "make it readable for nestord, or take ssh.known-hosts out of its settings")
        }
        let names = KnownHosts.names(
            path: host.path.description, isPhysical: host.path.level == 0, address: host.address, port: host.port)
        let offered = OfferedHostKey(key)
        func refused(_ line: Int, _ why: String) -> APIError {
            APIError(
                code: "host-key-mismatch",
                sentence: "'\(host.path)' at \(host.addressAndPort) offers \(offered.type) \(offered.fingerprint), "
                    + "which \(file):\(line) \(why)",
                remedy: "find out which machine answers there before its key is put into that file",
                offeredKey: offered)
        }
        switch KnownHosts(text).verdict(on: key, of: names) {
        case .accepted(let line): return "\(file):\(line)"
        case .unlisted: return nil
        case .differs(let line): throw refused(line, "contradicts")
        case .revoked(let line): throw refused(line, "revokes")
        }
    }

    nonisolated func checkAddress(_ address: String, port: Int) throws(APIError) {
        guard FleetHost.isAddress(address) else {
            throw APIError(
                code: "address-invalid", sentence: "'\(printable(address))' is no host name and no IP address",
                remedy: "as 10.0.0.7, fd00::7 or rack7.example.org; the port is told apart from it")
        }
        guard (1...65_535).contains(port) else {
            throw APIError(code: "address-invalid", sentence: "\(port) is no port", remedy: "1 to 65535")
        }
    }
}
