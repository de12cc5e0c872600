import CommandLineTable
import FoundationEssentials
import NestingModel
import NestingPolicy

/// `nestor check`: this machine alone.
func check(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let report = try LocalAgent(named: context.parsed.option("agent")).report()
    let results = EligibilityRules.check(report)
    try context.show(results) { results in
        results.map { result in
            let (word, style): (String, Terminal.Style?) =
                switch result.verdict {
                case .pass: ("PASS", .green)
                case .warn: ("WARN", .yellow)
                case .fail: ("FAIL", .red)
                case .info: ("INFO", nil)
                case .unknown: ("????", .yellow)
                }
            let mark = style.map { context.terminal.paint(word, $0) } ?? word
            let remedy = result.remedy.isEmpty ? "" : "\n        → \(plain(result.remedy))"
            return "  \(mark)  \(plain(result.title)): \(plain(result.sentence))\(remedy)"
        }.joined(separator: "\n")
    }
    return results.contains { $0.verdict == .fail } ? ExitCode.drift : ExitCode.inLine
}
