import Foundation
import NestorTestKit

/// Programs that are measured from outside.
enum Programs {
    /// Runs a program to its end; its output is read and dropped.
    static func run(_ words: [String], environment: [String: String] = [:]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.environment = environment.merging(["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"]) { own, _ in own }
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        _ = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw TestToolFailure(sentence: "\(words.joined(separator: " ")) ended with \(process.terminationStatus)")
        }
    }

    /// The most memory that a program held while it answered one line of input, in KiB.
    static func peakMemory(_ words: [String], input: String, answers: Int) throws -> Int {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        let (input, output, text) = (Pipe(), Pipe(), input)
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        var lines = 0
        while lines < answers {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { throw TestToolFailure(sentence: "\(words[0]) ended before it had answered") }
            lines += data.count { $0 == UInt8(ascii: "\n") }
        }
        // It waits for the next request: what it took at most so far is the kernel's to say.
        let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return Int(line.split(whereSeparator: \.isWhitespace).dropFirst().first ?? "") ?? 0
    }
}
