import ControllerAPI
import NestingModel

/// The nesting tree as lines, each with what its host says and what its own agent sees.
struct TreeText {
    let terminal: Terminal
    /// Open findings by path.
    let findings: [NodePath: [Finding]]

    init(terminal: Terminal, findings: [Finding]) {
        self.terminal = terminal
        self.findings = Dictionary(grouping: findings.filter(\.state.isOpen), by: \.path)
    }

    func lines(_ tree: NestingTree) -> [String] {
        tree.roots.flatMap { lines($0, first: "", rest: "") }
    }

    private func lines(_ node: TreeNode, first: String, rest: String) -> [String] {
        var lines = [first + terminal.paint(plain(node.path.name), .bold) + "  " + description(node)]
        for finding in findings[node.path] ?? [] {
            let bar = node.children.isEmpty ? "  " : "│ "
            lines.append(rest + bar + terminal.paint("! \(plain(finding.summary))", .yellow))
        }
        for (index, child) in node.children.enumerated() {
            let last = index == node.children.count - 1
            lines += self.lines(child, first: rest + (last ? "└─ " : "├─ "), rest: rest + (last ? "   " : "│  "))
        }
        return lines
    }

    private func description(_ node: TreeNode) -> String {
        var parts: [String] = []
        if let guest = node.guest {
            parts.append("\(guest.state)")
            parts.append("nesting \(exposure(guest.exposure))")
            if let count = guest.vcpus.current.value { parts.append("\(count) vCPU\(count == 1 ? "" : "s")") }
            if let memory = guest.memory.startup.value { parts.append(bytes(memory)) }
            if let engine = guest.engine.value { parts.append("\(engine)") }
        } else if node.path.level > 0 {
            parts.append(terminal.paint("not defined on its host", .yellow))
        }
        if let view = node.host {
            parts.append(inside(view))
        }
        return parts.joined(separator: ", ")
    }

    private func exposure(_ facts: ExposureFacts) -> String {
        let configured = facts.configured.map { $0 ? "exposed" : "hidden" }
        switch (facts.configured, facts.live) {
        case (.known(let wanted), .known(let live)) where wanted != live:
            return "\(configured) (live: \(live ? "exposed" : "hidden"), restart needed)"
        default: return plain("\(configured)")
        }
    }

    private func inside(_ view: HostView) -> String {
        guard view.health.state == .ok else {
            return terminal.paint("agent: \(view.health.state)", .red)
        }
        guard let report = view.report else { return "agent: not read yet" }
        var seen = "host L\(view.host.path.level): sees \(report.cpu.extension)"
        if let paging = report.cpu.secondLevelPaging.value, paging != .none { seen += " \(paging)" }
        if case .known(let device) = report.hypervisor.device {
            seen += device.createsVM.value == true ? ", /dev/kvm works" : ", /dev/kvm creates no VM"
        } else {
            seen += ", no /dev/kvm"
        }
        if let nested = report.hypervisor.nestedLoaded.value { seen += ", nested \(nested ? "on" : "off")" }
        return plain(seen)
    }
}

/// Bytes as people write them.
func bytes(_ count: Int64) -> String {
    for (unit, size) in [("GiB", Int64(1) << 30), ("MiB", Int64(1) << 20), ("KiB", Int64(1) << 10)]
    where count >= size {
        return count % size == 0 ? "\(count / size) \(unit)" : "\(count / size).\(count % size * 10 / size) \(unit)"
    }
    return "\(count) B"
}

extension Finding {
    /// One line without the path.
    var summary: String {
        what + (isContested ? ", contested" : "") + (acknowledgement == nil ? "" : ", acknowledged")
    }

    private var what: String {
        guard let setting else { return "\(kind): \(sentence)" }
        let exempted = exemption.map { "; \($0.sentence)" } ?? ""
        return desired.isEmpty
            ? "\(kind) \(setting): \(sentence)"
            : "\(kind) \(setting): \(observed), wanted \(desired)\(policy.map { " (\($0))" } ?? "")\(exempted)"
    }
}
