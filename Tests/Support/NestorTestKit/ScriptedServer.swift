import Foundation

/// A real server of a test's own on 127.0.0.1, written in Python, which says on standard error, a line of JSON each,
/// first `{"ready": PORT}` and then what came. It ends with `stop` or with this object.
package final class ScriptedServer: Sendable {
    package let port: Int
    package let folder: TemporaryFolder
    private let process: Int32
    private let log: ProcessLog
    private let watchdog: Watchdog

    /// - Parameters:
    ///   - answer: the first content of the file that is the script's first argument: what it answers.
    ///   - arguments: after that one.
    package init(_ script: String, answer: String, _ arguments: [String]) async throws {
        folder = try TemporaryFolder()
        try folder.write(answer, to: "answer")
        let file = try folder.write(script, to: "server.py")
        (process, log) = try ProcessLog.spawn("/usr/bin/python3", ["-u", file, folder("answer")] + arguments)
        // Before anything can fail: whoever started it ends it.
        watchdog = try Watchdog(over: process)
        _ = await log.contains("\"ready\"", orEndsWithin: .seconds(20))
        guard let line = log.text.split(separator: "\n").first(where: { $0.contains("\"ready\"") }),
            let ready = try? JSONDecoder().decode([String: Int].self, from: Data(line.utf8)), let port = ready["ready"]
        else {
            watchdog.end()
            ProcessTree.end(process)
            throw TestToolFailure(sentence: "the server did not start: \(log.text)")
        }
        self.port = port
    }

    /// What it answers from now on, as its script reads it.
    package func answer(_ text: String) throws { try folder.write(text, to: "answer") }

    /// All that came so far, in order, once there are so many: what a client saw answered may not have been read from
    /// the server yet.
    package func came<Item: Decodable>(atLeast count: Int) async -> [Item] {
        if count > 0 { _ = await log.contains("\"number\": \(count)}", orEndsWithin: .seconds(20)) }
        return log.text.split(separator: "\n").compactMap {
            try? JSONDecoder().decode(Item.self, from: Data($0.utf8))
        }
    }

    package func stop() {
        log.endOnce {
            watchdog.end()
            ProcessTree.end(process)
        }
    }

    deinit { stop() }
}
