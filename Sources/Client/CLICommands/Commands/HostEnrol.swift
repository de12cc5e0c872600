import CommandLineTable
import ControllerAPI
import NestingModel

/// `nestor host enrol`: a person, or the command line, accepts the host key first.
func hostEnrol(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let path = try context.path()
    guard let address = context.parsed.option("address") else {
        throw CLIFailure(
            ExitCode.usage, "where is '\(path)'?",
            remedy: "--address ADDRESS, as \(path.parent.map { "'\($0)'" } ?? "nestord") sees it")
    }
    let port = try context.number("port") ?? 22
    let user = context.parsed.option("user") ?? "root"
    let key = try context.operatorKey()
    let offered: OfferedHostKey = try await context.client.send(
        "POST", .hostKey, [],
        HostKeyRequest(path: path, address: address, port: port, user: user, operatorKey: key))
    try accept(offered, of: path, at: "\(address):\(port)", context)
    let operation = newOperation()
    let request = EnrolRequest(
        path: path, address: address, port: port, user: user, labels: context.parsed.pairs("label"),
        hostKeys: [offered.pin], operatorKey: key, agentDirectory: context.parsed.option("agent-directory"),
        agentState: context.parsed.option("agent-state"), libvirtSocket: context.parsed.option("libvirt-socket"),
        authorizedKeys: context.parsed.option("authorized-keys"),
        bootRecovery: !context.parsed.flag("no-boot-recovery"), operation: operation)
    let row = try await context.following(operation) { () async throws(CLIFailure) -> HostRow in
        try await context.client.send("POST", .hosts, [], request, deadline: .seconds(600))
    }
    try context.show(row) { row in hostTable([row], context.terminal) }
    return row.health.state == .ok ? ExitCode.inLine : ExitCode.failed
}

private func accept(
    _ offered: OfferedHostKey, of path: NodePath, at place: String, _ context: CommandContext
) throws(CLIFailure) {
    if let wanted = context.parsed.option("host-key-fingerprint") {
        guard wanted == offered.fingerprint else {
            throw CLIFailure(
                ExitCode.refused, "'\(path)' at \(place) offers \(offered.type) \(offered.fingerprint), not \(plain(wanted))",
                remedy: "find out which machine answers there before you accept its key")
        }
        return
    }
    if let place = offered.acceptedBy {
        return context.terminal.tell("the \(offered.type) key \(offered.fingerprint) is accepted by \(plain(place))")
    }
    let shown = "'\(path)' at \(place) offers the \(offered.type) key \(offered.fingerprint)"
    guard context.terminal.isInteractive else {
        throw CLIFailure(
            ExitCode.refused, "\(shown), and nobody is here to say whether it is right",
            remedy: "compare it with ssh-keygen -lf on that machine, then: --host-key-fingerprint \(offered.fingerprint)")
    }
    context.terminal.tell(shown)
    guard context.terminal.confirm("Is that its key? (on the machine: ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub)") else {
        throw CLIFailure(ExitCode.refused, "the host key was not accepted; nothing was done")
    }
}
