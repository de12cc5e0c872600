import AgentCore
import AgentWire
import Foundation
import Glibc
import LibvirtProvider
import NestingModel
import NestorTestKit
import Testing

@Suite("The program", .enabled(if: PrivateLibvirt.isInstalled), .serialized, WithDriver())
struct ProgramTests {
    /// The program that was built beside these tests.
    static var program: URL {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        while folder.path != "/", !FileManager.default.isExecutableFile(atPath: folder.path + "/nestor-agent") {
            folder.deleteLastPathComponent()
        }
        return folder.appendingPathComponent("nestor-agent")
    }

    func start(
        _ arguments: [String], input: Pipe? = nil, output: Pipe? = nil, environment: [String: String]? = nil
    ) throws -> Process {
        let process = Process()
        if let environment { process.environment = environment }
        process.executableURL = Self.program
        process.arguments = arguments
        process.standardInput = input ?? FileHandle.nullDevice
        process.standardOutput = output ?? FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    func run(_ arguments: String...) throws -> Int32 {
        let process = try start(arguments)
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test("A session that is killed once it was answered leaves its correction to the worker")
    func killedSession() async throws {
        let host = try #require(WithDriver.current)
        let guest = try host.reset()
        let temporary = try TemporaryFolder()
        let state = temporary("state")
        #expect(
            try run(
                "enrol", "--controller", "c1", "--epoch", "1", "--state", state, "--libvirt-socket",
                host.libvirt.socketPath,
                "--libvirt-uri", DriverHost.uri) == 0)
        let (input, output) = (Pipe(), Pipe())
        let session = try start(["session", "--role", "correct", "--state", state], input: input, output: output)
        func say(_ id: Int, _ method: WireMethod, _ parameters: some Codable & Sendable) throws {
            let line = try WireCoding.line(WireRequest(id: id, method: method.rawValue, params: parameters))
            try input.fileHandleForWriting.write(contentsOf: Data(line))
        }
        try say(1, .hello, HelloParameters())
        let request = CorrectionRequest(
            id: "k1", verb: .setGuest, guest: guest.uuid, change: GuestChange(startupMemory: 4 << 30),
            definitionDigest: guest.definitionDigest.value, shutdownSeconds: 60, startSeconds: 60, holdSeconds: 0)
        try say(2, .correct, CorrectParameters(controller: "c1", epoch: 1, corrections: [request]))
        var told = ""
        while !told.contains("\"id\":2") {
            let data = output.fileHandleForReading.availableData
            try #require(!data.isEmpty)
            told += String(decoding: data, as: UTF8.self)
        }
        kill(session.processIdentifier, SIGKILL)
        session.waitUntilExit()
        let journal = try Journal(StateFolder(state))
        let watch = FolderWatch(StateFolder(state).corrections)
        let deadline = ContinuousClock.now + .seconds(60)
        while try journal.content().needWork.isEmpty == false, ContinuousClock.now < deadline { watch.wait(seconds: 1) }
        #expect(try journal.content().records().map(\.outcome) == [.kept])
        let after = try #require(try host.provider.guest(host.uuid))
        #expect(after.state == .running)
        #expect(after.memory.startup == .known(4 << 30))
    }

    @Test("What a killed worker left is settled by recover, which nobody tells where libvirt is")
    func recovers() throws {
        let host = try #require(WithDriver.current)
        let guest = try host.reset()
        let temporary = try TemporaryFolder()
        let folder = StateFolder(temporary("state"))
        #expect(
            try run(
                "enrol", "--controller", "c1", "--epoch", "1", "--state", folder.path, "--libvirt-socket",
                host.libvirt.socketPath, "--libvirt-uri", DriverHost.uri) == 0)
        let request = CorrectionRequest(
            id: "k1", verb: .setGuest, guest: guest.uuid, change: GuestChange(startupMemory: 4 << 30),
            definitionDigest: guest.definitionDigest.value, shutdownSeconds: 60, startSeconds: 60, holdSeconds: 0)
        _ = try CorrectionDesk(folder).accept(CorrectParameters(controller: "c1", epoch: 1, corrections: [request]))
        #expect(try run("recover", "--state", folder.path) == 0)
        #expect(try run("recover", "--wait", "--state", folder.path) == 0)
        #expect(try Journal(folder).content().records().map(\.outcome) == [.kept])
    }

    /// A login has XDG_RUNTIME_DIR, and a timer, cron or a login without PAM has none or another.
    @Test(
        "The libvirt that enrolment's login could see is found again without that login's environment",
        arguments: [[:], ["XDG_RUNTIME_DIR": "/nonexistent"]])
    func otherEnvironment(_ environment: [String: String]) throws {
        let host = try #require(WithDriver.current)
        let temporary = try TemporaryFolder()
        let state = temporary("state")
        let enrolling = try start(
            ["enrol", "--controller", "c1", "--epoch", "1", "--state", state, "--libvirt-uri", DriverHost.uri],
            environment: ["XDG_RUNTIME_DIR": host.libvirt.runtimeDirectory])
        enrolling.waitUntilExit()
        #expect(enrolling.terminationStatus == 0)
        // A session and `recover` find their surroundings in one way.
        let (input, output) = (Pipe(), Pipe())
        let session = try start(
            ["session", "--role", "report", "--state", state], input: input, output: output, environment: environment)
        for line in [
            try WireCoding.line(WireRequest(id: 1, method: WireMethod.hello.rawValue, params: HelloParameters())),
            try WireCoding.line(WireRequest(id: 2, method: WireMethod.report.rawValue, params: ReportParameters())),
        ] {
            try input.fileHandleForWriting.write(contentsOf: Data(line))
        }
        try input.fileHandleForWriting.close()
        let told = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        session.waitUntilExit()
        #expect(told.contains(host.uuid), "\(told)")
    }

    @Test("Wrong command lines get 64, and what can't be done gets 1")
    func exitCodes() throws {
        let temporary = try TemporaryFolder()
        #expect(try run("session", "--role", "root") == 64)
        #expect(try run("session") == 64)
        #expect(try run("enrol", "--controller", "a b", "--epoch", "1", "--state", temporary("state")) == 64)
        #expect(try run("report", "--sysroot", temporary("missing")) == 1)
        #expect(try run("recover", "--state", temporary("state")) == 0)
        #expect(!FileManager.default.fileExists(atPath: temporary("state")))
        #expect(try run("version") == 0)
    }
}
