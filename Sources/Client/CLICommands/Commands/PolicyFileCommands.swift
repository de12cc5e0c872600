import CommandLineTable
import ControllerAPI
import FleetDocuments
import FoundationEssentials
import NestingModel
import NestingPolicy
import YAMLDocument

func policyFrom(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let path = try context.path()
    return try show(
        try await context.client.get(.policyFrom, [("path", path.description)]), warning: "left out", context)
}

func policyExport(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let revision = try context.number("revision").map { [(name: "revision", value: String($0))] } ?? []
    return try show(try await context.client.get(.policyExport, revision), warning: "warning", context)
}

/// Prints a policy file, and on standard error what is to be known of it.
private func show(
    _ answer: PolicyFileAnswer, warning: String, _ context: CommandContext
) throws(CLIFailure) -> Int32 {
    if !context.wantsJSON {
        for sentence in answer.warnings { context.terminal.tell("\(warning): " + plain(sentence)) }
    }
    // YAML escapes what a terminal would obey, and ends with a line feed itself.
    try context.show(answer) { answer in answer.text.last == "\n" ? String(answer.text.dropLast()) : answer.text }
    return ExitCode.inLine
}

/// The same with `--output json`: the schema is JSON.
func policySchema(_ context: CommandContext) throws(CLIFailure) -> Int32 {
    let schema = context.parsed.flag("tests") ? ExpectationSchema.json : PolicySchema.json
    context.terminal.print(String(schema.dropLast()))
    return ExitCode.inLine
}

/// One test's result.
struct PolicyTestRow: Codable, Sendable, Hashable {
    var name: String
    /// `builders.yaml:4`.
    var place: String
    /// Empty where all came as expected.
    var differences: [String]
}

func policyTest(_ context: CommandContext) throws(CLIFailure) -> Int32 {
    let folder = context.parsed.argument("directory") ?? ""
    let rows = try policyTestRows(in: folder, context)
    let failed = rows.filter { !$0.differences.isEmpty }.count
    try context.show(rows) { rows in
        let lines = rows.flatMap { row -> [String] in
            let isMet = row.differences.isEmpty
            let mark = context.terminal.paint(isMet ? "PASS" : "DIFF", isMet ? .green : .red)
            return ["  \(mark)  \(plain(row.name)) (\(plain(row.place)))"]
                + row.differences.map { "        \(plain($0))" }
        }
        let count = "\(rows.count) test\(rows.count == 1 ? "" : "s")"
        return (lines + ["\(count), \(failed == 0 ? "all as expected" : "\(failed) not as expected")"])
            .joined(separator: "\n")
    }
    return failed == 0 ? ExitCode.inLine : ExitCode.drift
}

private func policyTestRows(in place: String, _ context: CommandContext) throws(CLIFailure) -> [PolicyTestRow] {
    let files = try context.texts([place])
    let tests: [PolicyExpectation]
    do throws(YAMLFaults) {
        tests = try ExpectationDocument.read(files) { (name, beside) throws(UnreadableText) in
            let folder = beside.lastIndex(of: "/").map { beside[...$0] } ?? ""
            let file = name.hasPrefix("/") ? name : folder + name
            return DocumentText(name: file, text: try TextFile.read(file))
        }
    } catch {
        throw CLIFailure(error)
    }
    guard !tests.isEmpty else {
        throw CLIFailure(
            ExitCode.failed, "there is no test in '\(plain(place))'",
            remedy: "a folder of expectation files (.yaml), or one of them; Config/policies/tests has an example")
    }
    return tests.map { PolicyTestRow(name: $0.name, place: $0.place, differences: $0.differences()) }
}

extension CLIFailure {
    /// Faults of files that were read here, as the controller would tell them.
    fileprivate init(_ faults: YAMLFaults) {
        let count = faults.faults.count + faults.more
        self.init(ExitCode.refused, "the files have \(count) fault\(count == 1 ? "" : "s"); nothing was tested")
        self.faults = faults.faults.map { fault in
            DocumentFault(
                file: fault.place.file, line: fault.place.line, column: fault.place.column, sentence: fault.sentence,
                remedy: fault.remedy)
        }
    }
}
