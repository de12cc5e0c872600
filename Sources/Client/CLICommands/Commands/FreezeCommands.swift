import CommandLineTable
import ControllerAPI
import FleetDocuments
import FoundationEssentials
import NestingModel

let freezeCommand = Command(
    "freeze", "let no correction start, from now on",
    discussion:
        "In the whole fleet, in the places that are named and all below them, or in what a selector selects; a guest that would go down with "
        + "another one is held, too. What agents have in motion ends safely, and a remediation that is held up waits "
        + "for 'nestor remediation resume', also after the freeze has ended. It is shown in every status, plan and "
        + "report while it lasts. Neither --yes nor --now gets past it. Several may stand beside one another, each with "
        + "its own end: what two of them hold starts when both are over.",
    examples: [
        ("nestor freeze --reason incident-4711", "until somebody unfreezes"),
        ("nestor freeze --reason 'month end' --for 36h", ""),
        ("nestor freeze --label rack=r7 --reason 'new switch' --for 2h", "what has this label, now and later"),
        ("nestor freeze rack7 rack8/db --reason audit --until 2026-12-24T06:00:00+01:00", "these places only"),
        ("nestor freeze list", "all that stand, with who, why and until when"),
    ],
    arguments: [
        CommandArgument(
            "path", "only these places and all below them; none means the whole fleet", optional: true, repeated: true)
    ],
    options: [
        CommandOption("reason", value: "TEXT", "why; everybody who looks will see it"),
        CommandOption("until", value: "TIME", "when it ends by itself, with its offset: 2026-12-24T06:00:00+01:00"),
        CommandOption("for", value: "DURATION", "the same, counted from now: 90m, 36h, 2d"),
    ] + selectorOptions,
    commands: [
        Command(
            "list", "show what is frozen, by whom, why and until when", examples: [("nestor freeze list", "")])
    ], runsAlone: true)
let unfreezeCommand = Command(
    "unfreeze", "let corrections start again",
    discussion: "Where several freezes stand, one is named, or --all: nobody's is lifted unseen. What a freeze "
        + "interrupted stays so: nestor remediation resume.",
    examples: [
        ("nestor unfreeze", "the only one that stands"), ("nestor unfreeze 4f1c", "that one; others stand"),
        ("nestor unfreeze --all", ""),
    ],
    arguments: [
        CommandArgument("id", "of the freeze, or the beginning of it: nestor freeze list", optional: true)
    ],
    options: [CommandOption("all", "whatever stands")])

func freeze(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    guard let reason = context.parsed.option("reason"), !reason.isEmpty else {
        throw CLIFailure(ExitCode.usage, "why? everybody who looks will ask", remedy: "nestor freeze --reason TEXT")
    }
    let paths = try context.paths()
    let request = FreezeRequest(
        reason: reason, until: try context.moment("until"), seconds: try context.seconds("for"),
        paths: paths.isEmpty ? nil : paths, selector: try context.selector())
    let freeze: Freeze = try await context.client.send("POST", .freeze, [], request)
    try context.show(freeze) { freeze in "\(plain(freeze.sentence)); \(plain([freeze].remedy)) ends it" }
    return ExitCode.inLine
}

func freezeList(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let freezes: [Freeze] = try await context.client.get(.freeze)
    try context.show(freezes) { freezeTable($0, context.terminal) }
    return ExitCode.inLine
}

func freezeTable(_ freezes: [Freeze], _ terminal: Terminal) -> String {
    guard !freezes.isEmpty else { return "nothing is frozen; nestor freeze --reason TEXT freezes the whole fleet" }
    var table = TextTable("ID", "HOLDS", "UNTIL", "SINCE", "BY", "REASON")
    for freeze in freezes {
        table.add(
            .init(String(freeze.id?.prefix(8) ?? "-")), .init(freeze.scope),
            .init(freeze.until?.formatted(.iso8601) ?? "unfreeze"), .init(freeze.since.formatted(.iso8601)),
            .init(freeze.by), .init(freeze.reason))
    }
    return table.text(terminal)
}

func unfreeze(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    var query: [(name: String, value: String)] = []
    if let word = context.parsed.argument("id") {
        guard !context.parsed.flag("all") else {
            throw CLIFailure(ExitCode.usage, "one freeze is named, and --all is said", remedy: "leave one out")
        }
        let freezes: [Freeze] = try await context.client.get(.freeze)
        let newestFirst = freezes.sorted { $0.since > $1.since }.compactMap(\.id)
        query = [("id", try wholeID(word, of: "freeze", among: newestFirst))]
    } else if context.parsed.flag("all") {
        query = [("all", "true")]
    }
    let ended: [Freeze] = try await context.client.send("DELETE", .freeze, query, Empty())
    let left: [Freeze] = try await context.client.get(.freeze)
    try context.show(ended) { unfrozenText($0, left: left) }
    return ExitCode.inLine
}

func unfrozenText(_ ended: [Freeze], left: [Freeze]) -> String {
    let lines = ended.map { "no longer frozen: \(plain($0.scope)) (\(plain($0.reason)))" }
    let rest = left.map { "still: \(plain($0.sentence))" }
    return (lines + (left.isEmpty ? ["corrections may start again"] : rest)).joined(separator: "\n")
}

extension CommandContext {
    /// A point in time with its offset or its zone: without one it would be anybody's local time.
    func moment(_ option: String) throws(CLIFailure) -> Date? {
        guard let text = parsed.option(option) else { return nil }
        do throws(MomentFault) {
            return try MomentText.read(text).date
        } catch {
            throw CLIFailure(
                ExitCode.usage, "--\(option) takes a time with its offset, not '\(plain(text))', which \(error.reason)",
                remedy: "such as 2026-12-24T06:00:00+01:00 or '2026-12-24T06:00 Europe/Berlin'; "
                    + "--for 36h counts from now")
        }
    }

    /// A length of time, in seconds.
    func seconds(_ option: String) throws(CLIFailure) -> Int? {
        guard let text = parsed.option(option) else { return nil }
        let units = ["d": 86_400, "h": 3_600, "m": 60, "s": 1]
        guard let unit = text.last.flatMap({ units[String($0)] }), let number = Int(text.dropLast()), number >= 0,
            number <= 1_000_000
        else {
            throw CLIFailure(
                ExitCode.usage, "--\(option) takes a length of time, not '\(plain(text))'", remedy: "such as 90m or 36h"
            )
        }
        return number * unit
    }
}
