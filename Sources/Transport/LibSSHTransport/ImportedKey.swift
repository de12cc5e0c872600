import CLibSSH
import SecureShell

/// A private key as libssh holds it.
// Unchecked: libssh only reads a key once it is imported, and this one is freed when its last user is gone.
final class ImportedKey: @unchecked Sendable {
    let handle: OpaquePointer

    /// Decoding takes as long as its passphrase's hashing was made to take: never do it on the epoll thread.
    init(_ key: PrivateKey, hop: String) throws(SSHFailure) {
        var handle: OpaquePointer?
        // The passphrase is never a null pointer: OpenSSL would then ask for one on the terminal.
        let code = ssh_pki_import_privkey_base64(key.text, key.passphrase, nil, nil, &handle)
        guard code == SSH_OK, let handle else {
            throw SSHFailure(
                .keyUnusable, hop: hop, "the private key cannot be read",
                remedy: key.passphrase.isEmpty
                    ? "give a key in OpenSSH or PEM form, and its passphrase if it has one"
                    : "see whether the passphrase belongs to the key")
        }
        self.handle = handle
    }

    deinit { ssh_key_free(handle) }
}
