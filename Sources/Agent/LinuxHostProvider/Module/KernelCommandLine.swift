/// /proc/cmdline: what the running kernel was started with.
struct KernelCommandLine: Sendable, Equatable {
    /// Names with dashes as underscores, values without their quotes; nil for a word without `=`.
    var words: [(name: String, value: String?)] = []

    init(parsing text: String) {
        var quoted = false
        var word = ""
        var started = false
        for character in text + " " {
            if character == "\"" {
                quoted.toggle()
                started = true
            } else if !quoted, character.isWhitespace {
                // What follows "--" is for init.
                if word == "--" { return }
                if started { append(word) }
                word = ""
                started = false
            } else {
                word.append(character)
                started = true
            }
        }
    }

    static func == (left: Self, right: Self) -> Bool {
        left.words.map(\.name) == right.words.map(\.name) && left.words.map(\.value) == right.words.map(\.value)
    }

    /// The last setting of a module's parameter; an inner nil is a word without a value. As the kernel and modprobe
    /// do, dashes and underscores are the same, and the last one counts.
    func setting(_ module: String, _ parameter: String) -> String?? {
        words.last { $0.name == "\(module).\(parameter)" }.map(\.value)
    }

    /// Modules that may not be loaded by themselves, or at all.
    func blocks(_ module: String) -> String? {
        for (name, value) in words where ["module_blacklist", "modprobe.blacklist"].contains(name) {
            let names = (value ?? "").split(separator: ",").map { ModprobeConfiguration.underscored(String($0)) }
            if names.contains(module) { return "\(name) on the kernel command line" }
        }
        return nil
    }

    private mutating func append(_ word: String) {
        guard words.count < 4096 else { return }
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first else { return }
        let name = ModprobeConfiguration.underscored(String(first))
        words.append((name, parts.count > 1 ? String(parts[1]) : nil))
    }
}
