import Foundation
import NestorTestKit

/// A real nestord over a store that was made for it, with programs that lie beside this one.
final class RunningController {
    private let folder: TemporaryFolder
    private let pid: Int32
    /// It has to end with this process, however that goes.
    private let watchdog: Watchdog

    /// - Parameters:
    ///   - folder: with the store in `state`.
    ///   - settings: beside where its files are.
    init(in folder: TemporaryFolder, _ settings: [String]) async throws {
        self.folder = folder
        let words = ["state.directory=\(folder("state"))", "api.socket=\(folder("sock"))"] + settings
        let started = try ProcessLog.spawn(try Self.program("nestord"), words.flatMap { ["--set", $0] })
        pid = started.pid
        watchdog = try Watchdog(over: started.pid)
        guard await started.log.contains("ready", orEndsWithin: .seconds(60)) else {
            watchdog.end()
            ProcessTree.end(pid)
            throw BenchmarkFault(description: "nestord does not start: \(started.log.text.suffix(400))")
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

    /// The most that nestord had resident since the last time somebody asked, in bytes.
    func takePeak() -> Int {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        try? "5".write(toFile: "/proc/\(pid)/clear_refs", atomically: false, encoding: .utf8)
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }

    func stop() {
        watchdog.end()
        ProcessTree.end(pid)
    }
}
