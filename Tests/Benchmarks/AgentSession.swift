import AgentWire
import Foundation

/// One agent session over pipes: a question, its answer.
final class AgentSession {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var buffer: [UInt8] = []
    private var lastID = 0

    init(_ agent: String, _ arguments: [String]) throws {
        process.executableURL = URL(fileURLWithPath: agent)
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let _: HelloResult = try ask(.hello, HelloParameters())
    }

    func ask<Parameters: Codable & Sendable, Result: Codable & Sendable>(
        _ method: WireMethod, _ parameters: Parameters
    ) throws -> Result {
        lastID += 1
        let line = try WireCoding.line(WireRequest(id: lastID, method: method.rawValue, params: parameters))
        try input.fileHandleForWriting.write(contentsOf: Data(line))
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let answer = Array(buffer[..<end])
                buffer.removeSubrange(...end)
                return try WireCoding.decode(WireAnswer<Result>.self, from: answer).result
            }
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw BenchmarkFault(description: "the agent's session ended") }
            buffer += data
        }
    }

    /// In bytes, now.
    var resident: Int { status("VmRSS:") }
    /// The part of it that is this process' own. The rest is the program's file, which all agents of a host share, and
    /// of which the kernel maps as much as happens to lie in its cache in one piece.
    var own: Int { status("RssAnon:") }

    private func status(_ field: String) -> Int {
        let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(field) }
        return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }

    func end() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
