import CommandLineTable

private let nameArgument = CommandArgument("name", "a report, as 'nestor report list' shows it")

/// `nestor report` alone reports now; its commands are about the reports that come by themselves.
let reportCommand = Command(
    "report", "read every host, and tell what is new, persisting and resolved since the last report",
    discussion: "Exits with 2 where anything is open.\n\n"
        + "The commands are about reports that come by themselves: 'apply' says which ones there are, when they are "
        + "due, in which formats and to whom they go. Each is compared with its own run before; what 'nestor report' "
        + "alone prints is compared with the last such print.",
    examples: [
        ("nestor report -o json", "for scripts"),
        ("nestor report apply -f reports.yaml", "take scheduled reports from a file"),
        ("nestor report show weekly --format html > weekly.html", "the last run of one of them, as a page"),
    ],
    commands: [
        Command(
            "apply", "take scheduled reports from files: all of them or none",
            discussion: "Config/reports.yaml is an annotated example. Secrets stay in files of their own on the "
                + "controller's machine; a report names them.",
            examples: [
                ("nestor report apply -f reports.yaml", ""),
                ("nestor report apply -f reports.yaml --prune", "others are forgotten, with their runs"),
            ],
            options: [
                CommandOption(
                    "file", short: "f", value: "FILE", "a YAML file, '-' for standard input", repeated: true),
                CommandOption("expect-revision", value: "N", "refuse where the stored revision is another one"),
                CommandOption("prune", "forget reports that are not in the files"),
            ]),
        Command(
            "list", "scheduled reports, when they are due, and how their recipients take them",
            examples: [("nestor report list", "")]),
        Command(
            "show", "one run of a scheduled report; without --run the newest",
            examples: [
                ("nestor report show weekly", ""), ("nestor report show weekly --runs", "which runs there are"),
                ("nestor report show weekly --run 12 --format csv", "an earlier one, for a spreadsheet"),
            ], arguments: [nameArgument],
            options: [
                CommandOption("run", value: "N", "its number"),
                CommandOption("runs", "list the runs that are kept, with their figures"),
                CommandOption("format", "in which form", allowed: ["text", "json", "csv", "html"]),
            ]),
        Command(
            "run", "read every host, run a scheduled report now, and send it to its recipients",
            discussion: "Its next due time stays. Exits with 2 where anything is open.",
            examples: [("nestor report run weekly", "")], arguments: [nameArgument]),
        Command(
            "diff", "what opened, closed and changed between two runs of a scheduled report",
            discussion: "Without --from and --to: between the last two. Exits with 2 where anything opened.",
            examples: [("nestor report diff weekly", ""), ("nestor report diff weekly --from 3 --to 12", "")],
            arguments: [nameArgument],
            options: [
                CommandOption("from", value: "N", "the earlier run's number"),
                CommandOption("to", value: "N", "the later run's number"),
            ]),
        Command(
            "schema", "print the JSON Schema of report files, for editors and pipelines",
            discussion: "What a report in format json looks like is another one: "
                + "Config/schemas/scheduled-report-1.schema.json.",
            examples: [("nestor report schema > report-file-1.schema.json", "")]),
    ], runsAlone: true)
