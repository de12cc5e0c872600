import AgentApp
import Glibc

@main
struct Main {
    static func main() {
        exit(AgentApp.run(Array(CommandLine.arguments.dropFirst())))
    }
}
