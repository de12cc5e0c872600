import SecureShell
import Testing

@Suite("words and names of SSH")
struct WordsTests {
    @Test(
        "a jump host's refusal is told apart by its reason",
        arguments: [
            (
                "Channel opening failure: channel 43 error (1) administratively prohibited: open failed",
                SSHFailure.Code.forwardingRefused
            ),
            ("Channel opening failure: channel 43 error (2) Connection refused", .refused),
            ("Channel opening failure: channel 43 error (2) No route to host", .unreachable),
            ("Channel opening failure: channel 43 error (2) Connection timed out", .unreachable),
            ("Channel opening failure: channel 43 error (2) Name or service not known", .addressUnknown),
            ("Channel opening failure: channel 43 error (2) Temporary failure in name resolution", .addressUnknown),
            ("Channel opening failure: channel 43 error (4) Connection refused", .forwardingRefused),
            ("error (", .forwardingRefused), ("", .forwardingRefused),
        ])
    func refusals(words: String, code: SSHFailure.Code) {
        #expect(ForwardRefusal(libsshWords: words).code == code)
    }

    @Test("a peer's words reach nobody with control characters, nor without end")
    func cleaned() {
        #expect(PeerText.cleaned("a\u{1b}[31mb\r\nc\u{202e}d", most: 100) == "a [31mb  c d")
        #expect(PeerText.cleaned(String(repeating: "a", count: 500), most: 20).count == 20)
        #expect(ForwardRefusal(reasonCode: 1, reason: "\u{7}no").reason == " no")
    }

    @Test("the pinned types are asked for first, and SHA-1 never")
    func algorithms() {
        let rsa = HostKeyAlgorithms.ordered(pinned: [HostKey(type: "ssh-rsa", base64: "")])
        #expect(rsa.prefix(2) == ["rsa-sha2-512", "rsa-sha2-256"])
        #expect(Set(rsa) == Set(HostKeyAlgorithms.all))
        #expect(!rsa.contains("ssh-rsa"))
        #expect(HostKeyAlgorithms.ordered(pinned: []) == HostKeyAlgorithms.all)
        let odd = HostKeyAlgorithms.ordered(pinned: [HostKey(type: "x,none", base64: "")])
        #expect(odd == HostKeyAlgorithms.all)
    }

    @Test("a private key does not show itself")
    func secret() {
        let key = PrivateKey(text: "secret", passphrase: "word")
        let hop = Hop(name: "h", address: "a", port: 22, user: "u", hostKeys: [], key: key)
        for text in ["\(key)", String(reflecting: key), "\(hop)", String(reflecting: Route(hops: [hop]))] {
            #expect(!text.contains("secret") && !text.contains("word"))
        }
        var dumped = ""
        dump(hop, to: &dumped)
        #expect(!dumped.contains("secret"))
    }
}
