import Foundation
import Testing

@testable import CommandLineTable

private let table = CommandLineTable(
    root: Command(
        "nestor", "nested virtualization, as the owner wants it",
        options: [CommandOption("output", short: "o", "how to print", allowed: ["table", "json"])],
        commands: [
            Command(
                "host", "the hosts of the fleet",
                commands: [
                    Command(
                        "enrol", "enrol a host", examples: [("nestor host enrol rack7", "asks for the key")],
                        arguments: [
                            CommandArgument("PATH", "where"), CommandArgument("ADDRESS", "ssh", optional: true),
                        ],
                        options: [
                            CommandOption("yes", short: "y", "ask nothing: what's shown is taken as right"),
                            CommandOption("label", value: "K=V", "a label", repeated: true),
                            CommandOption("deadline", value: "DURATION", String(repeating: "how long ", count: 30)),
                        ]),
                    Command("check", "check hosts", arguments: [CommandArgument("PATH", "which", repeated: true)]),
                ]),
            Command("status", "how it is"),
        ]),
    version: "1.2.3", exitCodes: [(0, "in line"), (2, "drift found")])

private func run(_ line: String) throws -> ParsedCommand {
    guard case .run(let parsed) = try table.parse(line.split(separator: " ").map(String.init)) else {
        throw CommandLineFault(sentence: "shown", remedy: "")
    }
    return parsed
}

@Suite("The command line") struct CommandLineTableTests {
    @Test("options are read before and after arguments, with = or a space, long or short, until --")
    func parsing() throws {
        let parsed = try run("--output=json host enrol rack7 -y --label a=1 --label=b=x=y --deadline 5m -- --yes")
        #expect(parsed.path == ["host", "enrol"])
        #expect(parsed.argument("PATH") == "rack7" && parsed.argument("ADDRESS") == "--yes")
        #expect(parsed.option("output") == "json" && parsed.option("deadline") == "5m" && parsed.flag("yes"))
        #expect(parsed.pairs("label") == ["a": "1", "b": "x=y"])
        #expect(try run("host check a b -ojson").arguments("PATH") == ["a", "b"])
        #expect(try run("status").option("output") == nil)
    }

    @Test(
        "a wrong line is refused with what to do",
        arguments: [
            ("", "nestor needs a command; choose host or status"),
            ("hots", "nestor has no command \"hots\"; did you mean host?"),
            ("hlep", "nestor has no command \"hlep\"; did you mean help?"),
            ("host", "nestor host needs a command; choose enrol or check"),
            ("host enrol", "nestor host enrol needs PATH; nestor host enrol --help says what there is"),
            ("host check", "nestor host check needs PATH; nestor host check --help says what there is"),
            (
                "host enrol a b c",
                "nestor host enrol does not expect \"c\"; nestor host enrol --help says what there is"
            ),
            ("status --ouput json", "nestor status has no option --ouput; did you mean --output?"),
            ("status -x", "nestor status has no option -x; nestor status --help says what there is"),
            ("status --yes", "nestor status has no option --yes; nestor status --help says what there is"),
            ("status --output xml", "--output is \"xml\"; choose table or json"),
            ("status --output", "--output has no value; choose table or json"),
            ("status -o json -o table", "--output is given twice; leave one of them out"),
            ("host enrol a --yes=no", "--yes takes no value; leave out what follows it"),
            ("host enrol a --deadline=", "--deadline has no value; write --deadline DURATION"),
            ("host enrol a --label x", "--label is \"x\"; write --label K=V"),
            ("help \u{1B}[31m", "nestor has no command \"\\u{1B}[31m\"; nestor --help says what there is"),
            ("\u{1B}[31m", "nestor has no command \"\\u{1B}[31m\"; nestor --help says what there is"),
            ("--\u{9B}x", "nestor has no option --\\u{9B}x; nestor --help says what there is"),
            ("completion tcsh", "nestor completion needs a shell; choose bash, zsh or fish"),
        ])
    func refusals(line: String, text: String) {
        let fault = #expect(throws: CommandLineFault.self) { try run(line) }
        #expect(fault?.description == text)
        #expect(fault?.exitCode == 64)
    }

