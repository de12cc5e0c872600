import Testing
import YAMLDocument

@testable import Settings

private enum Level: String, CaseIterable, Sendable {
    case info, notice
}

private let socket = SettingKey.path("api.socket", default: "/run/nestor/api.sock", help: "where people connect")
private let admins = SettingKey.list("api.admins", help: "who may change")
private let sweep = SettingKey.duration(
    "sweep.every", in: .seconds(1)...(.seconds(3600)), default: .seconds(300), help: "")
private let hosts = SettingKey.int("sweep.hosts-at-once", in: 1...1000, default: 20, help: "")
private let memory = SettingKey.bytes("store.cache", in: 1 << 20...1 << 30, default: 64 << 20, help: "")
private let level = SettingKey<Level>.oneOf("log.level", default: .info, help: "")
private let frozen = SettingKey.bool("frozen", default: false, help: "")
private let secret = SettingKey.optionalText("mail.password", help: "", isSecret: true)
private let knownHosts = SettingKey.optionalPath("ssh.known_hosts", help: "")
private let table: [any DeclaredSetting] = [
    socket, admins, sweep, hosts, memory, level, frozen, secret, knownHosts,
]

private func load(
    _ file: String? = nil, _ environment: [String: String] = [:], _ flags: [String: String] = [:]
) throws(SettingsFaults) -> Settings {
    try Settings.load(
        file: file.map { SettingsFile(name: "n.yaml", bytes: Array($0.utf8)) }, environment: environment, flags: flags,
        keys: table, otherVariables: ["NESTOR_CONFIG"])
}

@Suite("Settings") struct SettingsTests {
    @Test("a file sets what it says, and the rest is by default")
    func file() throws {
        let settings = try load(
            """
            api:
              admins: [anna, "1000"]
            sweep: {every: 90s, hosts-at-once: 5}
            store: {cache: 128MiB}
            log: {level: notice}
            frozen: true
            """)
        #expect(settings[admins] == ["anna", "1000"] && settings[sweep] == .seconds(90) && settings[hosts] == 5)
        #expect(settings[memory] == 128 << 20 && settings[level] == .notice && settings[frozen])
        #expect(settings[socket] == "/run/nestor/api.sock" && settings[secret] == nil && settings[knownHosts] == nil)
    }

    @Test("nothing said is all by default", arguments: [nil, "", "# api:\n", "---\n"])
    func nothing(file: String?) throws {
        #expect(try load(file, ["PATH": "/bin", "NESTOR_CONFIG": "x"]).explain().allSatisfy { $0.source == .default })
    }

    @Test("a flag wins over a variable, a variable over the file, the file over the default")
    func layers() throws {
        let file = "sweep: {every: 1s}"
        let variable = ["NESTOR_SWEEP_EVERY": "2s", "NESTOR_SWEEP_HOSTS_AT_ONCE": "7", "NESTOR_API_ADMINS": "a, b"]
        #expect(try load()[sweep] == .seconds(300))
        #expect(try load(file)[sweep] == .seconds(1))
        #expect(try load(file, variable)[sweep] == .seconds(2))
        #expect(try load(file, variable, ["sweep.every": "3s"])[sweep] == .seconds(3))
        #expect(try load(file, variable)[hosts] == 7)
        #expect(try load(file, variable)[admins] == ["a", "b"])
    }

    @Test("explain names the source of every value and hides secrets")
    func explain() throws {
        let settings = try load(
            "sweep:\n  every: 60s", ["NESTOR_MAIL_PASSWORD": "geheim", "NESTOR_FROZEN": "true"], ["log.level": "notice"]
        )
        let rows = settings.explain()
        #expect(rows.map(\.key) == table.map(\.name))
        let said = Dictionary(uniqueKeysWithValues: rows.map { ($0.key, "\($0.value) (\($0.source))") })
        #expect(said["sweep.every"] == "1m (n.yaml:2:10)")
        #expect(said["mail.password"] == "(hidden) (environment NESTOR_MAIL_PASSWORD)")
        #expect(said["frozen"] == "true (environment NESTOR_FROZEN)")
        #expect(said["log.level"] == "notice (command line)")
        #expect(said["api.socket"] == "/run/nestor/api.sock (default)")
        #expect(said["ssh.known_hosts"] == " (default)")
        #expect(rows[0].environmentName == "NESTOR_API_SOCKET" && rows[0].help == "where people connect")
        #expect(settings.source(of: frozen) == .environment("NESTOR_FROZEN"))
    }

