/// A program's command line as one value: parsing, help and completion are all made from it. The root command is the
/// program itself; its options are the global ones.
package struct CommandLineTable: Sendable {
    package var root: Command
    package var version: String
    /// Shown in the root's help.
    package var exitCodes: [(code: Int32, meaning: String)]

    package init(root: Command, version: String, exitCodes: [(code: Int32, meaning: String)] = []) {
        (self.root, self.version, self.exitCodes) = (root, version, exitCodes)
    }
}

/// A command, or a group of them.
package struct Command: Sendable {
    package var name: String
    /// One line, lower case, without a full stop.
    package var summary: String
    /// Paragraphs, separated by empty lines; they are wrapped.
    package var discussion: String
    package var examples: [(line: String, meaning: String)]
    package var arguments: [CommandArgument]
    /// The command's own; those of the commands above it hold for it too.
    package var options: [CommandOption]
    package var commands: [Command]
    /// Whether it does something without one of `commands`.
    package var runsAlone: Bool

    package init(
        _ name: String, _ summary: String, discussion: String = "", examples: [(line: String, meaning: String)] = [],
        arguments: [CommandArgument] = [], options: [CommandOption] = [], commands: [Command] = [],
        runsAlone: Bool? = nil
    ) {
        (self.name, self.summary, self.discussion, self.examples) = (name, summary, discussion, examples)
        (self.arguments, self.options, self.commands) = (arguments, options, commands)
        self.runsAlone = runsAlone ?? commands.isEmpty
    }
}

/// A value that is told by its place.
package struct CommandArgument: Sendable {
    package var name: String
    package var help: String
    package var optional: Bool
    /// Takes all that is left; only the last argument may.
    package var repeated: Bool

    package init(_ name: String, _ help: String, optional: Bool = false, repeated: Bool = false) {
        (self.name, self.help, self.optional, self.repeated) = (name, help, optional, repeated)
    }
}

/// A value that is told by its name.
package struct CommandOption: Sendable {
    /// Without the dashes.
    package var name: String
    package var short: Character?
    /// What stands for the value in help, `DURATION`; nil for a flag, which takes none. `K=V` asks for a pair.
    package var value: String?
    package var help: String
    /// The values it takes; empty for any.
    package var allowed: [String]
    package var repeated: Bool

    package init(
        _ name: String, short: Character? = nil, value: String? = nil, _ help: String, allowed: [String] = [],
        repeated: Bool = false
    ) {
        (self.name, self.short, self.help) = (name, short, help)
        (self.value, self.allowed, self.repeated) = (value, allowed, repeated)
        if value == nil, !allowed.isEmpty { self.value = allowed.joined(separator: "|") }
    }

    var isPair: Bool { value == "K=V" }

    /// `-o, --output table|json`
    var spelling: String {
        (short.map { "-\($0), " } ?? "    ") + "--" + name + (value.map { " " + $0 } ?? "")
    }
}
