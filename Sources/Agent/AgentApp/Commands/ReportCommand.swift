import AgentCore
import AgentWire
import CommandLineTable
import FoundationEssentials
import Glibc

/// `nestor-agent report`
enum ReportCommand {
    static func run(_ command: ParsedCommand) throws(StateFault) -> Int32 {
        let sysroot = command.option("sysroot")
        if let sysroot, access(sysroot, R_OK | X_OK) != 0 {
            throw StateFault(
                .missing, "cannot read \(sysroot): \(String(cString: strerror(errno)))",
                remedy: "name a folder that holds a copied proc, sys and etc")
        }
        let report = try Surroundings(command).reports(sysroot: sysroot).build()
        let encoder = WireCoding.encoder()
        if command.flag("pretty") || Console.isTerminal { encoder.outputFormatting.insert(.prettyPrinted) }
        do {
            Console.write([UInt8](try encoder.encode(report)) + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
        } catch {
            throw StateFault(.unwritable, "the report cannot be written: \(error)")
        }
        return EXIT_SUCCESS
    }
}
