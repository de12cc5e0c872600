import FoundationEssentials
import NestingModel

/// All exemptions, ready to be asked about one finding.
struct ExemptionIndex: Sendable {
    let exemptions: [Exemption]
    let search: SelectorIndex

    init(_ exemptions: [Exemption]) {
        self.exemptions = exemptions.sorted { $0.name < $1.name }
        search = SelectorIndex(self.exemptions.map { CompiledSelector($0.selector) })
    }

    /// The exemption that a setting of a node meets: one that holds before one that no longer does, and of those the
    /// one that ran longest.
    /// - Parameters:
    ///   - numbers: of all that are about the node, ascending.
    ///   - has: whether the node has exactly this value.
    func find(
        _ setting: Setting, among numbers: [Int], at now: Date, has: (SettingValue) -> Bool
    ) -> FindingExemption? {
        var lapsed: (exemption: Exemption, lapse: String)?
        for number in numbers {
            let exemption = exemptions[number]
            guard exemption.settings.contains(setting) else { continue }
            guard let lapse = lapse(exemption, setting, at: now, has: has) else { return FindingExemption(exemption) }
            if lapsed.map({ $0.exemption.expires.date < exemption.expires.date }) ?? true {
                lapsed = (exemption, lapse)
            }
        }
        return lapsed.map { FindingExemption($0.exemption, lapse: $0.lapse) }
    }

    private func lapse(
        _ exemption: Exemption, _ setting: Setting, at now: Date, has: (SettingValue) -> Bool
    ) -> String? {
        if exemption.isOver(at: now) { return "it expired \(exemption.expires)" }
        guard let accepted = exemption.accepted(setting), !has(accepted) else { return nil }
        return "it accepts \(setting.exactly(accepted)) alone"
    }

    /// Why an exemption that held a finding holds it no longer, where nothing new is known of the node.
    func lapse(of held: FindingExemption, at now: Date) -> String? {
        guard let exemption = exemptions.first(where: { $0.name == held.name }) else { return "it was taken away" }
        return exemption.isOver(at: now) ? "it expired \(exemption.expires)" : nil
    }
}

extension Finding {
    /// Opens in spite of an exemption, and says so wherever the finding is shown.
    mutating func lapse(_ exemption: FindingExemption, _ reason: String) {
        var exemption = exemption
        exemption.lapse = reason
        self.exemption = exemption
        sentence += "; " + exemption.sentence
    }
}
