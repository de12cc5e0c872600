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
            keys().added(to: "") == """
                restrict,command="/opt/nestor/nestor-agent session --role report --state /var/lib/nestor-agent" ssh-ed25519 RRRR nestor:c1:report
                restrict,command="/opt/nestor/nestor-agent session --role correct --state /var/lib/nestor-agent" ssh-ed25519 CCCC nestor:c1:correct

                """)
    }

    @Test("let the reporting key alone reach the guests that are named, and nothing else")
    func forwards() {
        let lines = keys(forwards: ["10.0.0.9:22", "10.0.0.8:2222"]).added(to: "").split(separator: "\n")
        #expect(
            lines[0].hasPrefix(
                #"restrict,port-forwarding,permitopen="10.0.0.8:2222",permitopen="10.0.0.9:22","#
                    + #"permitlisten="none.invalid:1",command="#))
        #expect(lines[1].hasPrefix("restrict,command="))
    }

    @Test("come after the others, which stay as they are, and come once however often they are written")
    func idempotent() {
        let foreign = "# mine\n\nssh-rsa AAAA operator@desk\nrestrict ssh-ed25519 BBBB nestor:other:report\n"
        let once = keys().added(to: foreign)
        #expect(once.hasPrefix(foreign))
        #expect(keys().added(to: once) == once)
        let moved = keys(forwards: ["10.0.0.9:22"]).added(to: once)
        #expect(moved.hasPrefix(foreign))
        #expect(moved.split(separator: "\n").count == once.split(separator: "\n").count)
        #expect(AuthorizedKeys.removed(from: moved, controller: "c1") == foreign)
    }

    @Test("are added below a last line that does not end")
    func unendedLine() {
        #expect(keys().added(to: "ssh-rsa AAAA me").hasPrefix("ssh-rsa AAAA me\nrestrict,"))
    }

    @Test("leave nothing behind where nothing else was")
    func emptied() {
        #expect(AuthorizedKeys.removed(from: keys().added(to: ""), controller: "c1") == "")
        #expect(AuthorizedKeys.removed(from: "", controller: "c1") == "")
    }

    @Test("of one controller are not those of another whose id ends alike")
    func otherController() {
        let text = keys(controller: "ac1").added(to: "")
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
        #expect(keys(agent: path).added(to: "").contains(command))
    }

    @Test("name the libvirt socket where it is another one")
    func socket() {
        #expect(keys(socket: "/run/x y").added(to: "").contains(" --libvirt-socket '/run/x y'\" "))
    }
}
