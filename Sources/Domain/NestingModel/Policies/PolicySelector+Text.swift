extension PolicySelector {
    /// In one line, `rack7/** site=lab tier in (build, test) not (level 0)`.
    package var text: String {
        var parts = all ? ["all"] : []
        parts += paths
        parts += hosts.map { "host \($0)" }
        parts += labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        parts += labelRules.map(\.text)
        parts += platforms.map { "platform \($0.word)" }
        parts += levels.map { "level \($0)" } + guests.map { "guest \($0)" } + uuids
        parts += not.map { "not (\($0.text))" }
        return parts.joined(separator: " ")
    }
}

extension LabelRule {
    fileprivate var text: String {
        let values = "(\(values.joined(separator: ", ")))"
        return switch test {
        case .isOneOf: "\(label) in \(values)"
        case .isNoneOf: "\(label) not in \(values)"
        case .exists: "has \(label)"
        case .isMissing: "lacks \(label)"
        case .unknown: "\(label) ?"
        }
    }
}
