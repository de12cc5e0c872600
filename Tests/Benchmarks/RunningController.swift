import Foundation
import NestorTestKit

/// A real nestord over a store that was made for it, with programs that lie beside this one.
final class RunningController {
    private let folder: TemporaryFolder
    let process: MeasuredProcess

    /// - Parameters:
    ///   - folder: with the store in `state`.
    ///   - settings: beside where its files are.
    init(in folder: TemporaryFolder, _ settings: [String]) async throws {
        self.folder = folder
        let words = ["state.directory=\(folder("state"))", "api.socket=\(folder("sock"))"] + settings
        process = try MeasuredProcess(try Self.program("nestord"), words.flatMap { ["--set", $0] })
        guard await process.log.contains("ready", orEndsWithin: .seconds(60)) else {
            process.end()
            throw BenchmarkFault(description: "nestord does not start: \(process.log.text.suffix(400))")
        }
    }

    static func program(_ name: String) throws -> String {
        let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let path = folder.appendingPathComponent(name).path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw BenchmarkFault(description: "there is no \(path): Deploy/benchmarks builds it")
        }
        return path
    }

    /// `nestor`, whole, from its start to its end.
    @discardableResult
    func run(_ words: [String], expecting status: Int32) throws -> Program.Run {
        try Program.run(
            try Self.program("nestor"), ["--socket", folder("sock")] + words, expecting: status)
    }

    func takePeak() -> Int { process.takePeak() }
    func stop() { process.end() }
}
