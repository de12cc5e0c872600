import FoundationEssentials
import NestingModel

/// What happened, the newest first: states of the guest as what changed from the one before.
func historyText(_ entries: [HistoryEntry], _ terminal: Terminal) -> String {
    var table = TextTable("TIME", "WHAT", "DETAIL")
    for (index, entry) in entries.enumerated() {
        let before = entries[(index + 1)...].first { $0.kind == .facts || $0.kind == .gone }?.facts
        table.add(
            .init(entry.at.formatted(.iso8601)), .init("\(entry.kind)", style(entry.kind)),
            .init(detail(entry, before: before)))
    }
    return table.text(terminal)
}

private func style(_ kind: HistoryKind) -> Terminal.Style? {
    switch kind {
    case .opened, .regressed: .yellow
    case .contested, .correctionFailed: .red
    case .resolved, .corrected: .green
    default: nil
    }
}

private func detail(_ entry: HistoryEntry, before: GuestSnapshot?) -> String {
    if let facts = entry.facts {
        let old = before.map { Dictionary(uniqueKeysWithValues: $0.words.map { ($0.name, $0.text) }) } ?? [:]
        return facts.words.compactMap { word in
            guard let earlier = old[word.name] else { return "\(word.name) \(word.text)" }
            return earlier == word.text ? nil : "\(word.name) \(earlier) → \(word.text)"
        }.joined(separator: ", ")
    }
    var words: [String] = []
    if let setting = entry.setting {
        let values = [entry.observed, entry.desired.map { "wanted \($0)" }].compactMap { $0 }.joined(separator: ", ")
        words.append("\(setting)" + (values.isEmpty ? "" : ": \(values)"))
    } else if let finding = entry.finding {
        words.append(finding)
    }
    if let sentence = entry.sentence { words.append(sentence) }
    if let remediation = entry.remediation { words.append("remediation \(remediation)") }
    if let by = entry.by { words.append("by \(by)") }
    return words.joined(separator: "; ")
}

extension GuestSnapshot {
    /// Each of its facts, as people read it.
    var words: [(name: String, text: String)] {
        func flag(_ fact: Fact<Bool>, _ yes: String, _ no: String) -> String { fact.map { $0 ? yes : no }.description }
        return [
            ("uuid", uuid), ("state", "\(state)"), ("exposure", flag(exposure, "exposed", "hidden")),
            ("live exposure", flag(liveExposure, "exposed", "hidden")), ("nesting used", flag(inUse, "yes", "no")),
            ("vCPUs", "\(vcpus)"), ("maximum vCPUs", "\(maximumVCPUs)"),
            ("memory", startupMemory.map { bytes($0) }.description),
            ("maximum memory", maximumMemory.map { bytes($0) }.description),
            ("dynamic memory", flag(dynamicMemory, "on", "off")),
            ("MAC spoofing", flag(macSpoofing, "allowed", "blocked")),
            ("saved state", flag(savedState, "present", "none")), ("owner", "\(owner)"),
        ]
    }
}
