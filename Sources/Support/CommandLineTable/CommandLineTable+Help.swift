extension CommandLineTable {
    /// The help of the command at `path` (the program's own for an empty path), at most `columns` wide.
    package func help(_ path: [String] = [], columns: Int = 80) -> String {
        let chain = commands(to: path) ?? [root]
        let command = chain[chain.count - 1]
        let name = chain.map(\.name).joined(separator: " ")
        var text = "\(name): \(command.summary)\n"
        for paragraph in command.discussion.split(separator: "\n\n") {
            text += "\n" + wrap(paragraph, indent: 0, columns)
        }
        let own = CommandOption("help", short: "h", "show this help")
        let version = CommandOption("version", "show the version")
        text += "\nusage:\n"
        if command.runsAlone {
            let arguments = command.arguments.map { " " + usage($0) }.joined()
            text += wrap("\(name)\(arguments) [options]", indent: 2, columns)
        }
        if !command.commands.isEmpty { text += "  \(name) COMMAND\n" }
        let commands = command.commands + (chain.count == 1 ? ownCommands : [])
        text += section("commands", commands.map { ($0.name, $0.summary) }, columns)
        text += section("arguments", command.arguments.map { ($0.name, $0.help) }, columns)
        let options = command.options + [own] + (chain.count == 1 ? [version] : [])
        text += section("options", options.map { ($0.spelling, $0.help) }, columns)
        let inherited = chain.dropLast().reversed().flatMap(\.options)
        text += section("global options", inherited.map { ($0.spelling, $0.help) }, columns)
        if !command.examples.isEmpty { text += "\nexamples:\n" }
        for example in command.examples {
            text += "  \(example.line)\n"
            if !example.meaning.isEmpty { text += wrap(Substring(example.meaning), indent: 6, columns) }
        }
        if chain.count == 1 { text += section("exit codes", exitCodes.map { ("\($0.code)", $0.meaning) }, columns) }
        return text
    }

    private func usage(_ argument: CommandArgument) -> String {
        let name = argument.name + (argument.repeated ? "…" : "")
        return argument.optional ? "[\(name)]" : name
    }

    private func section(_ title: String, _ rows: [(String, String)], _ columns: Int) -> String {
        guard !rows.isEmpty else { return "" }
        let width = min(rows.map(\.0.count).max() ?? 0, 30)
        return rows.reduce("\n\(title):\n") { text, row in
            let help = wrap(Substring(row.1), indent: width + 4, columns)
            let left = "  " + row.0
            if row.0.count > width { return text + left + "\n" + help }
            return text + left + help.dropFirst(left.count)
        }
    }

    /// `text` in lines of at most `columns`, each behind `indent` spaces; never empty.
    private func wrap(_ text: some StringProtocol, indent: Int, _ columns: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        var lines = [margin]
        for word in text.split(whereSeparator: \.isWhitespace) {
            let last = lines[lines.count - 1]
            if last == margin {
                lines[lines.count - 1] += word
            } else if last.count + 1 + word.count <= columns {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(margin + word)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
