import CommandLineTable
import ControllerAPI
import FleetDocuments
import Foundation
import NestingModel
import NestingPolicy
import YAMLDocument

func policyFrom(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let path = try context.path()
    let answer: PolicyFileAnswer = try await context.client.get(.policyFrom, [("path", path.description)])
    if !context.wantsJSON {
        for warning in answer.warnings { context.terminal.tell("left out: " + plain(warning)) }
    }
    // YAML escapes what a terminal would obey, and ends with a line feed itself.
    try context.show(answer) { answer in answer.text.last == "\n" ? String(answer.text.dropLast()) : answer.text }
    return ExitCode.inLine
}

/// The same with `--output json`: the schema is JSON.
func policySchema(_ context: CommandContext) throws(CLIFailure) -> Int32 {
    context.terminal.print(String(PolicySchema.json.dropLast()))
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

private func policyTestRows(in folder: String, _ context: CommandContext) throws(CLIFailure) -> [PolicyTestRow] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let names = entries.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted()
    guard !names.isEmpty else {
        throw CLIFailure(
            ExitCode.failed, "there is no .yaml file in '\(plain(folder))'",
            remedy: "a folder of expectation files; Config/policies/tests has an example")
    }
    var files: [DocumentText] = []
    for name in names {
        let path = "\(folder)/\(name)"
        files.append(DocumentText(name: path, text: try context.readText(path)))
    }
    do throws(YAMLFaults) {
        let tests = try ExpectationDocument.read(files) { name, beside in
            let base = URL(filePath: beside).deletingLastPathComponent()
            return try? String(contentsOf: URL(filePath: name, relativeTo: base), encoding: .utf8)
        }
        return tests.map { PolicyTestRow(name: $0.name, place: $0.place, differences: $0.differences()) }
    } catch {
        throw CLIFailure(error)
    }
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
