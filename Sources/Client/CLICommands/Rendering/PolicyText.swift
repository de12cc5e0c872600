import ControllerAPI
import FoundationEssentials
import NestingModel

func selectorText(_ selector: PolicySelector) -> String { selector.text }

/// The mode that holds without a rule, and what varies it.
func modeText(_ policy: Policy) -> String {
    let intended = policy.intendedMode.map { " (intended: \($0))" } ?? ""
    let count = policy.modes.count
    return "\(policy.mode)\(intended)" + (count == 0 ? "" : ", \(count) exception\(count == 1 ? "" : "s")")
}

func desiredText(_ desired: DesiredSettings) -> String {
    var parts: [String] = []
    if let exposure = desired.exposure { parts.append(exposure ? "exposed" : "hidden") }
    if let memory = desired.startupMemory { parts.append("memory ≥ \(bytes(memory))") }
    if let dynamic = desired.dynamicMemory { parts.append("dynamic memory \(dynamic ? "on" : "off")") }
    if let count = desired.maximumVCPUs { parts.append("vCPUs ≥ \(count)") }
    if let spoofing = desired.macSpoofing { parts.append("MAC spoofing \(spoofing ? "allowed" : "blocked")") }
    if let saved = desired.savedState { parts.append(saved ? "saved state" : "no saved state") }
    if let snapshots = desired.snapshots { parts.append(snapshots ? "snapshots" : "no snapshots") }
    if let autostart = desired.autostart { parts.append("autostart \(autostart ? "on" : "off")") }
    if let nesting = desired.hostNesting { parts.append("host nesting \(nesting ? "on" : "off")") }
    return parts.joined(separator: ", ")
}

func explanationText(_ node: PolicyExplanation, _ terminal: Terminal) -> String {
    var about = ["level \(node.level)"] + node.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    if let guest = node.guest { about.append("guest \(guest)") }
    if let platform = node.platform { about.append("platform \(platform)") }
    if let uuid = node.uuid { about.append(uuid) }
    var lines = [terminal.paint(plain(node.path.description), .bold) + "  " + plain(about.joined(separator: ", "))]
    if node.settings.isEmpty { lines.append("no policy speaks of it") }
    for setting in node.settings {
        lines.append("")
        lines.append(terminal.paint("\(setting.setting)", .bold) + ": " + plain(standingText(setting)))
        if let decider = setting.decider { lines.append("  decides:  " + voiceText(decider)) }
        for (number, voice) in setting.others.enumerated() {
            let word = setting.standing == .conflict ? "says:  " : "loses: "
            lines.append("  \(number == 0 ? word : "       ")   " + voiceText(voice))
        }
        if let mode = setting.mode { lines.append("  mode:     " + plain("\(mode.mode): \(mode.reason)")) }
        if let intended = setting.intendedMode, intended != setting.mode {
            lines.append("  intended: " + plain("\(intended.mode): \(intended.reason)"))
        }
        if let exemption = setting.exemption {
            lines.append("  " + terminal.paint(plain(exemption.sentence), exemption.lapse == nil ? .yellow : .red))
        }
    }
    return lines.joined(separator: "\n")
}

private func standingText(_ setting: SettingExplanation) -> String {
    switch setting.standing {
    case .conflict: return "not decided, since policies disagree"
    case .undecided: return "not decided: no policy that counts now speaks of it"
    default:
        let observed = setting.observed.isEmpty ? "" : "is \(setting.observed), "
        return "\(observed)wanted \(setting.wanted): \(setting.standing)"
    }
}

private func voiceText(_ voice: PolicyVoice) -> String {
    let place = voice.place.isEmpty ? "" : " (\(voice.place))"
    return plain("\(voice.policy)\(place) wants \(voice.wants): \(voice.reason)")
}
