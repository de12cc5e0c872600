import ControllerAPI
import Foundation
import Glibc
import NestingModel
import NestorTestKit
import Testing

@Suite("nestord as a process", .serialized)
struct DaemonTests {
    @Test("a second nestord on the same state folder is refused, and the first one is not disturbed")
    func second() async throws {
        let fleet = try await Fleet.start()
        let other = try await run(
            BuiltPrograms.nestord,
            ["--config", fleet.folder("nestord.yaml"), "--set", "api.socket=\(fleet.folder("api/other.sock"))"])
        #expect(other.code == 1, "\(other)")
        #expect(other.complaint.contains(fleet.stateDirectory))
        // Not even its socket is touched: the same settings whole.
        let same = try await run(BuiltPrograms.nestord, ["--config", fleet.folder("nestord.yaml")])
        #expect(same.code == 1)
        let _: StatusAnswer = try await fleet.ask("status")
    }

    @Test("SIGTERM ends it gracefully: exit code 0, nothing left of its socket, and all is there after the next start")
    func terminates() async throws {
        let host = try await PretendHost("rack7")
        let fleet = try await Fleet.start()
        let _: HostRow = try await fleet.ask(host.enrolment)
        #expect(fleet.end(SIGTERM) == 0)
        #expect(!FileManager.default.fileExists(atPath: fleet.socket))
        #expect(try await fleet.nestor("status").code == 3)
        try await fleet.start()
        #expect(try await fleet.states() == ["rack7": .ok])
    }

    @Test("kill -9 loses nothing that was answered: hosts, policies, freeze, audit; the epoch rises")
    func killed() async throws {
        let host = try await PretendHost("rack7")
        let fleet = try await Fleet.start()
        let _: HostRow = try await fleet.ask(host.enrolment)
        let policy = "policies:\n  - {name: a, select: {all: true}, desire: {exposure: hidden}}\n"
        #expect(try await fleet.apply(policy).code == 0)
        #expect(try await fleet.nestor("freeze", "--reason", "an audit").code == 0)
        let before: StatusAnswer = try await fleet.ask("status")
        let audit: [AuditRecord] = try await fleet.ask("audit")
        #expect(fleet.end(SIGKILL) == 137)

        // The socket's file of the dead one is no hindrance.
        #expect(FileManager.default.fileExists(atPath: fleet.socket))
        try await fleet.start()
        let after: StatusAnswer = try await fleet.ask("status")
        #expect(after.controller == before.controller)
        #expect(after.epoch == before.epoch + 1)
        #expect(after.freeze?.reason == "an audit")
        #expect(after.policyRevision == before.policyRevision)
        let again: [AuditRecord] = try await fleet.ask("audit")
        #expect(Set(audit).isSubset(of: again))
        #expect(try await fleet.states() == ["rack7": .ok], "the same keys open the host")
    }

    @Test("wrong settings are told all at once, with exit code 78")
    func settings() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("sweep:\n  interval: 0s\n  paralel: 3\nlog:\n  level: loud\n", to: "nestord.yaml")
        let outcome = try await run(
            BuiltPrograms.nestord, ["--config", file, "--set", "state.directory=\(folder("state"))"])
        #expect(outcome.code == 78)
        for place in ["\(file):2", "\(file):3", "\(file):5"] {
            #expect(outcome.complaint.contains(place), "\(outcome)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder("state")))
    }

    @Test("every change is in the audit with the user of its peer")
    func audit() async throws {
        let fleet = try await Fleet.start()
        #expect(try await fleet.nestor("freeze", "--reason", "an audit").code == 0)
        #expect(try await fleet.nestor("unfreeze").code == 0)
        let records: [AuditRecord] = try await fleet.ask("audit")
        let actor = "\(NSUserName()) (uid \(getuid()))"
        #expect(records.prefix(2).map(\.actor) == [actor, actor], "\(records)")
        #expect(records.first?.number == 2)
        #expect(Set(records.map(\.hash)).count == records.count)
    }

