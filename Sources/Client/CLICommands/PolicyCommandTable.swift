import CommandLineTable

/// The commands under `nestor policy`.
let policyCommand = Command(
    "policy", "what guests should be like",
    commands: [
        Command(
            "apply", "take policies and exemptions from files: all of them or none",
            discussion:
                "A policy says what guests should be like; an exemption is a dated exception, with owner, reason "
                + "and end. Both are in the annotated examples under Config/policies. 'preview' shows what a file would "
                + "do.",
            examples: [
                ("nestor policy apply -f policies/", ""),
                ("nestor policy apply -f all.yaml --prune", "the files are all there is"),
                ("nestor policy apply -f all.yaml --expect-revision 7", "not where somebody else was faster"),
            ],
            options: [
                files, expectRevision,
                CommandOption("prune", "remove policies and exemptions that are not in the files"),
            ]),
        Command("list", "all policies and exemptions", examples: [("nestor policy list", "")]),
        Command(
            "export", "print all policies and exemptions as one file, which 'apply' takes back",
            examples: [
                ("nestor policy export > all.yaml", "then edit it, and apply it with --prune"),
                ("nestor policy export --revision 6", "as they were then"),
            ],
            options: [CommandOption("revision", value: "N", "of an old revision, as 'history' shows it")]),
        Command(
            "preview", "what a draft would open, close, exempt and correct; changes nothing",
            examples: [
                ("nestor policy preview -f policies/", ""),
                ("nestor policy preview --revision 6", "before nestor policy rollback 6"),
            ],
            options: [
                files,
                CommandOption("revision", value: "N", "of an old revision instead of files, as 'history' shows it"),
                CommandOption("prune", "as if policies and exemptions that are not in the files were removed"),
                CommandOption("limit", value: "N", "so many of each at most, 0 for all; else 100 as text, all as JSON"),
            ]),
        Command(
            "explain", "for each setting of one node: which policy decides, which lost, and why",
            discussion: "Also which exemption holds, and how far Nestor goes by itself, with the reason. Reads what is "
                + "stored; 'nestor drift --refresh' reads the hosts first.",
            examples: [("nestor policy explain rack7/build-l1", "")], arguments: [pathArgument]),
        Command(
            "history", "every revision: who made it, when, and what it changed; the newest first",
            examples: [("nestor policy history", "")],
            options: [CommandOption("limit", value: "N", "how many revisions, at most 1000; else 50")]),
        Command(
            "diff", "what differs between two revisions, line by line",
            discussion: "Exits with 2 where anything differs. Revision 0 is nothing at all.",
            examples: [
                ("nestor policy diff 6", "what changed since then"), ("nestor policy diff 6 7", "one change alone"),
            ],
            arguments: [
                CommandArgument("revision", "as 'history' shows it"),
                CommandArgument("other", "the later one; else the newest", optional: true),
            ]),
        Command(
            "rollback", "make an old revision's content the newest revision",
            discussion: "Nothing is taken back: a new revision has the old content, under your name. 'diff' shows what "
                + "that changes.",
            examples: [
                ("nestor policy rollback 6", ""),
                ("nestor policy rollback 6 --expect-revision 7", "not where somebody else was faster"),
            ],
            arguments: [CommandArgument("revision", "as 'history' shows it")], options: [expectRevision]),
        Command(
            "from", "write a policy of what a live guest or host has now",
            discussion:
                "In mode audit, about that one node; what can't be told is left out, with the reason on standard "
                + "error. Edit it, preview it, apply it.",
            examples: [("nestor policy from rack7/build-l1 > build-l1.yaml", "")], arguments: [pathArgument]),
        Command(
            "test", "hold policies against reports in files: no controller, no network",
            discussion: "Reads every .yaml file of the folder as a list of tests, each with policies, reports and what "
                + "has to be found and planned, and names each difference; files of policies alone are passed over. Exits with 2 where anything differs, and with "
                + "4 where a file is wrong: made for a pipeline. Config/policies/tests has an annotated example.",
            examples: [
                ("nestor policy test Config/policies/tests", ""), ("nestor policy test tests -o json", "for scripts"),
            ],
            arguments: [CommandArgument("directory", "the folder of the expectation files, or one of them")]),
        Command(
            "schema", "print the JSON Schema of policy files, for editors and pipelines",
            examples: [
                ("nestor policy schema > policy-1.schema.json", ""),
                ("nestor policy schema --tests > policy-test-1.schema.json", "of what 'policy test' reads"),
            ], options: [CommandOption("tests", "of the files that 'nestor policy test' reads, instead")]),
    ])
