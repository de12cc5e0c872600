import FoundationEssentials
import NestingModel

/// Findings as tables with what to do about each; what somebody has acknowledged stands apart.
func findingsText(_ findings: [Finding], _ terminal: Terminal) -> String {
    let acknowledged = findings.filter { $0.acknowledgement != nil && $0.state != .resolved }
    let others = findings.filter { $0.acknowledgement == nil || $0.state == .resolved }
    var parts: [String] = []
    if !others.isEmpty { parts.append(findingTable(others, terminal)) }
    if !acknowledged.isEmpty {
        parts.append(terminal.paint("Acknowledged", .bold) + "\n" + findingTable(acknowledged, terminal))
    }
    return parts.joined(separator: "\n\n")
}

func findingTable(_ findings: [Finding], _ terminal: Terminal) -> String {
    var table = TextTable("PATH", "FINDING", "SETTING", "WANTED", "FOUND", "POLICY", "SEVERITY", "STATE")
    for finding in findings {
        table.add(
            .init(finding.path.description), .init("\(finding.kind)"), .init(finding.setting?.rawValue ?? "-"),
            .init(finding.desired.isEmpty ? "-" : finding.desired),
            .init(finding.observed.isEmpty ? "-" : finding.observed), .init(finding.policy ?? "-"),
            .init("\(finding.severity)", finding.severity >= .high ? .red : .yellow), .init(finding.standing))
    }
    let details = findings.filter { $0.state != .resolved }.map { finding in
        ([""] + finding.details.map(plain)).joined(separator: "\n")
    }
    return table.text(terminal) + "\n" + details.joined()
}

extension Finding {
    /// Its state, with what time made of it: `open, regressed 2×`.
    var standing: String {
        var words = ["\(state)"]
        if state == .resolved { return words[0] }
        if isContested { words.append("contested") }
        if let recurrence { words.append("regressed \(recurrence.times)×") }
        return words.joined(separator: ", ")
    }

    /// Since when it is known, who brought it about, and how far Nestor goes.
    private var origin: String {
        var words = recurrence == nil ? ["first seen \(firstSeen.formatted(.iso8601))"] : []
        if state == .stale { words.append("last seen \(lastSeen.formatted(.iso8601))") }
        guard kind == .drift || kind == .restartNeeded else { return words.joined(separator: ", ") }
        switch cause {
        case .corrective: words.append("corrective (the host's doing)")
        case .intended: words.append("intended (the policies' doing)")
        case .unknown: break
        }
        if !correctable {
            words.append("no agent can correct it")
        } else if let mode {
            words.append("mode \(mode)" + (modeReason.map { ": \($0)" } ?? ""))
        }
        return words.joined(separator: ", ")
    }

    /// That it was corrected in vain, and what comes of that.
    private var failureLines: [String] {
        guard let failed = failedCorrection else { return [] }
        let times = failed.failures == 1 ? "" : ", the last of \(failed.failures) that failed"
        var lines = [
            "  its correction at \(failed.at.formatted(.iso8601)) failed (remediation \(failed.remediation)\(times)): "
                + failed.sentence
        ]
        if !failed.remedy.isEmpty { lines.append("  → \(failed.remedy)") }
        guard mode == .enforce else {
            return lines + ["  it is not tried again by itself (mode \(mode.map { "\($0)" } ?? "none"))"]
        }
        if let next = failed.nextTry { return lines + ["  it is tried again after \(next.formatted(.iso8601))"] }
        return lines + [
            "  it was given up, and is left out until somebody settles it", "  → nestor drift settle \(path)",
        ]
    }

    /// What it is and what to do, a line each; the last names the id for `nestor drift ack` and `settle`.
    fileprivate var details: [String] {
        var lines = ["\(path): \(sentence)"]
        if let recurrence {
            lines.append(
                "  it was resolved at \(recurrence.lastResolved.formatted(.iso8601)), open again since "
                    + "\(recurrence.openedAgain.formatted(.iso8601)), first seen \(firstSeen.formatted(.iso8601))")
        }
        lines.append("  " + origin)
        if state == .exempted {
            lines.append("  → \(exemption?.sentence ?? "an exemption holds it")")
        } else if let contest {
            lines.append("  contested: \(contest.sentence), so Nestor leaves it alone")
            lines += contest.corrections.map {
                "    \($0.at.formatted(.iso8601)) corrected by remediation \($0.remediation)"
            }
            lines.append("  → find out who sets it, then nestor drift settle \(id)")
        } else if !remedy.isEmpty {
            lines.append("  → \(remedy)")
        }
        lines += failureLines
        if let acknowledgement {
            let end = acknowledgement.until.map { " until \($0.formatted(.iso8601))" } ?? ""
            lines.append("  acknowledged\(end) by \(acknowledgement.by): \(acknowledgement.note)")
        }
        lines.append("  id \(id)")
        return lines
    }
}
