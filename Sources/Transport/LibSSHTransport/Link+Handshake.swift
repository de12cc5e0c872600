import CLibSSH
import SecureShell

extension Link {
    /// The SSH banner, algorithms and keys; afterwards the server has proved that it owns the key it showed.
    /// - Returns: that key.
    func exchangeKeys(_ limit: Limit) async throws(SSHFailure) -> HostKey {
        while true {
            let seen = ready.generation
            let code = try connect()
            if code == SSH_OK { break }
            guard code == SSH_AGAIN else { throw handshakeFailure("the key exchange failed") }
            try await pause(after: seen, limit, "the key exchange")
        }
        guard look() else {
            _ = try alive()
            throw handshakeFailure("the key exchange failed")
        }
        var key: OpaquePointer?
        guard ssh_get_server_publickey(try alive(), &key) == SSH_OK, let key else {
            throw handshakeFailure("the server showed no key")
        }
        defer { ssh_key_free(key) }
        var text: UnsafeMutablePointer<CChar>?
        guard ssh_pki_export_pubkey_base64(key, &text) == SSH_OK, let text else {
            throw handshakeFailure("the server's key cannot be read")
        }
        defer { ssh_string_free_char(text) }
        let type = ssh_key_type_to_char(ssh_key_type(key)).map { String(cString: $0) } ?? ""
        return HostKey(type: type, base64: String(cString: text))
    }

    /// Nothing but a pinned key passes, and nothing is authenticated before one did.
    func check(_ offered: HostKey) throws(SSHFailure) {
        guard !hop.hostKeys.isEmpty else {
            throw SSHFailure(
                .hostKeyUnknown, hop: hop.name, "no host key is known for \(hop.name); it offers \(offered.type)",
                remedy: "compare the offered key with the machine's own, then enrol it", offeredKey: offered)
        }
        guard hop.hostKeys.contains(where: { Self.same($0, offered) }) else {
            let known = hop.hostKeys.map(\.type).joined(separator: ", ")
            throw SSHFailure(
                .hostKeyMismatch, hop: hop.name,
                "the host key is not the known one: offered \(offered.type), known \(known), and they differ",
                remedy: "find out whether the machine was set up anew, or another one answers at its address",
                offeredKey: offered)
        }
    }

    /// By the keys themselves, since a blob has more than one spelling in base64.
    private static func same(_ pinned: HostKey, _ offered: HostKey) -> Bool {
        let keys = [pinned, offered].map { key -> OpaquePointer? in
            var handle: OpaquePointer?
            let type = ssh_key_type_from_name(key.type)
            guard ssh_pki_import_pubkey_base64(key.base64, type, &handle) == SSH_OK else { return nil }
            return handle
        }
        defer { for case let key? in keys { ssh_key_free(key) } }
        guard let first = keys[0], let second = keys[1] else { return false }
        return ssh_key_cmp(first, second, SSH_KEY_CMP_PUBLIC) == 0
    }

    func authenticate(with key: ImportedKey, _ limit: Limit) async throws(SSHFailure) {
        while true {
            let seen = ready.generation
            let code = ssh_userauth_publickey(try alive(), nil, key.handle)
            switch code {
            case SSH_AUTH_SUCCESS.rawValue:
                _ = look()
                _ = try alive()
                return
            case SSH_AUTH_AGAIN.rawValue:
                try await pause(after: seen, limit, "authentication")
            case SSH_AUTH_DENIED.rawValue, SSH_AUTH_PARTIAL.rawValue:
                throw SSHFailure(
                    .authenticationRefused, hop: hop.name,
                    code == SSH_AUTH_DENIED.rawValue
                        ? "the key is refused for user \(hop.user)"
                        : "the key is accepted for user \(hop.user), but the server wants more than a key",
                    remedy: "see the user's authorized_keys, whether the account is locked, and sshd's own log")
            default:
                throw handshakeFailure("authentication failed")
            }
        }
    }

    /// Waits for the socket after an AGAIN.
    private func pause(after seen: UInt64, _ limit: Limit, _ phase: String) async throws(SSHFailure) {
        // A reset shows only in the descriptor: the call itself would say AGAIN for ever.
        guard look() else {
            _ = try alive()
            return
        }
        try limit.check(await ready.wait(after: seen, until: limit.at), hop.name, phase)
    }

    private func handshakeFailure(_ what: String) -> SSHFailure {
        let words = errorWords()
        let isCut = words.contains("Socket error") || words.contains("Received SSH_MSG_DISCONNECT") || words.isEmpty
        let failure = SSHFailure(
            isCut ? .closed : .protocolError, hop: hop.name, words.isEmpty ? what : "\(what): \(words)",
            remedy: isCut ? "see sshd's own log there" : "see which algorithms sshd offers there")
        end(failure)
        return failure
    }
}
