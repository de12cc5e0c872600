import CommandLineTable
import ControllerAPI
import FoundationEssentials
import NestingModel

func hostList(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let limit = try context.limit() ?? (context.wantsJSON ? 0 : HostPage.usual)
    var list = context.wantsJSON ? JSONList(context.terminal) : nil
    var (shown, page) = (0, HostPage(hosts: []))
    repeat {
        let size = limit == 0 ? HostPage.usual : min(limit - shown, HostPage.usual)
        page = try await context.client.get(
            .hosts, [("limit", "\(size)")] + (page.next.map { [("after", $0.description)] } ?? []))
        if list == nil, !page.hosts.isEmpty {
            context.terminal.print((shown == 0 ? "" : "\n") + hostTable(page.hosts, context.terminal))
        }
        try list?.add(page.hosts)
        shown += page.hosts.count
    } while page.next != nil && (limit == 0 || shown < limit)
    if let list {
        list.close()
    } else if shown == 0 {
        context.terminal.print("no hosts yet; nestor host enrol NAME --address ADDRESS adds one")
    } else if page.next != nil {
        context.terminal.print("\n\(page.more) more host\(page.more == 1 ? "" : "s"); --limit 0 shows all")
    }
    return ExitCode.inLine
}

func hostTable(_ rows: [HostRow], _ terminal: Terminal) -> String {
    var table = TextTable("PATH", "LEVEL", "ADDRESS", "STATE", "GUESTS", "AGENT", "LABELS")
    for row in rows {
        let labels = row.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        table.add(
            .init(row.path.description), .init("L\(row.level)"), .init("\(row.user)@\(row.address):\(row.port)"),
            .init("\(row.health.state)", row.health.state == .ok ? .green : .red), .init(count(row.guests)),
            .init(row.agentVersion), .init(labels.isEmpty ? "-" : labels))
    }
    let faults = rows.filter { !$0.health.sentence.isEmpty }.map { row in
        let remedy = row.health.remedy.isEmpty ? "" : "\n  → \(plain(row.health.remedy))"
        return "\(plain(row.path.description)): \(plain(row.health.sentence))\(remedy)"
    }
    return ([table.text(terminal)] + faults).joined(separator: "\n")
}

private func count(_ guests: Fact<Int>) -> String {
    switch guests {
    case .known(let count): "\(count)"
    case .absent: "none"
    case .unknown: "?"
    }
}

func hostShow(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let view: HostView = try await context.client.get(.host, [("path", try context.path().description)])
    try context.show(view) { view in hostDetail(view, context.terminal) }
    return view.health.state == .ok ? ExitCode.inLine : ExitCode.failed
}

