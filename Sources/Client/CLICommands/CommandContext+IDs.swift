import CommandLineTable
import ControllerAPI
import NestingModel

extension CommandContext {
    /// The id of a remediation that a person means: see `wholeID`.
    func remediationID() async throws(CLIFailure) -> String {
        let word = parsed.argument("id") ?? ""
        return try await wholeID(word, "remediation") { () async throws(CLIFailure) in
            let all: [Remediation] = try await client.get(.remediations)
            return all.map(\.id)
        }
    }

    /// The id of a change request that a person means: see `wholeID`.
    func changeID() async throws(CLIFailure) -> String {
        let word = parsed.argument("id") ?? ""
        return try await wholeID(word, "change request") { () async throws(CLIFailure) in
            let all: [ChangeRequest] = try await client.get(.changes)
            return all.map(\.id)
        }
    }

    private func wholeID(
        _ word: String, _ kind: String, _ list: () async throws(CLIFailure) -> [String]
    ) async throws(CLIFailure) -> String {
        // The whole one needs no list, which holds the newest only.
        word.utf8.count == 32 ? word : try CLICommands.wholeID(word, of: kind, among: try await list())
    }
}

/// The id that begins with what was typed, or with `last` the newest: nobody types 32 digits.
/// - Parameters:
///   - kind: what they are the ids of, for the refusal.
///   - ids: newest first.
func wholeID(_ word: String, of kind: String, among ids: [String]) throws(CLIFailure) -> String {
    let found = word == "last" ? Array(ids.prefix(1)) : ids.filter { !word.isEmpty && $0.hasPrefix(word) }
    let list = "nestor \(kind.split(separator: " ")[0]) list"
    guard let first = found.first else {
        throw CLIFailure(
            ExitCode.failed,
            word == "last" ? "there is no \(kind) yet" : "no \(kind) has an id that begins with '\(plain(word))'",
            remedy: list)
    }
    guard found.count == 1 else {
        throw CLIFailure(
            ExitCode.usage, "\(found.count) \(kind)s have an id that begins with '\(plain(word))'",
            remedy: "type more of it: " + found.prefix(3).joined(separator: ", "))
    }
    return first
}
