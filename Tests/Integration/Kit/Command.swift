import Foundation
import Glibc
import NestorTestKit

/// What came of a program that ran to its end.
struct CommandOutcome: Sendable, CustomStringConvertible {
    var code: Int32
    var output: String
    var complaint: String

    var description: String { "exit code \(code)\n\(output)\(complaint)" }
}

/// A child process of the test's, whose words go to files so that no full pipe holds it up.
final class Command: Sendable {
    let pid: Int32
    private let words: String
    private let folder: TemporaryFolder
    private let log: ProcessLog

    /// Starts it.
    /// - Parameter input: what it reads on standard input.
    init(_ program: String, _ arguments: [String], environment: [String: String] = [:], input: String = "") throws {
        folder = try TemporaryFolder()
        words = ([program] + arguments).joined(separator: " ")
        let read = try folder.write(input, to: "input")
        // The shell only sets the files, and becomes the program.
        let script = #"exec "$@" < "\#(read)" > "\#(folder("output"))" 2> "\#(folder("complaint"))""#
        (pid, log) = try ProcessLog.spawn(
            "/bin/sh", ["-c", script, "sh", program] + arguments, environment: environment)
    }

    /// Waits until it ends; ends it by force when the deadline is over.
    func outcome(within deadline: Duration = .seconds(120)) async throws -> CommandOutcome {
        let (pid, words) = (pid, words)
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                let end = ContinuousClock.now + deadline
                var status: Int32 = 0
                var isLate = false
                while waitpid(pid, &status, WNOHANG) == 0 {
                    if ContinuousClock.now > end, !isLate {
                        isLate = true
                        kill(-pid, SIGKILL)
                    }
                    usleep(5_000)
                }
                if isLate {
                    continuation.resume(throwing: TestToolFailure(sentence: "not done within \(deadline): \(words)"))
                } else {
                    continuation.resume(returning: status)
                }
            }
        }
        func text(_ name: String) -> String {
            (try? Data(contentsOf: URL(fileURLWithPath: folder(name)))).map { String(decoding: $0, as: UTF8.self) }
                ?? ""
        }
        return CommandOutcome(
            code: status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f), output: text("output"),
            complaint: text("complaint"))
    }
}

/// Runs a program to its end.
func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], input: String = "",
    within deadline: Duration = .seconds(120)
) async throws -> CommandOutcome {
    try await Command(program, arguments, environment: environment, input: input).outcome(within: deadline)
}

/// Waits until something is so; looks again all the time, and gives up after the deadline.
func eventually(
    _ what: String, within deadline: Duration = .seconds(60), _ isSo: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + deadline
    while !(try await isSo()) {
        guard ContinuousClock.now < end else { throw TestToolFailure(sentence: "not within \(deadline): \(what)") }
        try await Task.sleep(for: .milliseconds(50))
    }
}
