import CommandLineTable
import Testing

@testable import CLICommands

@Suite("The commands of nestor")
struct CommandTableTests {
    /// Every command that runs, with its words.
    private static func leaves(_ command: Command, _ words: [String] = []) -> [(words: [String], command: Command)] {
        (command.runsAlone ? [(words, command)] : []) + command.commands.flatMap { leaves($0, words + [$0.name]) }
    }

    private static let table = nestorCommandTable(version: "0.1.0")
    private static let all = leaves(table.root)

    @Test("each parses with the arguments that it asks for, and is told to itself")
    func parses() throws {
        #expect(Self.all.count == 59)
        for (words, command) in Self.all {
            let arguments = command.arguments.filter { !$0.optional }.map { _ in "rack7" }
            guard case .run(let parsed) = try Self.table.parse(words + arguments) else {
                Issue.record("'\(words)' only shows something")
                continue
            }
            #expect(parsed.path == words)
        }
    }

    @Test("each is in a help, has a summary of one line, and no option twice")
    func summaries() throws {
        for (words, command) in Self.all {
            #expect(!command.summary.isEmpty && !command.summary.hasSuffix(".") && !command.summary.contains("\n"))
            #expect(command.summary.first?.isUppercase == false, "\(words)")
            #expect(!command.examples.isEmpty, "\(words)")
            let names = (Self.table.root.options + command.options).map(\.name)
            #expect(Set(names).count == names.count, "\(words): \(names)")
            let help = Self.table.help(words)
            #expect(help.split(separator: "\n").allSatisfy { $0.contains { $0 != " " } }, "\(help)")
            for option in command.options { #expect(help.contains("--\(option.name)"), "\(words)") }
        }
    }

    @Test("lack an argument, or have one too many, and that is a fault of the command line")
    func faults() {
        for (words, command) in Self.all {
            let wrong = command.arguments.contains { !$0.optional } ? words : words + ["--nonsense"]
            let fault = #expect(throws: CommandLineFault.self, "\(words)") { try Self.table.parse(wrong) }
            #expect(fault?.exitCode == ExitCode.usage)
        }
    }

    @Test("the exit codes are all documented, each once")
    func exitCodes() {
        #expect(Self.table.exitCodes.map(\.code) == [0, 1, 2, 3, 4, 5, 64])
        let help = Self.table.help([])
        for (code, meaning) in Self.table.exitCodes {
            #expect(help.contains("\(code)") && help.contains(meaning), "\(code)")
        }
    }

    @Test("every example of the help is one that parses")
    func examples() throws {
        let examples = ([([], Self.table.root)] + Self.all).flatMap { $0.command.examples.map(\.line) }
        #expect(examples.count >= 12)
        for line in examples {
            #expect(line.hasPrefix("nestor "))
            // As a shell takes it: quotes keep words together, and a redirection is not the program's.
            let words = line.split(separator: "'", omittingEmptySubsequences: false).enumerated().flatMap {
                $0.offset % 2 == 1 ? [String($0.element)] : $0.element.split(separator: " ").map(String.init)
            }
            _ = try Self.table.parse(Array(words.dropFirst().prefix { $0 != ">" }))
        }
    }

    @Test(
        "the program ends with the documented codes",
        arguments: [(["--version"], 0), (["tre"], 64), (["host"], 64)] as [([String], Int32)])
    func ends(words: [String], code: Int32) async {
        #expect(await NestorProgram.run(words, environment: [:], version: "0.1.0") == code)
    }

    @Test("a controller that is not there has a code of its own")
    func unreachable() async {
        let code = await NestorProgram.run(
            ["status", "--socket", "/nowhere/nestord.sock"], environment: [:], version: "0.1.0")
        #expect(code == ExitCode.unreachable)
    }
}