func hostDetail(_ view: HostView, _ terminal: Terminal) -> String {
    var lines: [(String, String)] = [
        ("path", "\(view.host.path) (level \(view.host.path.level))"),
        ("address", "\(view.host.user)@\(view.host.address):\(view.host.port)"),
        ("state", "\(view.health.state)\(view.health.sentence.isEmpty ? "" : ": \(view.health.sentence)")"),
        ("host key", view.host.hostKeys.joined(separator: ", ")), ("uuid", view.host.uuid ?? "not pinned"),
        ("agent", "\(view.host.agent.version) in \(view.host.agent.directory)"),
        ("labels", view.host.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")),
    ]
    if let report = view.report {
        lines += [
            ("reported", report.time.formatted(.iso8601)),
            ("system", "\(report.host.operatingSystem), kernel \(report.host.kernelRelease)"),
            ("cpu", "\(report.cpu.model), \(report.cpu.threads) threads"),
            ("extension", "\(report.cpu.extension), second-level paging \(report.cpu.secondLevelPaging)"),
            ("runs under", "\(report.cpu.runsUnder)"),
            ("module", "\(report.hypervisor.module) (\(report.hypervisor.moduleState))"),
            (
                "nested",
                "loaded \(report.hypervisor.nestedLoaded), configured \(report.hypervisor.nestedConfigured) "
                    + "by \(report.hypervisor.nestedConfiguredBy)"
            ),
            ("/dev/kvm", kvm(report.hypervisor.device)),
            ("manager", manager(report.hypervisor.manager)),
        ]
    }
    let width = lines.map(\.0.count).max() ?? 0
    let text = lines.map { name, value in
        terminal.paint(name, .bold) + String(repeating: " ", count: width - name.count + 2) + plain(value)
    }
    guard case .known(let guests) = view.report?.guests, !guests.isEmpty else { return text.joined(separator: "\n") }
    var table = TextTable("GUEST", "STATE", "NESTING", "BY", "VCPUS", "MEMORY", "UUID")
    for guest in guests {
        table.add(
            .init(guest.name), .init("\(guest.state)"),
            .init("\(guest.exposure.configured.map { $0 ? "exposed" : "hidden" })"),
            .init("\(guest.exposure.mechanism)"), .init("\(guest.vcpus.maximum)"),
            .init("\(guest.memory.startup.map(bytes))"), .init(guest.uuid))
    }
    return (text + ["", table.text(terminal)]).joined(separator: "\n")
}

private func kvm(_ device: Fact<KVMDevice>) -> String {
    guard case .known(let device) = device else { return "\(device.map { _ in "" })" }
    return "mode \(device.mode), \(device.owner):\(device.group), creates a VM: \(device.createsVM)"
}

private func manager(_ manager: Fact<GuestManagerFacts>) -> String {
    guard case .known(let manager) = manager else { return "\(manager.map { _ in "" })" }
    return "\(manager.name) \(manager.version) at \(manager.socket)"
}

func hostCheck(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let path = try context.path()
    let answer: CheckAnswer = try await context.client.send(
        "POST", .hostCheck, [], CheckRequest(path: path), deadline: .seconds(300))
    try context.show(answer) { answer in
        let hops = answer.hops.map { hop in
            let mark =
                hop.state == .ok ? context.terminal.paint("ok", .green) : context.terminal.paint("\(hop.state)", .red)
            let cause = hop.sentence.isEmpty ? "" : ": \(plain(hop.sentence))"
            let remedy = hop.remedy.isEmpty ? "" : "\n  → \(plain(hop.remedy))"
            return "\(plain(hop.path.description)): \(mark)\(cause)\(remedy)"
        }
        guard answer.view.health.state == .ok else { return hops.joined(separator: "\n") }
        return (hops + ["", hostDetail(answer.view, context.terminal)]).joined(separator: "\n")
    }
    return answer.view.health.state == .ok ? ExitCode.inLine : ExitCode.failed
}

func hostRemove(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let path = try context.path()
    let uninstall = context.parsed.flag("uninstall")
    if !context.parsed.flag("yes") {
        guard context.terminal.isInteractive else {
            throw CLIFailure(ExitCode.refused, "nobody is here to say yes", remedy: "--yes")
        }
        guard context.terminal.confirm("Forget '\(path)'\(uninstall ? " and take its agent and keys away" : "")?")
        else {
            throw CLIFailure(ExitCode.refused, "nothing was done")
        }
    }
    let operation = newOperation()
    let request = RemoveRequest(
        uninstall: uninstall, operatorKey: uninstall ? try context.operatorKey() : nil, operation: operation)
    let answer = try await context.following(operation) { () async throws(CLIFailure) -> RemoveAnswer in
        try await context.client.send(
            "DELETE", .hosts, [("path", path.description)], request, deadline: .seconds(300))
    }
    try context.show(answer) { answer in
        (answer.sentences + ["'\(answer.path)' is forgotten"]).map(plain).joined(separator: "\n")
    }
    return ExitCode.inLine
}

func agentUpgrade(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let operation = newOperation()
    let request = UpgradeRequest(
        paths: try context.paths(), operatorKey: try context.operatorKey(), operation: operation)
    let rows = try await context.following(operation) { () async throws(CLIFailure) -> [UpgradeRow] in
        try await context.client.send("POST", .agentUpgrade, [], request, deadline: .seconds(3_600))
    }
    try context.show(rows) { rows in
        var table = TextTable("PATH", "BEFORE", "AFTER", "RESULT")
        for row in rows {
            table.add(
                .init(row.path.description), .init(row.before), .init(row.after),
                .init(row.error?.description ?? "ok", row.error == nil ? .green : .red))
        }
        return table.text(context.terminal)
    }
    return rows.allSatisfy { $0.error == nil } ? ExitCode.inLine : ExitCode.failed
}
