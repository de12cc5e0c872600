import NestingModel

/// A pattern over a whole path: `*` stands for anything within one name, and `**`, as a name of its own, for any number
/// of names, none included. So `rack7/**` is `rack7` and all below it.
struct PathGlob: Sendable, Hashable {
    /// The runs of names between `**`; a single run where there is none.
    private let runs: [[NameGlob]]
    /// The literal name of the root that it is about; nil where it may be about several.
    let root: String?

    init(_ pattern: String) {
        let names = Self.names(of: pattern)
        runs = names.split(separator: "**", omittingEmptySubsequences: false).map { $0.map(NameGlob.init) }
        root = names[0] == "**" ? nil : runs[0].first?.literal
    }

    static func names(of pattern: String) -> [String] {
        pattern.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    }

    /// Whether any path below this root can match.
    func mayMatch(root: String) -> Bool { runs[0].first?.matches(root) ?? true }

    func matches(_ names: [String]) -> Bool {
        guard runs.count > 1 else { return runs[0].count == names.count && Self.fits(runs[0], names, at: 0) }
        let (first, last) = (runs[0], runs[runs.count - 1])
        guard names.count >= first.count + last.count, Self.fits(first, names, at: 0),
            Self.fits(last, names, at: names.count - last.count)
        else { return false }
        var position = first.count
        let end = names.count - last.count
        for run in runs.dropFirst().dropLast() where !run.isEmpty {
            guard run.count <= end - position,
                let found = (position...end - run.count).first(where: { Self.fits(run, names, at: $0) })
            else { return false }
            position = found + run.count
        }
        return true
    }

    private static func fits(_ run: [NameGlob], _ names: [String], at start: Int) -> Bool {
        run.indices.allSatisfy { run[$0].matches(names[start + $0]) }
    }
}
