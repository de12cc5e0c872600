import ControllerAPI
import Foundation
import NestingModel
import Testing

@testable import CLICommands

@Suite("A plan as a script")
struct PlanScriptTests {
    private func answer(_ name: String = "build-l1") throws -> PlanAnswer {
        let rack7 = try #require(NodePath("rack7"))
        let path = rack7.guest(named: name)
        let item = PlanItem(
            path: path, host: rack7, uuid: "00000000-0000-4000-8000-0000000000a1",
            change: GuestChange(exposure: true, startupMemory: 4 << 30, maximumVCPUs: 4, dynamicMemory: false),
            definitionDigest: "sha256:1", findings: [], policies: ["builders"], disruption: .guestRestart,
            blastRadius: [path.guest(named: "inner")], blastRadiusUnknown: false, nestingInUse: true,
            drains: [DrainStep(host: path, guests: ["00000000-0000-4000-8000-0000000000b1"])], verifyInside: path,
            rules: DisruptionRules(), steps: ["stop 1 guest"])
        return PlanAnswer(
            plan: Plan(items: [item], blocked: [], madeAt: Date(timeIntervalSince1970: 0)), digest: "sha256:d",
            freezes: [])
    }

    /// Runs it with a virsh that only writes down what it is asked.
    private func run(_ script: String, input: String) throws -> (status: Int32, output: String, calls: String) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "nestor-script-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let virsh = """
            #!/bin/sh
            shift 2
            echo "$*" >>"\(folder.path)/calls"
            case "$1" in
                domstate) echo 'shut off' ;;
                dumpxml) echo "<domain><memory unit='KiB'>2097152</memory></domain>" ;;
            esac
            """
        for (name, text) in [("virsh", virsh), ("true-editor", "#!/bin/sh\nexit 0\n"), ("plan.sh", script)] {
            _ = FileManager.default.createFile(
                atPath: folder.appending(path: name).path, contents: Data(text.utf8),
                attributes: [.posixPermissions: 0o755])
        }
        let process = Process()
        let (output, standardInput) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["plan.sh"]
        process.currentDirectoryURL = folder
        process.environment = ["PATH": "\(folder.path):/usr/bin:/bin", "EDITOR": "true-editor"]
        process.standardOutput = output
        process.standardError = output
        process.standardInput = standardInput
        try process.run()
        standardInput.fileHandleForWriting.write(Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        let said = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let calls = (try? String(contentsOf: folder.appending(path: "calls"), encoding: .utf8)) ?? ""
        return (process.terminationStatus, String(decoding: said, as: UTF8.self), calls)
    }

    @Test("asks, stops what runs inside, changes, and starts all again")
    func runs() throws {
        let done = try run(try PlanScript(answer(), hosts: [:]).text, input: "y\n")
        #expect(done.status == 0, "\(done.output)")
        let (outer, inner) = ("00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000b1")
        let calls = done.calls.split(separator: "\n").map(String.init).filter {
            !$0.hasPrefix("dom") && !$0.hasSuffix("--inactive")
        }
        #expect(
            calls.map { $0.split(separator: " --folder").first.map(String.init) ?? $0 }.map { call in
                call.hasPrefix("define") ? "define" : call
            } == [
                "shutdown \(inner)", "dumpxml \(outer) --inactive --security-info",
                "setmaxmem \(outer) 4194304 --config", "setmem \(outer) 4194304 --config",
                "setmem \(outer) 2097152 --config", "setvcpus \(outer) 4 --maximum --config",
                "dumpxml \(outer) --inactive --security-info", "define", "shutdown \(outer)", "start \(outer)", "uri",
                "start \(inner)",
            ])
        #expect(!done.output.contains("STILL OFF"))
    }

    @Test("does nothing to a guest that nobody says yes to")
    func asks() throws {
        let done = try run(try PlanScript(answer(), hosts: [:]).text, input: "n\n")
        #expect(done.status == 0 && done.calls == "", "\(done)")
    }

    @Test("takes names for words, never for commands")
    func quotes() throws {
        let text = try PlanScript(answer("a'; touch hacked; echo '\n$(touch hacked)"), hosts: [:]).text
        let done = try run(text + "\ntest ! -e hacked\n", input: "n\n")
        #expect(done.status == 0, "\(done.output)")
        #expect(PlanScript.quoted("it's\n$x") == "'it'\\''s?$x'")
    }

    @Test("says what is disturbed, and where the hosts are thought to be")
    func tells() throws {
        let text = try PlanScript(answer(), hosts: [:]).text
        for part in [
            "#    blast radius: the guest itself, rack7/build-l1/inner", "guest-restart, nesting is in use",
            "HOST_1='qemu+ssh://root@rack7/system'", "digest sha256:d", "1970-01-01T00:00:00Z",
        ] {
            #expect(text.contains(part), "\(part)")
        }
    }
}
