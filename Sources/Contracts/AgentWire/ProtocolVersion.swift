/// The versions of the wire that a peer speaks.
package struct ProtocolRange: Codable, Sendable, Hashable {
    package var min: Int
    package var max: Int

    package init(min: Int, max: Int) {
        self.min = min
        self.max = max
    }

    /// What this build speaks.
    package static let current = ProtocolRange(min: 1, max: 1)

    /// The highest version that both speak; nil where there is none.
    package func agreed(with other: ProtocolRange) -> Int? {
        let highest = Swift.min(max, other.max)
        return highest >= Swift.max(min, other.min) ? highest : nil
    }
}

/// The sizes that bound what either side reads.
package enum WireLimits {
    /// One line, in bytes.
    package static let line = 16 << 20
    /// Corrections in one `correct`.
    package static let corrections = 256
}

/// What the key that opened a session may do.
package enum SessionRole: String, Codable, Sendable, Hashable, CaseIterable {
    case report, correct
}