    @Test("the socket has the mode of the settings, and its folder lets nobody else in")
    func mode() async throws {
        let fleet = try await Fleet.start(["api.mode": "0640"])
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(fleet.socket) == 0o640)
        #expect(try mode(fleet.folder("api")) == 0o750)
    }
}

@Suite("nestord and other users", .serialized, .enabled(if: geteuid() == 0))
struct OtherUserTests {
    /// Starts a program as nobody, without any privilege.
    private static let asNobody = [
        "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--",
    ]

    /// A folder that all may enter, with copies of the programs: the build may lie where nobody else comes.
    private func openFolder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        chmod(folder.path, 0o755)
        for program in [BuiltPrograms.nestord, BuiltPrograms.nestor] {
            let copy = folder(URL(fileURLWithPath: program).lastPathComponent)
            try FileManager.default.copyItem(atPath: program, toPath: copy)
            chmod(copy, 0o755)
        }
        return folder
    }

    @Test("whoever may connect reads; changes are for admins, and the audit names who made them")
    func readers() async throws {
        let open = try openFolder()
        let socket = open("nestord.sock")
        let fleet = try await Fleet.start(["api.socket": socket, "api.mode": "0666"])
        func asNobody(_ words: String...) async throws -> CommandOutcome {
            try await run(
                "/usr/bin/setpriv", Self.asNobody + [open("nestor")] + words,
                environment: ["NESTOR_SOCKET": socket, "HOME": open.path])
        }
        func asRoot(_ words: String...) async throws -> CommandOutcome {
            try await run(BuiltPrograms.nestor, words, environment: ["NESTOR_SOCKET": socket])
        }
        #expect(try await asNobody("status").code == 0)
        #expect(try await asNobody("drift").code == 0)
        let policy = try open.write(
            "policies:\n  - {name: a, select: {all: true}, desire: {exposure: hidden}}\n", to: "policy.yaml",
            mode: 0o644)
        for words in [["freeze", "--reason", "x"], ["unfreeze"], ["policy", "apply", "-f", policy]] {
            let refused = try await run(
                "/usr/bin/setpriv", Self.asNobody + [open("nestor")] + words,
                environment: ["NESTOR_SOCKET": socket, "HOME": open.path])
            #expect(refused.code == 4, "\(words): \(refused)")
            #expect(refused.complaint.contains("nobody"))
        }
        #expect(try await asRoot("audit", "-o", "json").output.contains("nobody") == false)

        fleet.end(SIGTERM)
        let admin = try await Fleet.start(["api.socket": socket, "api.mode": "0666", "api.admins": "nobody"])
        #expect(try await asNobody("freeze", "--reason", "a drill").code == 0)
        let audit = try await asRoot("audit", "-o", "json")
        #expect(audit.output.contains("nobody (uid "), "\(audit)")
        withExtendedLifetime(admin) {}
    }

    @Test("an ordinary user runs nestord in its own folders, with nothing set")
    func ordinaryUser() async throws {
        let open = try openFolder()
        let home = open("home")
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: false)
        let nobody = try #require(getpwnam("nobody")?.pointee)
        chown(home, nobody.pw_uid, nobody.pw_gid)
        let (pid, log) = try ProcessLog.spawn(
            "/usr/bin/setpriv", Self.asNobody + [open("nestord")], environment: ["HOME": home])
        let watchdog = try Watchdog(over: pid)
        defer {
            watchdog.end()
            ProcessTree.end(pid)
        }
        #expect(await log.contains("ready", orEndsWithin: .seconds(60)), "\(log.text)")
        let status = try await run(
            "/usr/bin/setpriv", Self.asNobody + [open("nestor"), "status"], environment: ["HOME": home])
        #expect(status.code == 0, "\(status)")
        #expect(FileManager.default.fileExists(atPath: "\(home)/.local/state/nestor/nestor.db"))
        let mode = try FileManager.default.attributesOfItem(atPath: "\(home)/.local/state/nestor")[.posixPermissions]
        #expect(mode as? Int == 0o700)
    }
}
