import Foundation
import NestorTestKit

/// A process that runs beside, and ends with this one, however that goes.
final class MeasuredProcess {
    let log: ProcessLog
    private let pid: Int32
    private let watchdog: Watchdog

    init(_ path: String, _ words: [String]) throws {
        let started = try ProcessLog.spawn(path, words)
        (log, pid) = (started.log, started.pid)
        watchdog = try Watchdog(over: started.pid)
    }

    /// The most that it had resident since the last time somebody asked, in bytes.
    func takePeak() -> Int {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        try? "5".write(toFile: "/proc/\(pid)/clear_refs", atomically: false, encoding: .utf8)
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }

    /// Processor time so far, all threads.
    func processorTime() -> Duration {
        // The name stands in parentheses; behind it, the 12th and 13th field are user's and system's time in ticks.
        let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else { return .zero }
        return .milliseconds((user + system) * 10)
    }

    func end() {
        watchdog.end()
        ProcessTree.end(pid)
    }
}
