import Digests
import Foundation
import LibSSHTransport
import NestingModel
import NestorTestKit
import SecureShell
import Synchronization
import Testing

@testable import AgentDelivery

@Suite("An agent over a real sshd")
struct InstallerTests {
    /// Stands in for the agent: it does what an installer asks of it.
    static let script = """
        #!/bin/sh
        case "$1" in
        version) echo "nestor-agent 0.1.0" ;;
        enrol) mkdir -p "$7/corrections" && echo "$3 $5" > "$7/controller.json" ;;
        *) exit 64 ;;
        esac
        """

    struct Ground {
        let server: PrivateSSHServer
        let session: any SecureShellSession
        let said = Said()
        /// A space and a quote in it, so that nothing gets by unquoted.
        let place: String
        let agent: InstalledAgent
        let package: AgentPackage

        init(bytes: [UInt8] = Array(InstallerTests.script.utf8)) async throws {
            let key = try SSHKeyPair.generate()
            server = try await PrivateSSHServer.start(authorizedKeys: [key.publicLine])
            let hop = Hop(
                name: "rack7", address: "127.0.0.1", port: server.port, user: server.user,
                hostKeys: [HostKey(type: server.hostKey.type, base64: server.hostKey.base64)],
                key: PrivateKey(text: key.privateText))
            session = try await LibSSHConnector().connect(Route(hops: [hop]), deadline: .seconds(60))
            package = AgentPackage(
                platform: "linux-x86_64", bytes: bytes, sha256: Digest.sha256Hex(of: bytes), version: "0.1.0")
            place = server.folder("it's a place")
            agent = InstalledAgent(
                directory: "\(place)/agent", state: "\(place)/state", libvirtSocket: nil,
                authorizedKeys: "\(place)/ssh/authorized_keys", sha256: package.sha256, version: "0.1.0")
        }

        var installer: AgentInstaller {
            AgentInstaller(session: session, progress: { [said] in said.add($0) })
        }

        var keys: AuthorizedKeys {
            AuthorizedKeys(
                controller: "c1", reportKey: "ssh-ed25519 RRRR", correctKey: "ssh-ed25519 CCCC",
                agent: "\(agent.directory)/nestor-agent", state: agent.state, libvirtSocket: nil, forwards: [])
        }

        func keys(with file: String) -> String {
            String(decoding: keys.added(to: Array(file.utf8)), as: UTF8.self)
        }

        func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

        func end() async {
            await session.close()
            server.stop()
        }
    }

    @Test("the survey tells the platform, the user and its home")
    func survey() async throws {
        let ground = try await Ground()
        let survey = try await ground.installer.survey()
        #expect(survey.platform.hasPrefix("linux-"))
        #expect(survey.userID == Int(getuid()))
        #expect(survey.home == ground.server.folder("home"))
        await ground.end()
    }

    @Test("is pushed once, executable, and told to be there the second time")
    func push() async throws {
        let ground = try await Ground()
        try await ground.installer.push(ground.package, to: ground.agent)
        let path = "\(ground.agent.directory)/nestor-agent"
        #expect(try ground.text(path) == Self.script)
        let before = try FileManager.default.attributesOfItem(atPath: path)
        #expect(before[.posixPermissions] as? Int == 0o755)
        #expect(ground.said.all.contains { $0.contains("it starts: nestor-agent 0.1.0") })
        try await ground.installer.push(ground.package, to: ground.agent)
        #expect(ground.said.all.count { $0.hasPrefix("pushing") } == 1)
        #expect(ground.said.all.contains { $0.hasPrefix("the agent is there already") })
        let after = try FileManager.default.attributesOfItem(atPath: path)
        #expect(after[.systemFileNumber] as? Int == before[.systemFileNumber] as? Int, "the file was not replaced")
        await ground.end()
    }

