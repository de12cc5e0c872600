import LibSSHTransport
import NestorTestKit
import SecureShell
import Testing

@Suite("the controller's own keys")
struct KeyPairTests {
    @Test("a new key opens a session where its public half is authorized")
    func newKey() async throws {
        let pair = try KeyPair(text: try KeyPair.newPrivateKey(), path: "key")
        let ground = try await Ground()
        try ground.server.authorize([pair.publicKey])
        var hop = ground.server.hop(key: ground.key)
        hop.key = pair.privateKey
        try await ground.connector.connect(Route(hops: [hop]), deadline: patience).close()
    }

    @Test("the public half of each type is as ssh-keygen wrote it", arguments: ["ed25519", "ecdsa", "rsa"])
    func publicHalf(kind: String) throws {
        let made = try SSHKeyPair.generate(kind)
        #expect(try KeyPair(text: made.privateText, path: "key").publicKey == made.publicLine)
    }

    @Test("a key with a passphrase is unusable, and nobody is asked for it", arguments: ["RFC4716", "PEM"])
    func passphrase(format: String) throws {
        let made = try SSHKeyPair.generate("rsa", passphrase: "secret", format: format)
        #expect(throws: SSHFailure.self) { try KeyPair(text: made.privateText, path: "key") }
    }
}
