import CommandLineTable
import ControllerAPI
import FleetDocuments
import Foundation
import NestingModel

/// What every command works with: its words, where to print, whom to ask.
struct CommandContext: Sendable {
    let parsed: ParsedCommand
    let terminal: Terminal
    let environment: [String: String]
    let client: ControllerClient

    init(parsed: ParsedCommand, environment: [String: String]) {
        self.parsed = parsed
        self.environment = environment
        terminal = Terminal(environment: environment)
        client = ControllerClient(socket: Self.socket(parsed, environment))
    }

    var wantsJSON: Bool { parsed.option("output") == "json" }

    private static func socket(_ parsed: ParsedCommand, _ environment: [String: String]) -> String {
        if let named = parsed.option("socket") ?? environment["NESTOR_SOCKET"], !named.isEmpty { return named }
        let own = SocketPlace.ofUser(environment)
        // A user's own controller comes first; else the machine's.
        return !FileManager.default.fileExists(atPath: own)
            && FileManager.default.fileExists(atPath: SocketPlace.system)
            ? SocketPlace.system : own
    }

    /// Prints the answer as JSON, or what `table` makes of it.
    func show<Answer: Encodable>(_ answer: Answer, _ table: (Answer) -> String) throws(CLIFailure) {
        guard wantsJSON else { return terminal.print(table(answer)) }
        do {
            terminal.print(try JSONText.pretty(answer))
        } catch {
            throw CLIFailure(ExitCode.failed, "the answer cannot be written as JSON: \(error)")
        }
    }

    func path() throws(CLIFailure) -> NodePath { try Self.nodePath(parsed.argument("path") ?? "") }

    func paths() throws(CLIFailure) -> [NodePath] {
        var paths: [NodePath] = []
        for text in parsed.arguments("path") { paths.append(try Self.nodePath(text)) }
        return paths
    }

    private static func nodePath(_ text: String) throws(CLIFailure) -> NodePath {
        guard let path = NodePath(text) else {
            throw CLIFailure(
                ExitCode.usage, "'\(plain(text))' is no path of names", remedy: "such as rack7, or rack7/build-l1")
        }
        return path
    }

    func number(_ option: String) throws(CLIFailure) -> Int? {
        guard let text = parsed.option(option) else { return nil }
        guard let number = Int(text) else {
            throw CLIFailure(ExitCode.usage, "--\(option) takes a number, not '\(plain(text))'")
        }
        return number
    }

    /// How many are wanted, at least one.
    /// - Parameter remedy: how to get at more.
    func count(_ option: String, upTo most: Int, remedy: String) throws(CLIFailure) -> Int? {
        guard let number = try number(option) else { return nil }
        guard (1...most).contains(number) else {
            throw CLIFailure(
                ExitCode.usage, "--\(option) takes a number from 1 to \(most), not \(number)", remedy: remedy)
        }
        return number
    }

    /// How many are wanted; 0 for all of them.
    func limit() throws(CLIFailure) -> Int? {
        guard let limit = try number("limit") else { return nil }
        guard limit >= 0 else {
            throw CLIFailure(ExitCode.usage, "--limit takes how many, not \(limit)", remedy: "0 is no limit")
        }
        return limit
    }

    /// The files of `--file`; a folder stands for the YAML files in it.
    func documents() throws(CLIFailure) -> [DocumentFile] {
        let names = parsed.options("file")
        guard !names.isEmpty else {
            throw CLIFailure(ExitCode.usage, "which file?", remedy: "-f FILE, or '-f -' for standard input")
        }
        let documents = try texts(names).map { DocumentFile(name: $0.name, text: $0.text) }
        guard !documents.isEmpty else {
            throw CLIFailure(ExitCode.usage, "there is no .yaml file in '\(plain(names.joined(separator: "', '")))'")
        }
        return documents
    }

    /// The texts of files, and of the YAML files in folders; whatever can't be read is told at once.
    func texts(_ names: [String]) throws(CLIFailure) -> [DocumentText] {
        var texts: [DocumentText] = []
        var faults: [String] = []
        func add(_ name: String, _ read: () throws(UnreadableText) -> [DocumentText]) {
            do throws(UnreadableText) {
                texts += try read()
            } catch {
                faults.append("cannot read '\(plain(name))': \(error.reason)")
            }
        }
        for name in names {
            var files = [name]
            if TextFile.isFolder(name) {
                files = []
                add(name) { () throws(UnreadableText) in
                    files = try TextFile.yamlFiles(in: name)
                    return []
                }
            }
            for file in files {
                add(file) { () throws(UnreadableText) in
                    [DocumentText(name: file == "-" ? "standard-input" : file, text: try TextFile.read(file))]
                }
            }
        }
        guard faults.isEmpty else { throw CLIFailure(ExitCode.failed, faults.joined(separator: "; ")) }
        return texts
    }

    /// - Parameter name: `-` is standard input.
    func readText(_ name: String) throws(CLIFailure) -> String {
        do throws(UnreadableText) {
            return try TextFile.read(name)
        } catch {
            throw CLIFailure(ExitCode.failed, "cannot read '\(plain(name))': \(error.reason)")
        }
    }

    /// The operator's private key, read from the file that is named or from the usual one.
    func operatorKey() throws(CLIFailure) -> OperatorKey {
        let usual = "\(environment["HOME"] ?? "")/.ssh/id_ed25519"
        guard let file = parsed.option("operator-key") ?? (FileManager.default.fileExists(atPath: usual) ? usual : nil)
        else {
            throw CLIFailure(
                ExitCode.usage, "which key opens the host? there is no '\(usual)'",
                remedy: "--operator-key FILE: a private key that may log in there")
        }
        var passphrase = ""
        if let file = parsed.option("passphrase-file") {
            passphrase = try readText(file).split(separator: "\n").first.map(String.init) ?? ""
        }
        return OperatorKey(text: try readText(file), passphrase: passphrase)
    }

    /// Prints progress to standard error while the body works, and returns what it brings.
    func following<Value: Sendable>(
        _ operation: String, _ body: @Sendable () async throws(CLIFailure) -> Value
    ) async throws(CLIFailure) -> Value {
        let (client, terminal) = (client, terminal)
        async let progress: Void = client.follow("operation", operation) { event in
            terminal.tell("  " + plain("\(event.path.map { "\($0): " } ?? "")\(event.sentence)"))
        }
        do throws(CLIFailure) {
            let value = try await body()
            await progress
            return value
        } catch {
            // Leaving the scope cancels the stream, which would otherwise wait for a last event.
            throw error
        }
    }
}

/// A name for one long request, by which its progress is found.
func newOperation() -> String {
    var generator = SystemRandomNumberGenerator()
    return String(generator.next() as UInt64, radix: 16)
}