    @Test("blank and endless words are refused in a short sentence", arguments: [0, 1 << 20])
    func hostile(length: Int) {
        let word = String(repeating: "x", count: length)
        for words in [["host", "check", word, ""], ["status", "--" + word + "="], [word], ["help", word, word]] {
            let fault = #expect(throws: CommandLineFault.self) { try table.parse(words) }
            #expect(fault.map { $0.description.count < 300 } == true)
        }
    }

    @Test("help is the same by option and by word, on every level", arguments: [[], ["host"], ["host", "enrol"]])
    func help(path: [String]) throws {
        let help = table.help(path)
        #expect(try table.parse(path + ["--help", "--wrong"]) == .show(help))
        #expect(try table.parse(["help"] + path) == .show(help))
        #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(help.contains("-o, --output table|json"))
        #expect(help.contains("exit codes:\n  0  in line\n  2  drift found\n") == path.isEmpty)
        #expect(help.contains("nestor host enrol PATH [ADDRESS] [options]") == (path.count == 2))
        #expect(help.contains("examples:\n  nestor host enrol rack7\n      asks") == (path.count == 2))
        #expect(help.contains("  completion  print") == path.isEmpty)
        #expect(try table.parse(["--version"]) == .show("nestor 1.2.3\n"))
    }

    @Test(
        "completion works in the shell itself",
        arguments: [
            ("bash", "COMP_WORDS=(nestor host en); COMP_CWORD=2; _nestor; echo ${COMPREPLY[*]}", "enrol"),
            ("bash", "COMP_WORDS=(nestor host enrol a --d); COMP_CWORD=4; _nestor; echo ${COMPREPLY[*]}", "--deadline"),
            ("bash", "COMP_WORDS=(nestor status -o j); COMP_CWORD=3; _nestor; echo ${COMPREPLY[*]}", "json"),
            ("bash", "COMP_WORDS=(nestor status --output = j); COMP_CWORD=4; _nestor; echo ${COMPREPLY[*]}", "json"),
            ("zsh", "words=(nestor host en); CURRENT=3; _nestor", "command commands: enrol check"),
            ("zsh", "words=(nestor status -o ''); CURRENT=4; _nestor", "add: -- table json"),
            ("bash", "COMP_WORDS=(nestor comp); COMP_CWORD=1; _nestor; echo ${COMPREPLY[*]}", "completion"),
            ("fish", "complete -C 'nestor host en' | string split \\t -f 1", "enrol"),
            ("fish", "complete -C 'nestor host enrol a --label a=b --d' | string split \\t -f 1", "--deadline"),
            ("fish", "complete -C 'nestor status -o j' | string split \\t -f 1", "json"),
        ])
    func completion(shell: String, question: String, answer: String) throws {
        guard let kind = CompletionShell(rawValue: shell), let program = find(shell) else { return }
        let zsh = "compdef() {}; compadd() { echo add: $@ }; _describe() { echo $@: ${${(P)@[-1]}%%:*} }\n"
        let process = Process()
        process.executableURL = program
        process.arguments = ["-c", (shell == "zsh" ? zsh : "") + table.completion(for: kind) + question]
        let home = FileManager.default.temporaryDirectory.appending(path: "completion-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: home) }
        process.environment = ["HOME": home.path, "PATH": "/usr/bin:/bin"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(text.trimmingCharacters(in: .whitespacesAndNewlines) == answer)
    }

    private func find(_ shell: String) -> URL? {
        ["/bin/", "/usr/bin/"].map { URL(filePath: $0 + shell) }.first {
            FileManager.default.isExecutableFile(atPath: $0.path)
        }
    }
}