    @Test("that was changed there is pushed again")
    func repaired() async throws {
        let ground = try await Ground()
        try await ground.installer.push(ground.package, to: ground.agent)
        let path = "\(ground.agent.directory)/nestor-agent"
        try Data("#!/bin/sh\nexit 1\n".utf8).write(to: URL(fileURLWithPath: path))
        try await ground.installer.push(ground.package, to: ground.agent)
        #expect(try ground.text(path) == Self.script)
        await ground.end()
    }

    @Test("that does not start is an error, which says so")
    func doesNotStart() async throws {
        let ground = try await Ground(bytes: Array("#!/bin/sh\necho no such machine >&2\nexit 3\n".utf8))
        let failure = await #expect(throws: DeliveryFailure.self) {
            try await ground.installer.push(ground.package, to: ground.agent)
        }
        #expect(failure?.sentence.contains("cannot start the agent") == true)
        #expect(failure?.sentence.contains("no such machine") == true)
        await ground.end()
    }

    @Test("learns its controller, gets its keys, and is taken away without a trace of it")
    func wholeLife() async throws {
        let ground = try await Ground()
        let installer = ground.installer
        let file = ground.agent.authorizedKeys
        try FileManager.default.createDirectory(atPath: "\(ground.place)/ssh", withIntermediateDirectories: true)
        try Data("ssh-rsa AAAA operator\n".utf8).write(to: URL(fileURLWithPath: file))
        try await installer.push(ground.package, to: ground.agent)
        try await installer.introduce(controller: "c1", epoch: 4, to: ground.agent)
        #expect(try ground.text("\(ground.agent.state)/controller.json") == "c1 4\n")
        try await installer.authorize(ground.keys, in: file)
        #expect(try ground.text(file) == ground.keys(with: "ssh-rsa AAAA operator\n"))
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
        try await installer.authorize(ground.keys, in: file)
        #expect(try ground.text(file) == ground.keys(with: "ssh-rsa AAAA operator\n"))

        // Without a starter, so that nothing of this machine's is touched.
        let survey = HostSurvey(platform: "linux-x86_64", userID: 1, home: ground.place, starter: .none)
        for _ in 0..<2 {
            try await installer.uninstall(agent: ground.agent, controller: "c1", survey: survey)
            #expect(try ground.text(file) == "ssh-rsa AAAA operator\n")
            #expect(
                try FileManager.default.subpathsOfDirectory(atPath: ground.place).sorted() == [
                    "ssh", "ssh/authorized_keys",
                ])
        }
        await ground.end()
    }

    @Test("the forced command that is written runs the agent, and nothing else, whatever is asked")
    func forcedCommand() async throws {
        let ground = try await Ground(bytes: Array("#!/bin/sh\necho \"$@\"\n".utf8))
        try await ground.installer.push(ground.package, to: ground.agent)
        let key = try SSHKeyPair.generate()
        var keys = ground.keys
        keys.reportKey = key.publicLine
        try ground.server.authorize(
            String(decoding: keys.added(to: []), as: UTF8.self).split(separator: "\n").map(String.init))
        let hop = Hop(
            name: "rack7", address: "127.0.0.1", port: ground.server.port, user: ground.server.user,
            hostKeys: [HostKey(type: ground.server.hostKey.type, base64: ground.server.hostKey.base64)],
            key: PrivateKey(text: key.privateText))
        let session = try await LibSSHConnector().connect(Route(hops: [hop]), deadline: .seconds(60))
        let result = try await session.run(
            "id; nestor-agent session --role correct", limit: 1 << 16, deadline: .seconds(60))
        #expect(
            String(decoding: result.output, as: UTF8.self) == "session --role report --state \(ground.agent.state)\n")
        await session.close()
        await ground.end()
    }
}

final class Said: Sendable {
    private let sentences = Mutex<[String]>([])
    var all: [String] { sentences.withLock { $0 } }
    func add(_ sentence: String) { sentences.withLock { $0.append(sentence) } }
}
