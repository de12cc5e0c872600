import ControllerAPI
import NestingModel

/// Shows what goes on until the remediation has ended; it goes on by itself when this command is ended.
func follow(_ id: String, _ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let (terminal, client) = (context.terminal, context.client)
    terminal.tell("remediation \(id) runs; it goes on if you leave (nestor remediation watch \(id) comes back)")
    var remediation: Remediation
    var live = LiveProgress(terminal)
    repeat {
        await client.follow("remediation", id) { event in
            guard terminal.isLive else {
                return terminal.tell("  " + plain("\(event.path.map { "\($0): " } ?? "")\(event.sentence)"))
            }
            guard let now = try? await client.get(.remediation, [("id", id)]) as Remediation else { return }
            terminal.draw(
                live.show(now, told: event.path.map { ($0, event.sentence) }, size: terminal.size))
        }
        remediation = try await client.get(.remediation, [("id", id)])
        // A stream that broke off is opened again; the pause keeps a controller that is going down from being asked
        // all the time.
        if remediation.state == .running { try? await Task.sleep(for: .milliseconds(300)) }
    } while remediation.state == .running
    terminal.draw(live.end())
    try context.show(remediation) { remediation in remediationText(remediation, terminal) }
    return remediation.state == .succeeded ? ExitCode.inLine : ExitCode.notRemediated
}
