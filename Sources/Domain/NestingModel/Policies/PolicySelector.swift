/// Which nodes a policy, an exemption or a mode is about: those that meet every condition it states. At least one
/// condition is stated; `all: true` is the way to say "everything".
package struct PolicySelector: Codable, Sendable, Hashable {
    package var all: Bool
    /// Globs over the whole path, in which `*` stands for anything within one name and `**` for any number of names.
    package var paths: [String]
    /// Globs over a host's path, as those of `paths` are: that host, and the guests that are defined on it.
    package var hosts: [String]
    /// Labels of the nearest enrolled host at or above the node.
    package var labels: [String: String]
    /// More about the same labels; every rule has to hold.
    package var labelRules: [LabelRule]
    /// Of the agent on that same host. Where it was never heard, a selector that asks for one meets nothing.
    package var platforms: [PlatformWord]
    /// Levels of the node itself: 1 for the guest of a physical host.
    package var levels: [Int]
    /// Guest names, as globs.
    package var guests: [String]
    package var uuids: [String]
    /// Nodes that meet all conditions of any one of these are left out.
    package var not: [PolicySelector]

    package init(
        all: Bool = false, paths: [String] = [], hosts: [String] = [], labels: [String: String] = [:],
        labelRules: [LabelRule] = [], platforms: [PlatformWord] = [], levels: [Int] = [], guests: [String] = [],
        uuids: [String] = [], not: [PolicySelector] = []
    ) {
        self.all = all
        self.paths = paths
        self.hosts = hosts
        self.labels = labels
        self.labelRules = labelRules
        self.platforms = platforms
        self.levels = levels
        self.guests = guests
        self.uuids = uuids
        self.not = not
    }

    /// What is left out is no condition: whoever asks over the API states only what is meant. A condition that this build
    /// does not know is refused, since without it more would be selected than was meant.
    package init(from decoder: any Decoder) throws {
        try decoder.refuseStrangers(to: "a selector", CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        all = try container.decodeIfPresent(Bool.self, forKey: .all) ?? false
        paths = try container.decodeIfPresent([String].self, forKey: .paths) ?? []
        hosts = try container.decodeIfPresent([String].self, forKey: .hosts) ?? []
        labels = try container.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
        labelRules = try container.decodeIfPresent([LabelRule].self, forKey: .labelRules) ?? []
        platforms = try container.decodeIfPresent([PlatformWord].self, forKey: .platforms) ?? []
        levels = try container.decodeIfPresent([Int].self, forKey: .levels) ?? []
        guests = try container.decodeIfPresent([String].self, forKey: .guests) ?? []
        uuids = try container.decodeIfPresent([String].self, forKey: .uuids) ?? []
        not = try container.decodeIfPresent([PolicySelector].self, forKey: .not) ?? []
    }

    package var isEmpty: Bool { self == PolicySelector() }
}

/// A platform as agents report it, `linux-x86_64`, or its first word, `linux`, for all of that kind.
package struct PlatformWord: Codable, Sendable, Hashable, Comparable {
    package var word: String

    package init(_ word: String) {
        self.word = word
    }

    package init(from decoder: any Decoder) throws {
        word = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(word)
    }

    package func matches(_ platform: String) -> Bool {
        platform == word
            || platform.hasPrefix(word) && platform.utf8.dropFirst(word.utf8.count).first == UInt8(ascii: "-")
    }

    package static func < (left: PlatformWord, right: PlatformWord) -> Bool { left.word < right.word }
}

/// What a selector asks of one label beyond its being equal to a text.
package struct LabelRule: Codable, Sendable, Hashable {
    package var label: String
    package var test: LabelTest
    /// For `in` and `not-in`.
    package var values: [String]

    package init(_ label: String, _ test: LabelTest, _ values: [String] = []) {
        self.label = label
        self.test = test
        self.values = values
    }

    /// - Parameter labels: of a host.
    package func holds(_ labels: [String: String]) -> Bool {
        switch test {
        case .isOneOf: labels[label].map(values.contains) ?? false
        case .isNoneOf: labels[label].map { !values.contains($0) } ?? true
        case .exists: labels[label] != nil
        case .isMissing: labels[label] == nil
        case .unknown: false
        }
    }
}

package enum LabelTest: String, OpenEnumeration, CaseIterable {
    case isOneOf = "in"
    /// A host without that label meets it, too.
    case isNoneOf = "not-in"
    case exists
    case isMissing = "missing"
    case unknown
}
