import CommandLineTable
import ControllerAPI
import FoundationEssentials

let auditCommand = Command(
    "audit", "who changed what, the newest first",
    discussion: "Every change of policies, hosts, findings and corrections is recorded before it is made, by whoever "
        + "was at the other end of the socket and from where (process, and the login behind a sudo), and where it can be "
        + "told with what was before and after.",
    examples: [("nestor audit --limit 200", "")],
    options: [CommandOption("limit", value: "N", "how many records; else 50")],
    commands: [
        Command(
            "show", "records that meet every condition",
            examples: [
                ("nestor audit show --actor alice --since 7d", "what alice did in the last seven days"),
                ("nestor audit show --action policy", "policy.apply and all else that begins so"),
                ("nestor audit show --subject rack7", "that host and all below it"),
            ],
            options: [
                CommandOption("actor", value: "NAME", "who: any part of the name"),
                CommandOption("action", value: "ACTION", "what: policy.apply, or policy for all that begin so"),
                CommandOption("subject", value: "SUBJECT", "of what: a place and all below it, or a remediation"),
                CommandOption("since", value: "TIME", "not before: 2026-11-25, 2026-11-25T10:00:00Z, 36h or 7d ago"),
                CommandOption("until", value: "TIME", "before that"),
            ]),
        Command(
            "verify", "recompute the chain of the records, and name the first that is wrong",
            discussion: "Each record's hash covers the record and the hash before it, so that a change or a removal "
                + "in the middle shows. That the end was cut off shows only against a head that was kept elsewhere: "
                + "nestord writes it into its own log at start, with every 1,000th record and daily, and 'nestor "
                + "status' and 'nestor report' show it. Exits with 1 where anything is wrong.",
            examples: [
                ("nestor audit verify", ""),
                ("nestor audit verify --head > /mnt/elsewhere/audit-head", "check, and keep the head outside"),
                (
                    "nestor audit verify --expect-head "
                        + "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "whether a record that was there is still there"
                ),
            ],
            options: [
                CommandOption(
                    "expect-head", value: "HASH",
                    "a head that was kept outside, as --head printed it: a record must have it"),
                CommandOption("head", "print nothing but the number of records and the head"),
            ]),
    ], runsAlone: true)

/// `nestor audit` and `nestor audit show`.
func audit(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let limit = try context.count("limit", upTo: 1_000, remedy: "--until goes further back") ?? 50
    var query = [(name: "limit", value: String(limit))]
    for name in ["actor", "action", "subject"] {
        if let value = context.parsed.option(name) { query.append((name, value)) }
    }
    for name in ["since", "until"] {
        if let time = try context.moment(name, past: true) { query.append((name, time.formatted(.iso8601))) }
    }
    let records: [AuditRecord] = try await context.client.get(.audit, query)
    try context.show(records) { records in
        var table = TextTable("NUMBER", "TIME", "WHO", "FROM", "WHAT", "SUBJECT", "DETAIL")
        for record in records {
            table.add(
                .init("\(record.number)"), .init(record.time.formatted(.iso8601)), .init(record.actor),
                .init(record.origin ?? "-"),
                .init(record.action), .init(record.subject), .init(record.detail))
        }
        return table.text(context.terminal)
    }
    return ExitCode.inLine
}

func auditVerify(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let expected = try context.keptHead()
    let answer: AuditVerification = try await context.client.get(
        .auditVerify, expected.map { [("expect", $0)] } ?? [], deadline: .seconds(600))
    try context.show(answer) { answer in
        context.parsed.flag("head") && answer.isWhole
            ? "\(answer.head.number) \(answer.head.hash)" : verificationText(answer, context.terminal)
    }
    return answer.isWhole ? ExitCode.inLine : ExitCode.failed
}

extension CommandContext {
    /// The hash of a head that was kept outside: alone, or as `--head` prints it, behind its number.
    func keptHead() throws(CLIFailure) -> String? {
        guard let text = parsed.option("expect-head") else { return nil }
        let words = text.split { $0 == " " || $0 == "\n" }
        let isNumbered = words.count == 2 && Int(words[0]) != nil
        guard words.count == 1 || isNumbered, let hash = words.last, hash.utf8.count == 64,
            hash.allSatisfy({ $0.isHexDigit && !$0.isUppercase })
        else {
            throw CLIFailure(
                ExitCode.usage, "--expect-head takes 64 hex digits, not '\(plain(text))'",
                remedy: "as 'nestor audit verify --head' prints it")
        }
        return String(hash)
    }
}

func verificationText(_ answer: AuditVerification, _ terminal: Terminal) -> String {
    var lines: [String] = []
    if let fault = answer.fault {
        lines.append(terminal.paint("wrong from record \(fault.number) on: \(plain(fault.sentence))", .red))
        lines.append(
            "  → somebody wrote into the store by hand; the records before it (\(answer.head.number)) are as they were "
                + "written")
    } else {
        lines.append("\(answer.head.number) records, each as it was written")
    }
    if let number = answer.expectedAt {
        lines.append("the expected head is record \(number)")
    } else if let expected = answer.expected {
        lines.append(
            answer.fault == nil
                ? terminal.paint("no record has the expected head \(plain(expected))", .red)
                    + ": the end was cut off, or the log was written anew"
                : "the expected head \(plain(expected)) is not among them")
    }
    if answer.fault == nil { lines.append("head \(answer.head.hash.isEmpty ? "none yet" : answer.head.hash)") }
    return lines.joined(separator: "\n")
}

/// One line for a status or a report.
func auditHeadText(_ head: AuditHead) -> String {
    head.number == 0 ? "no record yet" : "\(head.number) records, head \(plain(head.hash))"
}
