import CommandLineTable
import ControllerAPI
import FleetDocuments
import FoundationEssentials
import NestingModel

let windowCommand = Command(
    "window", "maintenance windows and blackouts",
    discussion:
        "A guest that windows select is corrected inside one of them only, and only where its change can end there by "
        + "its own deadline; one that no window selects, at any time. Nothing starts in a blackout, nor runs into one. "
        + "What a window selects includes what runs inside; a guest that goes down with another one has to be in its "
        + "own window, too. Times are local to the window's zone, and a duration is counted as a clock in the hand "
        + "runs: where a start is skipped by daylight saving it is right after the gap, and where it comes twice, the "
        + "first. 'nestor remediate --now' runs outside of windows.",
    commands: [
        Command(
            "apply", "take windows from files: all of them or none",
            examples: [
                ("nestor window apply -f windows.yaml", ""),
                ("nestor window apply -f windows.yaml --prune", "the file is all there is"),
            ],
            options: [
                CommandOption(
                    "file", short: "f", value: "FILE", "YAML; a folder stands for those in it", repeated: true),
                CommandOption("expect-revision", value: "N", "refuse where somebody changed them meanwhile"),
                CommandOption("prune", "remove windows that are not in the files"),
            ]),
        Command("list", "all windows, and when each is open next", examples: [("nestor window list", "")]),
        Command(
            "schema", "print the JSON Schema of window files, for editors and pipelines",
            examples: [("nestor window schema > window-1.schema.json", "")]),
    ])

func windowApply(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let answer: ApplyAnswer = try await context.client.send("POST", .windows, [], try applyRequest(context))
    try context.show(answer) { appliedText($0, "windows") }
    return ExitCode.inLine
}

func windowList(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let answer: WindowsAnswer = try await context.client.get(.windows)
    try context.show(answer) { answer in
        guard !answer.windows.isEmpty else {
            return "no windows: guests are corrected at any time; nestor window apply -f FILE takes some"
        }
        var table = TextTable("NAME", "KIND", "SELECTS", "WHEN", "STATE", "FROM", "UNTIL")
        for row in answer.windows {
            table.add(
                .init(row.window.name), .init(row.window.blackout ? "blackout" : "window"),
                .init(selectorText(row.window.selector)), .init(whenText(row.window)),
                .init(row.isOpen ? "now" : row.start == nil ? "over" : "to come"),
                .init(row.start?.formatted(.iso8601) ?? "-"), .init(row.end?.formatted(.iso8601) ?? "-"))
        }
        return "revision \(answer.revision)\n" + table.text(context.terminal)
    }
    return ExitCode.inLine
}

/// The same with `--output json`: the schema is JSON.
func windowSchema(_ context: CommandContext) -> Int32 {
    context.terminal.print(String(WindowSchema.json.dropLast()))
    return ExitCode.inLine
}

/// `mon,tue 22:00 4h Europe/Berlin`
func whenText(_ window: MaintenanceWindow) -> String {
    let days =
        switch window.recurrence {
        case .weekly(let days): days.map(\.rawValue)
        case .dates(let dates): dates.map(\.description)
        }
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let start = "\(two(window.startMinute / 60)):\(two(window.startMinute % 60))"
    return "\(days.joined(separator: ",")) \(start) \(lengthText(window.durationSeconds)) \(window.zone)"
}

/// The largest unit in which it is whole.
func lengthText(_ seconds: Int) -> String {
    for (unit, length) in [("d", 86_400), ("h", 3_600), ("m", 60)] where seconds > 0 && seconds % length == 0 {
        return "\(seconds / length)\(unit)"
    }
    return "\(seconds)s"
}
