import Foundation
import NestingModel

/// The nestor-agent on this machine, run once.
struct LocalAgent {
    let path: String

    /// - Parameter named: a path; nil takes the one beside this program.
    init(named: String?) throws(CLIFailure) {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let beside = URL(filePath: program).deletingLastPathComponent().appending(path: "nestor-agent").path
        path = named ?? beside
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw CLIFailure(
                ExitCode.failed, "there is no nestor-agent at '\(path)'", remedy: "nestor check --agent FILE")
        }
    }

    func report() throws(CLIFailure) -> HostReport {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: path)
        process.arguments = ["report"]
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        do {
            try process.run()
            let data = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
                throw CLIFailure(ExitCode.failed, "'\(path) report' ended with \(process.terminationStatus)")
            }
            return try JSONText.decoder().decode(HostReport.self, from: data)
        } catch let failure as CLIFailure {
            throw failure
        } catch {
            throw CLIFailure(ExitCode.failed, "'\(path) report' cannot be read: \(error)")
        }
    }
}
