import FoundationEssentials
import NestingModel

/// A remediation as a person sees it go on: each guest that has ended as a line that stays, and below them a block that
/// is drawn anew: a line for each guest in motion, and a summary.
struct LiveProgress {
    let terminal: Terminal
    /// Lines of the block as it is on the screen.
    private var drawn = 0
    private var isEnded: Set<Int> = []
    private var last: [NodePath: String] = [:]

    init(_ terminal: Terminal) { self.terminal = terminal }

    /// What is to be written to the terminal.
    /// - Parameters:
    ///   - told: the newest thing that was said of a guest.
    ///   - size: of the terminal, in columns and rows.
    mutating func show(
        _ remediation: Remediation, told: (path: NodePath, sentence: String)? = nil, size: (columns: Int, rows: Int)
    ) -> String {
        if let told { last[told.path] = told.sentence }
        var text = erased
        for (index, item) in remediation.items.enumerated()
        where item.step == .done && item.outcome != nil && isEnded.insert(index).inserted {
            text += endLine(item) + "\n"
        }
        let block = lines(remediation, size)
        drawn = block.count
        return text + block.map { $0 + "\n" }.joined()
    }

    /// What takes the block away, for what is printed in its place.
    mutating func end() -> String {
        defer { drawn = 0 }
        return erased
    }

    private var erased: String { drawn == 0 ? "" : "\u{1B}[\(drawn)A\u{1B}[J" }

    private func endLine(_ item: RemediationItem) -> String {
        let checked = item.verification.map { ", checked: \($0)" } ?? ""
        return "  \(plain(item.path.description)): "
            + terminal.paint(item.outcome.map { "\($0)" } ?? "", item.hasFailed ? .red : .green) + checked
    }

    private func lines(_ remediation: Remediation, _ size: (columns: Int, rows: Int)) -> [String] {
        let motion = remediation.inMotion.map { remediation.items[$0] }
        let room = max(size.rows - 3, 1)
        var lines = motion.prefix(motion.count > room ? room - 1 : room).map { item in
            "  \(plain(item.path.description)): " + plain(last[item.path] ?? "\(item.step)")
        }
        if motion.count > lines.count { lines.append("  and \(motion.count - lines.count) more in motion") }
        lines.append(summary(remediation, inMotion: motion.count))
        // A line that wraps would be two, and the block could not be taken away.
        return lines.map { $0.cut(toColumns: size.columns - 1) }
    }

    private func summary(_ remediation: Remediation, inMotion: Int) -> String {
        let items = remediation.items
        var parts = ["\(items.count { $0.outcome == .corrected }) of \(items.count) corrected"]
        if remediation.failures > 0 { parts.append("\(remediation.failures) failed") }
        if inMotion > 0 { parts.append("\(inMotion) in motion") }
        let waves = (remediation.rollout ?? Rollout()).waves(of: items.count)
        // A wave that is watched says its number itself.
        if waves.count > 1, remediation.soak == nil {
            parts.append("wave \(min((remediation.wavesDone ?? 0) + 1, waves.count)) of \(waves.count)")
        }
        if let asked = remediation.asked { parts.append("\(asked.word) asked by \(plain(asked.by))") }
        if !remediation.sentence.isEmpty, remediation.state == .running {
            parts.append(plain(remediation.sentence))
        }
        if let until = remediation.waitsUntil { parts.append("until \(until.formatted(.iso8601))") }
        return parts.joined(separator: ", ")
    }
}

extension String {
    /// As much as surely fits: what is not ASCII may be two columns wide.
    fileprivate func cut(toColumns columns: Int) -> String {
        var (width, kept) = (0, Substring())
        for character in self {
            width += character.isASCII ? 1 : 2
            guard width <= max(columns, 1) else { return String(kept.dropLast()) + "…" }
            kept.append(character)
        }
        return self
    }
}
