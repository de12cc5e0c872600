import NestingModel

/// Hosts by what selectors can ask of them: their labels and their platform, as far as any selector names them.
struct HostClasses: Sendable {
    /// Labels that are asked for, and the values of each that are told apart.
    private var labels: [(name: String, values: [String: Int32])] = []
    private let platforms: [PlatformWord]
    private var numbers: [[Int32]: Int32] = [:]

    init(_ selectors: [PolicySelector]) {
        var values: [String: Set<String>] = [:]
        var words: Set<PlatformWord> = []
        for selector in selectors {
            for (label, value) in selector.labels { values[label, default: []].insert(value) }
            for rule in selector.labelRules { values[rule.label, default: []].formUnion(rule.values) }
            words.formUnion(selector.platforms)
        }
        platforms = words.sorted()
        for (label, told) in values.sorted(by: { $0.key < $1.key }) {
            let numbers = told.sorted().enumerated().map { ($1, Int32($0 + 2)) }
            labels.append((label, Dictionary(uniqueKeysWithValues: numbers)))
        }
    }

    /// Hosts of one class meet the same conditions about hosts.
    mutating func classify(_ traits: HostTraits) -> Int32 {
        var told: [Int32] = []
        told.reserveCapacity(labels.count + platforms.count + 1)
        for label in labels {
            // 1 is a value that no selector names, and 0 is none.
            told.append(traits.labels[label.name].map { label.values[$0] ?? 1 } ?? 0)
        }
        told.append(traits.platform == nil ? 0 : 1)
        if let platform = traits.platform {
            for word in platforms { told.append(word.matches(platform) ? 1 : 0) }
        }
        if let number = numbers[told] { return number }
        let number = Int32(numbers.count)
        numbers[told] = number
        return number
    }
}
