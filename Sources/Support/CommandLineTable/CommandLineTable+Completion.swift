/// A shell that a completion script can be made for.
package enum CompletionShell: String, Sendable, CaseIterable {
    case bash, zsh, fish
}

extension CommandLineTable {
    /// The path of every command, the program's own (empty) first.
    var paths: [[String]] {
        func below(_ command: Command, _ path: [String]) -> [[String]] {
            [path] + command.commands.flatMap { below($0, path + [$0.name]) }
        }
        return below(root, [])
    }

    /// The script that completes the program's commands, options and their values. It finds the command by walking
    /// over the words before the cursor, so it needs nothing of the program when it runs.
    package func completion(for shell: CompletionShell) -> String {
        let script = CompletionScript(shell: shell, program: root.name)
        let known = paths.dropFirst().map { script.quote($0.joined(separator: " ")) }
        var values = ""
        var words = ""
        for path in paths {
            let chain = commands(to: path) ?? [root]
            let at = path.joined(separator: " ")
            let options = chain.reversed().flatMap(\.options) + [CommandOption("help", short: "h", "show help")]
            values += options.filter { $0.value != nil }.map { script.value($0, at) }.joined()
            let own = path.isEmpty ? ownCommands : []
            words += script.words(chain[chain.count - 1].commands + own, options, at)
        }
        return script.whole(known: known, values: values, words: words)
    }
}

/// The pieces of one shell's script.
private struct CompletionScript {
    let shell: CompletionShell
    let program: String
    var function: String { "_" + program.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined() }

    /// `text` as one word of the shell's.
    func quote(_ text: String) -> String {
        let escapes: [Character: String] = shell == .fish ? ["'": "\\'", "\\": "\\\\"] : ["'": "'\\''"]
        return "'" + text.map { escapes[$0] ?? String($0) }.joined() + "'"
    }

    /// What follows an option that takes a value, in the command `at`: one branch of a case, or fish's own line.
    func value(_ option: CommandOption, _ at: String) -> String {
        let spellings = ["--" + option.name] + (option.short.map { ["-\($0)"] } ?? [])
        let pattern = spellings.map { quote("\(at):\($0)") }.joined(separator: "|")
        let allowed = option.allowed.map(quote).joined(separator: " ")
        return switch shell {
        case .bash where allowed.isEmpty: "        \(pattern)) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n"
        case .bash: "        \(pattern)) words=(\(allowed)) ;;\n"
        case .zsh where allowed.isEmpty: "        (\(pattern)) _files; return ;;\n"
        case .zsh: "        (\(pattern)) compadd -- \(allowed); return ;;\n"
        case .fish: ""
        }
    }

    /// The commands and options that can follow in the command `at`.
    func words(_ commands: [Command], _ options: [CommandOption], _ at: String) -> String {
        func described(_ rows: [(String, String)]) -> String {
            rows.map { quote($0 + ":" + $1) }.joined(separator: " ")
        }
        switch shell {
        case .bash:
            let words = (commands.map(\.name) + options.map { "--" + $0.name }).map(quote)
            return "            \(quote(at))) words=(\(words.joined(separator: " "))) ;;\n"
        case .zsh:
            return "        (\(quote(at))) commands=(\(described(commands.map { ($0.name, $0.summary) })))\n"
                + "            options=(\(described(options.map { ("--" + $0.name, $0.help) }))) ;;\n"
        case .fish:
            let start = "complete -c \(program) -n \(quote("test \"$(\(function)_path)\" = '\(at)'"))"
            let names = commands.map { "\(start) -a \(quote($0.name)) -d \(quote($0.summary))\n" }
            return names.joined()
                + options.map { option in
                    let short = option.short.map { " -s \($0)" } ?? ""
                    let free = option.value == nil ? "" : " -r -F"
                    let value = option.allowed.isEmpty ? free : " -x -a \(quote(option.allowed.joined(separator: " ")))"
                    return "\(start)\(short) -l \(option.name)\(value) -d \(quote(option.help))\n"
                }.joined()
        }
    }

    func whole(known: [String], values: String, words: String) -> String {
        let cases = known.isEmpty ? [quote("")] : known
        switch shell {
        case .bash:
            return """
                \(function)() {
                    local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD - 1]}" at="" word i
                    local -a words=()
                    [[ $prev == = ]] && prev="${COMP_WORDS[COMP_CWORD - 2]}"
                    [[ $cur == = ]] && cur=""
                    for ((i = 1; i < COMP_CWORD; i++)); do
                        word="${at:+$at }${COMP_WORDS[i]}"
                        case "$word" in \(cases.joined(separator: "|"))) at="$word" ;; esac
                    done
                    case "$at:$prev" in
                \(values)        *) case "$at" in
                \(words)        esac ;;
                    esac
                    COMPREPLY=($(compgen -W "${words[*]}" -- "$cur"))
                }
                complete -F \(function) \(program)

                """
        case .zsh:
            return """
                #compdef \(program)
                \(function)() {
                    local at="" word
                    local -a commands options
                    for word in "${(@)words[2,CURRENT-1]}"; do
                        case "${at:+$at }$word" in (\(cases.joined(separator: "|"))) at="${at:+$at }$word" ;; esac
                    done
                    case "$at:${words[CURRENT-1]}" in
                \(values)    esac
                    case "$at" in
                \(words)    esac
                    if [[ "${words[CURRENT]}" == -* ]] || (( ! $#commands )); then
                        _describe -o option options
                    else
                        _describe command commands
                    fi
                }
                # In a folder of $fpath the file itself is the function's first call.
                if [[ "${funcstack[1]}" == \(function) ]]; then \(function) "$@"; else compdef \(function) \(program); fi

                """
        case .fish:
            return """
                function \(function)_path
                    set -l at
                    for word in (commandline -opc)[2..-1]
                        set -l next (string join -- ' ' $at $word)
                        contains -- $next \(cases.joined(separator: " ")); and set at $next
                    end
                    echo $at
                end
                complete -c \(program) -f
                \(words)
                """
        }
    }
}
