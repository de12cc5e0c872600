import NestingModel

/// modprobe.d(5), as libkmod reads it: a file hides those of the same name in later folders; the rest are read in the
/// order of their names, and a module's options add up, so that the last setting of a parameter counts. libkmod then
/// appends those of the kernel command line, which therefore win.
struct ModprobeConfiguration: Sendable, Equatable {
    struct Command: Sendable, Equatable {
        enum Kind: Sendable { case options, install, blacklist }
        var kind: Kind
        /// With underscores.
        var module: String
        /// The words after the module's name.
        var words: [String]
        /// `/etc/modprobe.d/kvm.conf:3`.
        var place: String
    }

    var commands: [Command] = []
    /// Files that may hold commands and could not be read: the reason of each.
    var faults: [String] = []
    /// Whether what is not here is known not to be set: false where a copied tree holds none of the folders.
    var isComplete = false

    /// From the most to the least important.
    static let folders = [
        "/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d",
    ]
    private static let fileLimit = 1024

    init() {}

    init(reading tree: HostTree) {
        isComplete = tree.live
        var places: [String: String] = [:]
        for folder in Self.folders {
            switch tree.names(folder) {
            case .known(let names):
                isComplete = true
                for name in names where name.hasSuffix(".conf") && !name.hasPrefix(".") && places[name] == nil {
                    // A link to /dev/null is the usual way to hide a file; a folder is passed over.
                    if let kind = tree.entry("\(folder)/\(name)").value?.kind, kind == .folder { continue }
                    places[name] = "\(folder)/\(name)"
                }
            case .absent: break
            case .unknown(let reason): if tree.live || tree.exists(folder) { faults.append(reason) }
            }
        }
        let order = places.keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        for name in order.prefix(Self.fileLimit) {
            guard let path = places[name] else { continue }
            switch tree.text(path) {
            case .known(let text): commands += Self.commands(in: text, of: path)
            case .absent: break
            case .unknown(let reason): if isMissingData(path, tree) { faults.append(reason) }
            }
        }
        if order.count > Self.fileLimit { faults.append("modprobe.d has more than \(Self.fileLimit) files") }
    }

    /// A device (/dev/null) or a link that leads nowhere holds nothing.
    private func isMissingData(_ path: String, _ tree: HostTree) -> Bool {
        switch tree.entry(path) {
        case .known(let entry): entry.kind == .file
        case .absent: false
        case .unknown: tree.live
        }
    }

    static func commands(in text: String, of path: String) -> [Command] {
        var commands: [Command] = []
        var number = 0
        var start = 0
        var joined = ""
        var continues = false
        for raw in HostText.lines(text) {
            let line = raw.utf8.last == UInt8(ascii: "\r") ? Substring(raw.utf8.dropLast()) : raw
            number += 1
            if !continues {
                start = number
                joined = ""
            }
            continues = line.hasSuffix("\\")
            joined += continues ? line.dropLast() : line[...]
            if !continues, let command = command(joined, "\(path):\(start)") { commands.append(command) }
        }
        if continues, let command = command(joined, "\(path):\(start)") { commands.append(command) }
        return commands
    }

    private static func command(_ line: String, _ place: String) -> Command? {
        guard line.first != "#" else { return nil }
        let words = HostText.words(line)
        guard words.count > 1 else { return nil }
        let kind: Command.Kind
        switch words[0] {
        case "options": kind = .options
        case "install": kind = .install
        case "blacklist": kind = .blacklist
        default: return nil
        }
        return Command(kind: kind, module: underscored(words[1]), words: Array(words.dropFirst(2)), place: place)
    }

    /// The last setting of a module's parameter; an inner nil is a word without a value.
    func setting(_ module: String, _ parameter: String) -> (value: String?, place: String)? {
        for command in commands.reversed() where command.kind == .options && command.module == module {
            for word in command.words.reversed() {
                let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if Self.underscored(String(parts[0])) == parameter {
                    return (parts.count > 1 ? String(parts[1]) : nil, command.place)
                }
            }
        }
        return nil
    }

    func first(_ kind: Command.Kind, _ module: String) -> Command? {
        commands.first { $0.kind == kind && $0.module == module }
    }

    static func underscored(_ name: String) -> String {
        String(name.map { $0 == "-" ? "_" : $0 })
    }
}
