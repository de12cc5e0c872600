import CLibSSH
package import SecureShell

/// A key pair of the controller's own, as a file of its state folder.
package struct KeyPair: Sendable {
    package var privateKey: PrivateKey
    /// Type and base64, as authorized_keys has them.
    package var publicKey: String

    /// The text of a new Ed25519 key without a passphrase, in OpenSSH's form.
    package static func newPrivateKey() throws(SSHFailure) -> String {
        var key: ssh_key?
        var text: UnsafeMutablePointer<CChar>?
        guard ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) == SSH_OK, let key else {
            throw SSHFailure(.keyUnusable, hop: "new key", "it could not be made")
        }
        defer { ssh_key_free(key) }
        guard ssh_pki_export_privkey_base64(key, nil, nil, nil, &text) == SSH_OK, let text else {
            throw SSHFailure(.keyUnusable, hop: "new key", "it could not be written as text")
        }
        defer { ssh_string_free_char(text) }
        return String(cString: text)
    }

    /// - Parameter text: of the private key, in OpenSSH's or PEM form, without a passphrase.
    package init(text: String, path: String) throws(SSHFailure) {
        var key: ssh_key?
        // The passphrase is never a null pointer: OpenSSL would then ask for one on the terminal.
        guard ssh_pki_import_privkey_base64(text, "", nil, nil, &key) == SSH_OK, let key else {
            throw SSHFailure(
                .keyUnusable, hop: path, "it is no private key, or has a passphrase",
                remedy: "move it away: nestord makes a new one, and hosts must be enrolled again")
        }
        defer { ssh_key_free(key) }
        var base64: UnsafeMutablePointer<CChar>?
        guard ssh_pki_export_pubkey_base64(key, &base64) == SSH_OK, let base64,
            let type = ssh_key_type_to_char(ssh_key_type(key))
        else { throw SSHFailure(.keyUnusable, hop: path, "its public half could not be told") }
        defer { ssh_string_free_char(base64) }
        publicKey = "\(String(cString: type)) \(String(cString: base64))"
        privateKey = PrivateKey(text: text)
    }
}
