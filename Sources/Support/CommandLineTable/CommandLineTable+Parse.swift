import HumanText

extension CommandLineTable {
    /// Reads the words after the program's name. `--help` and `--version` win over faults in what follows them.
    package func parse(_ words: [String]) throws(CommandLineFault) -> CommandLineOutcome {
        var line = CommandLine(table: self)
        return try line.read(words)
    }

    /// What every program with commands can do besides.
    var ownCommands: [Command] {
        root.commands.isEmpty
            ? []
            : [
                Command("help", "show the help of a command"),
                Command("completion", "print a completion script for bash, zsh or fish"),
            ]
    }

    /// The commands from the root to `path`, or nil where there is no such command.
    func commands(to path: some Sequence<String>) -> [Command]? {
        var chain = [root]
        for name in path {
            guard let next = chain[chain.count - 1].commands.first(where: { $0.name == name }) else { return nil }
            chain.append(next)
        }
        return chain
    }
}

/// A command line that is being read.
private struct CommandLine {
    let table: CommandLineTable
    var chain: [Command]
    var parsed = ParsedCommand()
    var positional: [String] = []

    init(table: CommandLineTable) {
        self.table = table
        chain = [table.root]
    }

    var command: Command { chain[chain.count - 1] }
    var name: String { chain.map(\.name).joined(separator: " ") }
    var options: [CommandOption] { chain.reversed().flatMap(\.options) }

    mutating func read(_ words: [String]) throws(CommandLineFault) -> CommandLineOutcome {
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                positional += rest
                break
            } else if word == "--help" || word == "-h" {
                return .show(table.help(parsed.path))
            } else if word == "--version" {
                return .show("\(table.root.name) \(table.version)\n")
            } else if word.hasPrefix("-"), word.utf8.count > 1 {
                try readOption(word, &rest)
            } else if positional.isEmpty, let next = command.commands.first(where: { $0.name == word }) {
                chain.append(next)
                parsed.path.append(word)
            } else if parsed.path.isEmpty, positional.isEmpty, table.ownCommands.contains(where: { $0.name == word }) {
                return .show(word == "help" ? try help(rest) : try completion(rest))
            } else {
                if command.arguments.isEmpty { throw unexpected(word) }
                positional.append(word)
            }
        }
        if !command.runsAlone {
            throw fault("\(name) needs a command", "choose \(list(command.commands.map(\.name)))")
        }
        try fillArguments()
        return .run(parsed)
    }

    private mutating func readOption(_ word: String, _ rest: inout ArraySlice<String>) throws(CommandLineFault) {
        let isLong = word.hasPrefix("--")
        let cut = isLong ? word.firstIndex(of: "=") ?? word.endIndex : word.index(word.startIndex, offsetBy: 2)
        let given = String(word[..<cut])
        let match = options.first { isLong ? "--" + $0.name == given : $0.short.map { "-\($0)" } == given }
        guard let option = match else {
            let hint = NearestName.hint(given, among: options.map { "--" + $0.name })
            throw fault("\(name) has no option \(ShownText.escaped(given))", hint)
        }
        var values: [String] = cut < word.endIndex ? [String(word[cut...].dropFirst(isLong ? 1 : 0))] : []
        if let value = option.value {
            if values.isEmpty, let next = rest.popFirst() { values = [next] }
            let ask = option.allowed.isEmpty ? "write \(given) \(value)" : "choose \(list(option.allowed))"
            guard let text = values.first, !text.isEmpty else { throw fault("\(given) has no value", ask) }
            let shown = "\(given) is \(ShownText.quoted(text))"
            if !option.allowed.isEmpty, !option.allowed.contains(text) { throw fault(shown, ask) }
            if option.isPair, text.hasPrefix("=") || !text.contains("=") { throw fault(shown, ask) }
        } else if !values.isEmpty {
            throw fault("\(given) takes no value", "leave out what follows it")
        }
        if !option.repeated, parsed.optionValues[option.name] != nil {
            throw fault("--\(option.name) is given twice", "leave one of them out")
        }
        parsed.optionValues[option.name, default: []] += values
    }

    private mutating func fillArguments() throws(CommandLineFault) {
        var rest = positional[...]
        for argument in command.arguments {
            let values = argument.repeated ? Array(rest) : Array(rest.prefix(1))
            rest = rest.dropFirst(values.count)
            if values.isEmpty, !argument.optional { throw fault("\(name) needs \(argument.name)", nil) }
            if values.contains("") { throw fault("\(argument.name) is blank", "give it a value") }
            if !values.isEmpty { parsed.argumentValues[argument.name] = values }
        }
        if let extra = rest.first { throw unexpected(extra) }
    }

    private func help(_ rest: ArraySlice<String>) throws(CommandLineFault) -> String {
        if table.commands(to: rest) != nil { return table.help(Array(rest)) }
        let asked = ShownText.quoted(rest.joined(separator: " "))
        let names = table.paths.map { $0.joined(separator: " ") }
        throw fault(
            "\(table.root.name) has no command \(asked)", NearestName.hint(rest.joined(separator: " "), among: names))
    }

    private func completion(_ rest: ArraySlice<String>) throws(CommandLineFault) -> String {
        guard rest.count == 1, let shell = rest.first.flatMap(CompletionShell.init) else {
            let shells = CompletionShell.allCases.map(\.rawValue)
            throw fault("\(name) completion needs a shell", "choose \(list(shells))")
        }
        return table.completion(for: shell)
    }

    private func unexpected(_ word: String) -> CommandLineFault {
        if command.commands.isEmpty { return fault("\(name) does not expect \(ShownText.quoted(word))", nil) }
        let names = command.commands + (chain.count == 1 ? table.ownCommands : [])
        let hint = NearestName.hint(word, among: names.map(\.name))
        return fault("\(name) has no command \(ShownText.quoted(word))", hint)
    }

    private func fault(_ sentence: String, _ remedy: String?) -> CommandLineFault {
        CommandLineFault(sentence: sentence, remedy: remedy ?? "\(name) --help says what there is")
    }

    private func list(_ words: [String]) -> String { ShownText.alternatives(words) }
}
