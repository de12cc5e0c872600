import AgentCore
import AgentWire
import CommandLineTable
import FoundationEssentials
import Glibc
import NestingModel

/// The agent as a program.
package enum AgentApp {
    /// Runs the command line.
    /// - Parameter words: what follows the program's name.
    /// - Returns: the exit code, as `nestor-agent --help` lists them.
    package static func run(_ words: [String]) -> Int32 {
        // A peer that goes away is an error of a write, never the end of a transaction.
        signal(SIGPIPE, SIG_IGN)
        do throws(CommandLineFault) {
            switch try AgentTable.table.parse(words) {
            case .show(let text):
                Console.print(text)
                return EXIT_SUCCESS
            case .run(let command): return run(command)
            }
        } catch {
            Console.complain(error.description)
            return error.exitCode
        }
    }

    private static func run(_ command: ParsedCommand) -> Int32 {
        do throws(StateFault) {
            switch command.path.first {
            case "report": return try ReportCommand.run(command)
            case "session": return try SessionCommand.run(command)
            case "work": return try WorkCommand.work(command)
            case "recover": return try WorkCommand.recover(command)
            case "enrol": return try EnrolCommand.enrol(command)
            case "forget": return try EnrolCommand.forget(command)
            default:
                Console.print("nestor-agent \(AgentIdentity.current.version)\n")
                return EXIT_SUCCESS
            }
        } catch {
            Console.complain(error.description)
            return EXIT_FAILURE
        }
    }
}
