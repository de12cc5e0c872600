/// How a remediation's items follow one another: in waves, so many at once, and until so many have failed.
///
/// Without a word it is one wave, one guest at a time, which stops at the first failure.
package struct Rollout: Codable, Sendable, Hashable {
    /// Guests in a first wave of their own; 0 for none.
    package var canary: Int
    /// Guests in each wave after that.
    package var wave: Portion
    /// How long a wave's guests are watched after its last one, before the next wave begins.
    package var soakSeconds: Int
    /// How many may fail; it stops at the one after.
    package var maxFailures: Portion
    /// Guests in motion at once, each in a nesting tree of its own.
    package var parallel: Int
    /// Guests in motion at once among those whose hosts have the same value of a label: `rack: 1`.
    package var parallelPer: [String: Int]

    package init(
        canary: Int = 0, wave: Portion = .percent(100), soakSeconds: Int = 0, maxFailures: Portion = .count(0),
        parallel: Int = 1, parallelPer: [String: Int] = [:]
    ) {
        self.canary = canary
        self.wave = wave
        self.soakSeconds = soakSeconds
        self.maxFailures = maxFailures
        self.parallel = parallel
        self.parallelPer = parallelPer
    }

    /// The items of a plan, by their numbers, wave after wave; none is empty.
    package func waves(of count: Int) -> [Range<Int>] {
        var waves: [Range<Int>] = []
        let first = min(max(canary, 0), count)
        if first > 0 { waves.append(0..<first) }
        let size = max(wave.of(count), 1)
        for start in stride(from: first, to: count, by: size) { waves.append(start..<min(start + size, count)) }
        return waves
    }

    /// How many of so many may fail.
    package func budget(of count: Int) -> Int { maxFailures.of(count) }

    /// How many of so many can be in motion at once: never more than may fail, and one, so that even where all in
    /// motion fail together the budget is not overdrawn by more than the failure that stops it.
    package func inMotion(of count: Int) -> Int { max(min(parallel, budget(of: count) + 1), 1) }
}

/// A share of guests: a count, `3`, or a percentage of all, `25%`.
package enum Portion: Sendable, Hashable, CustomStringConvertible {
    case count(Int)
    case percent(Int)

    package init?(_ text: String) {
        let isPercent = text.hasSuffix("%")
        let digits = isPercent ? text.dropLast() : Substring(text)
        guard !digits.isEmpty, digits.utf8.count <= 6, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let number = Int(digits), !isPercent || number <= 100
        else { return nil }
        self = isPercent ? .percent(number) : .count(number)
    }

    /// Rounded down: a share never means more than it says.
    package func of(_ whole: Int) -> Int {
        switch self {
        case .count(let count): count
        case .percent(let percent): whole * percent / 100
        }
    }

    package var description: String {
        switch self {
        case .count(let count): "\(count)"
        case .percent(let percent): "\(percent)%"
        }
    }
}

extension Portion: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let portion = Portion(text) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "neither a count nor a percentage up to 100%: '\(text)'"))
        }
        self = portion
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
