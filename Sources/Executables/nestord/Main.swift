import AgentWire
import ControllerApp
import Foundation

@main
struct Main {
    static func main() async {
        let process = ProcessInfo.processInfo
        let program = ControllerProgram(
            environment: process.environment,
            program: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "/nestord",
            version: nestorVersion)
        exit(await program.run(Array(process.arguments.dropFirst())))
    }
}
