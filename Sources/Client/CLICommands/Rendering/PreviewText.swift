import CommandLineTable
import ControllerAPI
import NestingModel

/// What a draft of policies would do.
func previewText(_ answer: PreviewAnswer, _ terminal: Terminal) -> String {
    let total = answer.total
    func more(_ shown: Int, of all: Int) -> [String] {
        all > shown ? ["    and \(all - shown) more; --limit 0 shows all"] : []
    }
    func lines(_ sign: String, _ findings: [Finding], of all: Int) -> [String] {
        findings.map { "  \(sign) \(plain("\($0.path): \($0.summary)"))" } + more(findings.count, of: all)
    }
    let counts = "would open \(total.opens), close \(total.closes), exempt \(total.exempts)"
    var text = ["\(counts); nothing was changed"]
    text += lines("+", answer.opens, of: total.opens)
    text += lines("-", answer.closes, of: total.closes)
    text += lines("~", answer.exempts, of: total.exempts)
    text += answer.modes.map { change in
        let (before, after) = (change.before?.rawValue ?? "-", change.finding.mode?.rawValue ?? "-")
        return "  \(plain("\(change.finding.path)")): \(change.finding.setting?.rawValue ?? "") "
            + "goes from \(before) to \(after)"
    }
    text += more(answer.modes.count, of: total.modes)
    text += answer.warnings.map { "  warning: \(plain($0))" }
    text += ["", terminal.paint(planTitle(answer), .bold)]
    text.append(planText(PlanAnswer(plan: answer.plan, digest: "", freezes: []), terminal))
    let (items, blocked) = (total.items - answer.plan.items.count, total.blocked - answer.plan.blocked.count)
    if items + blocked > 0 {
        text.append("and \(items) more corrections, \(blocked) more that can't be; --limit 0 shows all")
    }
    return text.joined(separator: "\n")
}

/// The plan is the whole fleet's: what would be corrected for other reasons all the same is in it, too.
func planTitle(_ answer: PreviewAnswer) -> String {
    let title = "The fleet's whole plan as it would be then"
    let items = answer.plan.items
    // Of what is not here it can't be told.
    guard !items.isEmpty, items.count == answer.total.items, answer.opens.count == answer.total.opens else {
        return title
    }
    let touched = Set(answer.opens.map(\.id) + answer.modes.map(\.finding.id))
    return "\(title), \(items.count { !touched.isDisjoint(with: $0.findings) }) of \(items.count) by this change"
}
