import AgentWire
import CLICommands
import Foundation

@main
struct Main {
    static func main() async {
        let process = ProcessInfo.processInfo
        exit(
            await NestorProgram.run(
                Array(process.arguments.dropFirst()), environment: process.environment, version: nestorVersion))
    }
}