    @Test(
        "a wrong file is refused with place, value found and values allowed",
        arguments: [
            ("frozen: yes", "n.yaml:1:9: frozen is \"yes\"; write true or false"),
            ("frozen:", "n.yaml:1:8: frozen is blank; write true or false"),
            ("frozn: true", "n.yaml:1:1: frozn is no setting; did you mean frozen?"),
            ("api: {sokcet: /x}", "n.yaml:1:7: api.sokcet is no setting; did you mean api.socket?"),
            ("api: {xyzw: 1}", "n.yaml:1:7: api.xyzw is no setting; write admins or socket"),
            ("api: {socket: run/x}", "n.yaml:1:15: api.socket is \"run/x\"; write a path that begins with /"),
            ("api: {socket: [/x]}", "n.yaml:1:15: api.socket is a list; write a path that begins with /"),
            ("api: {admins: [a, ~]}", "n.yaml:1:15: api.admins is a list; write a list of texts, each in one line"),
            ("api: /x", "n.yaml:1:6: api is \"/x\"; write keys and values, as key: value"),
            ("api:", "n.yaml:1:5: api is blank; write keys and values, as key: value"),
            ("- a", "n.yaml:1:1: the file is a list; write keys and values, as key: value"),
            (
                "sweep: {hosts-at-once: 0}",
                "n.yaml:1:24: sweep.hosts-at-once is \"0\"; write a whole number from 1 to 1000"
            ),
            ("log: {level: debug}", "n.yaml:1:14: log.level is \"debug\"; write info or notice"),
            (
                "api: {socket: \"/\\e[2J\"}",
                "n.yaml:1:15: api.socket is \"/\\u{1B}[2J\"; write a path that begins with /"
            ),
            ("mail: {password: \"a\\nb\"}", "n.yaml:1:18: mail.password is refused; write text in one line"),
            ("frozen: true\nfrozen: true", "n.yaml:2:1: key \"frozen\" is already given in line 1; keep one of them"),
        ])
    func wrongFile(text: String, fault: String) {
        let thrown = #expect(throws: SettingsFaults.self) { try load(text) }
        #expect(thrown?.description == fault)
    }

    @Test(
        "sizes and times say their unit",
        arguments: [("store: {cache: 64}", "as 4GiB or 512MiB"), ("sweep: {every: 90}", "as 90s, 5m, 1h or 7d")])
    func units(text: String, remedy: String) {
        let thrown = #expect(throws: SettingsFaults.self) { try load(text) }
        #expect(thrown?.description.contains(remedy) == true)
    }

    @Test(
        "a wrong variable or flag is refused by its name",
        arguments: [
            (["NESTOR_FROZEN": "1"], [:], "NESTOR_FROZEN: frozen is \"1\"; write true or false"),
            (["NESTOR_FROZEN": ""], [:], "NESTOR_FROZEN: frozen is blank; write true or false"),
            (["NESTOR_FROZN": "true"], [:], "NESTOR_FROZN: the variable is no setting; did you mean NESTOR_FROZEN?"),
            (["NESTOR_ZZ\u{1B}": "1"], [:], "NESTOR_ZZ\\u{1B}: the variable is no setting; unset it"),
            (
                ["NESTOR_MAIL_PASSWORD": "a\nb"], [:],
                "NESTOR_MAIL_PASSWORD: mail.password is refused; write text in one line"
            ),
            ([:], ["log.level": "x"], "command line: log.level is \"x\"; write info or notice"),
            ([:], ["nope": "x"], "command line: nope is no setting; leave it out"),
        ] as [([String: String], [String: String], String)])
    func wrongLayers(environment: [String: String], flags: [String: String], fault: String) {
        let thrown = #expect(throws: SettingsFaults.self) { try load(nil, environment, flags) }
        #expect(thrown?.description == fault)
    }

    @Test("all faults of all layers come at once, also of values that a stronger layer hides")
    func allAtOnce() {
        let thrown = #expect(throws: SettingsFaults.self) {
            try load(
                "frozen: 1\nx: 2\nlog: {level: y}", ["NESTOR_FROZEN": "z", "NESTOR_SWEEP_EVERY": "1"],
                ["frozen": "true"])
        }
        #expect(thrown?.faults.count == 5)
    }

    @Test("a file that cannot be read is named with the reason")
    func unreadable() {
        let thrown = #expect(throws: SettingsFaults.self) { try SettingsFile(path: "/nonexistent/nestord.yaml") }
        #expect(
            thrown?.description
                == "/nonexistent/nestord.yaml: cannot be read: no such file or directory; name a file that exists")
        #expect(throws: SettingsFaults.self) { try SettingsFile(path: "/") }
    }

    @Test("an endless file is refused")
    func endless() throws {
        let file = try SettingsFile(path: "/dev/zero")
        #expect(throws: SettingsFaults.self) {
            try Settings.load(file: file, environment: [:], flags: [:], keys: table)
        }
    }
}
