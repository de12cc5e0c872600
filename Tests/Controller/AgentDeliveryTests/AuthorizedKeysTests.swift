import AgentDelivery
import Testing

@Suite("The controller's lines in authorized_keys")
struct AuthorizedKeysTests {
    private func keys(
        controller: String = "c1", agent: String = "/opt/nestor/nestor-agent", state: String = "/var/lib/nestor-agent",
        socket: String? = nil, forwards: [String] = []
    ) -> AuthorizedKeys {
        AuthorizedKeys(
            controller: controller, reportKey: "ssh-ed25519 RRRR", correctKey: "ssh-ed25519 CCCC", agent: agent,
            state: state, libvirtSocket: socket, forwards: forwards)
    }

    @Test("are two, restricted, each with its role's command")
    func lines() {
        #expect(
            keys().text(with: "") == """
                restrict,command="/opt/nestor/nestor-agent session --role report --state /var/lib/nestor-agent" ssh-ed25519 RRRR nestor:c1:report
                restrict,command="/opt/nestor/nestor-agent session --role correct --state /var/lib/nestor-agent" ssh-ed25519 CCCC nestor:c1:correct

                """)
    }

    @Test("let the reporting key alone reach the guests that are named, and nothing else")
    func forwards() {
        let lines = keys(forwards: ["10.0.0.9:22", "10.0.0.8:2222"]).text(with: "").split(separator: "\n")
        #expect(
            lines[0].hasPrefix(
                #"restrict,port-forwarding,permitopen="10.0.0.8:2222",permitopen="10.0.0.9:22","#
                    + #"permitlisten="none.invalid:1",command="#))
        #expect(lines[1].hasPrefix("restrict,command="))
    }

    @Test("come after the others, which stay as they are, and come once however often they are written")
    func idempotent() {
        let foreign = "# mine\n\nssh-rsa AAAA operator@desk\nrestrict ssh-ed25519 BBBB nestor:other:report\n"
        let once = keys().text(with: foreign)
        #expect(once.hasPrefix(foreign))
        #expect(keys().text(with: once) == once)
        let moved = keys(forwards: ["10.0.0.9:22"]).text(with: once)
        #expect(moved.hasPrefix(foreign))
        #expect(moved.split(separator: "\n").count == once.split(separator: "\n").count)
        #expect(AuthorizedKeys.removed(from: Array(moved.utf8), controller: "c1") == Array(foreign.utf8))
    }

    @Test("are added below a last line that does not end")
    func unendedLine() {
        #expect(keys().text(with: "ssh-rsa AAAA me").hasPrefix("ssh-rsa AAAA me\nrestrict,"))
    }

    static let files: [[UInt8]] = [
        Array("ssh-rsa AAAA desk\r\n# two\r\n".utf8), Array("ssh-rsa AAAA desk\n\n \n\n".utf8), Array("\n\n".utf8),
        Array("\r\n".utf8),
        // Latin-1, which is no UTF-8, and a zero byte.
        Array("ssh-rsa AAAA Andr".utf8) + [0xE9, 0x0A], [0x23, 0x00, 0xFF, 0xFE, 0x0A],
    ]

    @Test("leave every other line as it is, byte for byte", arguments: files)
    func bytes(_ foreign: [UInt8]) {
        let with = keys().added(to: foreign)
        #expect(with.starts(with: foreign))
        #expect(with.count > foreign.count)
        #expect(keys().added(to: with) == with)
        #expect(AuthorizedKeys.removed(from: with, controller: "c1") == foreign)
    }

    @Test("are found by their comments whatever an editor made of their ends", arguments: ["\r\n", " \n", "\t\r\n"])
    func otherEnds(_ end: String) {
        let foreign = "ssh-rsa AAAA desk\r\n"
        let edited = foreign + keys().text(with: "").split(separator: "\n").map { $0 + end }.joined() + "# last\n"
        #expect(
            AuthorizedKeys.removed(from: Array(edited.utf8), controller: "c1") == Array((foreign + "# last\n").utf8))
        #expect(keys().text(with: edited) == foreign + "# last\n" + keys().text(with: ""))
        // Without an end at all.
        let unended = keys().text(with: foreign).dropLast()
        #expect(AuthorizedKeys.removed(from: Array(unended.utf8), controller: "c1") == Array(foreign.utf8))
    }

    @Test("leave nothing behind where nothing else was")
    func emptied() {
        #expect(AuthorizedKeys.removed(from: keys().added(to: []), controller: "c1") == [])
        #expect(AuthorizedKeys.removed(from: [], controller: "c1") == [])
    }

    @Test("of one controller are not those of another whose id ends alike")
    func otherController() {
        let text = keys(controller: "ac1").added(to: [])
        #expect(AuthorizedKeys.removed(from: text, controller: "c1") == text)
    }

    @Test(
        "quote a path once for the shell and once for sshd",
        arguments: [
            ("/opt/my agents/a", #"command="'/opt/my agents/a' session"#),
            ("/opt/it's/a", #"command="'/opt/it'\''s/a' session"#),
            (#"/opt/"q"/a"#, #"command="'/opt/\"q\"/a' session"#), ("/opt/$x/a", #"command="'/opt/$x/a' session"#),
        ])
    func quoting(path: String, command: String) {
        #expect(keys(agent: path).text(with: "").contains(command))
    }

    @Test("name the libvirt socket where it is another one")
    func socket() {
        #expect(keys(socket: "/run/x y").text(with: "").contains(" --libvirt-socket '/run/x y'\" "))
    }
}

extension AuthorizedKeys {
    fileprivate func text(with file: String) -> String { String(decoding: added(to: Array(file.utf8)), as: UTF8.self) }
}
