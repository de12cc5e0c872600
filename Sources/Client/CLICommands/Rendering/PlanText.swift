import ControllerAPI
import FoundationEssentials
import NestingModel

/// A plan as a person reads it before saying yes.
func planText(_ answer: PlanAnswer, _ terminal: Terminal) -> String {
    var lines: [String] = []
    for freeze in answer.standingFreezes {
        lines.append(terminal.paint(plain(freeze.sentence), .red))
    }
    if answer.plan.items.isEmpty { lines.append("nothing to correct") }
    for (index, item) in answer.plan.items.enumerated() {
        let policies = item.policies.joined(separator: ", ")
        lines.append(
            terminal.paint("\(index + 1). \(plain(item.path.description))", .bold) + "  \(changeText(item.change))"
                + (policies.isEmpty ? "" : "  (\(plain(policies)))"))
        if let line = differenceText(item) { lines.append("   change: \(line)") }
        lines.append("   disruption: \(item.disruption)\(item.nestingInUse == true ? ", nesting is in use" : "")")
        lines.append("   blast radius: \(blastRadius(item))")
        for (number, step) in item.steps.enumerated() { lines.append("   \(number + 1)) \(plain(step))") }
    }
    for wait in answer.waiting ?? [] {
        lines.append(
            terminal.paint("\(plain(wait.path.description)) \(plain(wait.sentence))", .yellow)
                + (wait.until.map { ", until \($0.formatted(.iso8601))" } ?? ""))
    }
    lines += rolloutLines(answer.rollout ?? Rollout(), of: answer.plan.items.count)
    if !answer.plan.blocked.isEmpty {
        lines.append(terminal.paint("Not in the plan", .bold))
        for block in answer.plan.blocked {
            lines.append("   \(plain(block.path.description)): \(plain(block.sentence))")
            if !block.remedy.isEmpty { lines.append("     → \(plain(block.remedy))") }
        }
    }
    return lines.joined(separator: "\n")
}

func changeText(_ change: GuestChange) -> String {
    var parts: [String] = []
    if let exposure = change.exposure { parts.append(exposure ? "expose nesting" : "hide nesting") }
    if let memory = change.startupMemory { parts.append("startup memory \(bytes(memory))") }
    if let memory = change.maximumMemory, memory != change.startupMemory {
        parts.append("maximum memory \(bytes(memory))")
    }
    if let count = change.maximumVCPUs { parts.append("maximum vCPUs \(count)") }
    if change.dynamicMemory == false { parts.append("dynamic memory off") }
    return parts.joined(separator: ", ")
}

/// `exposure hidden → exposed, memory 2 GiB → 2.5 GiB`; nil where what was before is not known.
private func differenceText(_ item: PlanItem) -> String? {
    guard let before = item.before else { return nil }
    func word<Value>(_ name: String, _ new: Value?, _ old: Value?, _ text: (Value) -> String) -> String? {
        new.map { "\(name) \(old.map(text) ?? "?") → \(text($0))" }
    }
    let change = item.change
    let words = [
        word("exposure", change.exposure, before.exposure) { $0 ? "exposed" : "hidden" },
        word("startup memory", change.startupMemory, before.startupMemory, bytes),
        word("maximum memory", change.maximumMemory, before.maximumMemory, bytes),
        word("maximum vCPUs", change.maximumVCPUs, before.maximumVCPUs) { "\($0)" },
        word("dynamic memory", change.dynamicMemory, before.dynamicMemory) { $0 ? "on" : "off" },
    ].compactMap(\.self)
    return words.isEmpty ? nil : words.joined(separator: ", ")
}

func blastRadius(_ item: PlanItem) -> String {
    if item.disruption == .none { return "none" }
    let inside = item.blastRadius.map { plain($0.description) }
    let known = (["the guest itself"] + inside).joined(separator: ", ")
    return item.blastRadiusUnknown ? "\(known); what runs inside can't be told: no agent is there" : known
}
