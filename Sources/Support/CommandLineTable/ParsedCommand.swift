/// What a command line asks for: which command, and what it was given.
package struct ParsedCommand: Sendable, Hashable {
    /// The command's names below the program, `["host", "enrol"]`.
    package var path: [String] = []
    var argumentValues: [String: [String]] = [:]
    var optionValues: [String: [String]] = [:]

    /// An argument's value; an argument that is not optional always has one.
    package func argument(_ name: String) -> String? { argumentValues[name]?.first }
    package func arguments(_ name: String) -> [String] { argumentValues[name] ?? [] }
    package func option(_ name: String) -> String? { optionValues[name]?.first }
    package func options(_ name: String) -> [String] { optionValues[name] ?? [] }
    package func flag(_ name: String) -> Bool { optionValues[name] != nil }

    /// The values of a `K=V` option; the last of the same key holds.
    package func pairs(_ name: String) -> [String: String] {
        options(name).reduce(into: [:]) { pairs, pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            pairs[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
    }
}

/// What a program does with its command line.
package enum CommandLineOutcome: Sendable, Hashable {
    case run(ParsedCommand)
    /// Help, the version or a completion script: print it and exit with 0.
    case show(String)
}

/// A command line that is refused. Print `description` to standard error and exit with `exitCode`.
package struct CommandLineFault: Error, Sendable, Hashable, CustomStringConvertible {
    package var sentence: String
    package var remedy: String

    /// EX_USAGE of sysexits.h.
    package var exitCode: Int32 { 64 }
    package var description: String { "\(sentence); \(remedy)" }
}
