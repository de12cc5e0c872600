import NestingModel

/// A node of the tree in one line of words, for pages and text.
enum NodeText {
    static func description(_ node: TreeNode) -> String {
        var parts: [String] = []
        if let guest = node.guest {
            parts.append("\(guest.state)")
            parts.append("nesting \(exposure(guest.exposure))")
            if let count = guest.vcpus.current.value { parts.append("\(count) vCPU\(count == 1 ? "" : "s")") }
            if let engine = guest.engine.value { parts.append("\(engine)") }
        } else if node.path.level > 0 {
            parts.append("not defined on its host")
        }
        if let view = node.host { parts.append(inside(view)) }
        return parts.joined(separator: ", ")
    }

    private static func exposure(_ facts: ExposureFacts) -> String {
        switch (facts.configured, facts.live) {
        case (.known(let wanted), .known(let live)) where wanted != live:
            "\(word(wanted)) (live: \(word(live)))"
        case (.known(let wanted), _): word(wanted)
        case (.absent, _): "none"
        case (.unknown, _): "unknown"
        }
    }

    private static func word(_ exposed: Bool) -> String { exposed ? "exposed" : "hidden" }

    private static func inside(_ view: HostView) -> String {
        guard view.health.state == .ok else { return "host L\(view.host.path.level), not heard: \(view.health.state)" }
        guard let report = view.report else { return "host L\(view.host.path.level), not read yet" }
        var seen = "host L\(view.host.path.level), sees \(report.cpu.extension)"
        if let nested = report.hypervisor.nestedLoaded.value { seen += ", nested \(nested ? "on" : "off")" }
        return seen
    }
}

extension Finding {
    /// One line without the path.
    var shortSentence: String {
        let stale = state == .stale ? " (stale)" : ""
        guard let setting else { return "\(kind): \(sentence)\(stale)" }
        return desired.isEmpty
            ? "\(kind) \(setting): \(sentence)\(stale)"
            : "\(kind) \(setting): \(observed), wanted \(desired)\(policy.map { " (\($0))" } ?? "")\(stale)"
                + (exemption.map { "; \($0.sentence)" } ?? "")
    }

    /// What to do; of an exempted one, why nothing is.
    var advice: String { state == .exempted ? exemption?.sentence ?? "" : remedy }
}
