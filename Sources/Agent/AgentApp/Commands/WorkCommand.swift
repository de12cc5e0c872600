import AgentCore
import CommandLineTable
import Glibc

/// `nestor-agent work` and `nestor-agent recover`: one code path.
enum WorkCommand {
    static func work(_ command: ParsedCommand) throws(StateFault) -> Int32 {
        let surroundings = try Surroundings(command)
        DetachedProcess.settle()
        return try run(surroundings, until: .idle)
    }

    static func recover(_ command: ParsedCommand) throws(StateFault) -> Int32 {
        // A host that was never enrolled has nothing to settle, and gets no folder for that.
        let surroundings = try Surroundings(command)
        guard surroundings.folder.exists else { return EXIT_SUCCESS }
        return try run(surroundings, until: command.flag("wait") ? .idle : .settled)
    }

    private static func run(_ surroundings: Surroundings, until: Worker.Until) throws(StateFault) -> Int32 {
        let journal = try Journal(surroundings.folder)
        let worker = Worker(
            journal: journal, guests: surroundings.guests, clock: KernelClock(),
            waiter: FolderWatch(surroundings.folder.corrections))
        return try worker.run(until: until) ? EXIT_SUCCESS : EX_TEMPFAIL
    }
}
