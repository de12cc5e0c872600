import CommandLineTable
import ControllerAPI
import FoundationEssentials
import NestingModel

let historyCommand = Command(
    "history", "one guest's settings and findings over time, the newest first",
    discussion:
        "Kept as long as nestord's settings say (history.keep, history.size); old states of a guest are thinned "
        + "to one a day. What open findings need is kept in any case.",
    examples: [
        ("nestor history rack7/build-l1", ""), ("nestor history rack7/build-l1 --since 30d -o json", "for scripts"),
    ],
    arguments: [pathArgument],
    options: [
        CommandOption("since", value: "TIME", "not before: 2026-11-25, 2026-11-25T10:00:00Z, 36h or 7d ago"),
        CommandOption("limit", value: "N", "how many entries; else 100"),
    ])

func history(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let limit = try context.count("limit", upTo: 10_000, remedy: "--since asks for less") ?? 100
    var query = [
        (name: "path", value: try context.path().description),
        (name: "limit", value: String(limit)),
    ]
    if let since = try context.moment("since", past: true) { query.append(("since", since.formatted(.iso8601))) }
    let entries: [HistoryEntry] = try await context.client.get(.history, query)
    try context.show(entries) { entries in
        entries.isEmpty ? "nothing happened that is remembered" : historyText(entries, context.terminal)
    }
    return ExitCode.inLine
}
