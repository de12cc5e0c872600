import AgentCore
import AgentWire
import CommandLineTable
import Glibc
import LinuxHostProvider

/// `nestor-agent session`
enum SessionCommand {
    static func run(_ command: ParsedCommand) throws(StateFault) -> Int32 {
        guard let role = command.option("role").flatMap(SessionRole.init(rawValue:)) else {
            Console.complain("session needs --role; choose report or correct")
            return EX_USAGE
        }
        let surroundings = try Surroundings(command)
        Session(
            role: role, reports: surroundings.reports(), folder: surroundings.folder, clock: KernelClock(),
            input: STDIN_FILENO, output: STDOUT_FILENO, giveBackMemory: ProcessMemory.giveBack
        ) { () throws(StateFault) in
            try DetachedProcess.start(surroundings.workerArguments)
        }.run()
        return EXIT_SUCCESS
    }
}
