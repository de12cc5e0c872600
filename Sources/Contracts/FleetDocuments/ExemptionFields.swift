package import FoundationEssentials
import HumanText
import NestingModel
import YAMLDocument

/// One entry of a list `exemptions`.
struct ExemptionFields {
    static let keys = ["name", "select", "settings", "accepts", "owner", "reason", "expires"]
    static let required = ["name", "select", "settings", "owner", "reason", "expires"]

    private let fields: YAMLMapping
    private let bounds: ExemptionBounds?

    init(_ fields: YAMLMapping, _ bounds: ExemptionBounds?) {
        self.fields = fields
        self.bounds = bounds
    }

    func exemption() -> Exemption {
        let settings =
            fields.values("settings", expected: ShownText.alternatives(WishFields.keys)) {
                WishFields.keys.contains($0.text) ? Setting(rawValue: $0.text) : nil
            } ?? []
        return Exemption(
            name: fields.string("name", longest: 128) ?? "", selector: SelectorFields.read(fields), settings: settings,
            accepts: accepts(settings), owner: fields.string("owner", longest: 128) ?? "",
            reason: fields.string("reason", longest: 512) ?? "",
            expires: expires() ?? Moment(.distantPast, ""), place: "\(fields.place.file):\(fields.place.line)")
    }

    private func accepts(_ settings: [Setting]) -> DesiredSettings {
        guard let accepts = fields.mapping("accepts", allowed: WishFields.keys) else { return DesiredSettings() }
        if accepts.entries.isEmpty {
            fields.refuse("accepts", "accepts nothing", "write a setting and its value, or leave accepts out")
        }
        for entry in accepts.entries where WishFields.keys.contains(entry.key) {
            guard !settings.contains(where: { $0.rawValue == entry.key }) else { continue }
            accepts.refuse(entry.key, "is none of the settings that are exempted", "name it under settings, too")
        }
        return WishFields.read(accepts, presence: ["none", "present"])
    }

    private func expires() -> Moment? {
        guard let moment = fields.moment("expires") else { return nil }
        guard let bounds else { return moment }
        let now = bounds.now.formatted(.iso8601)
        if moment.date <= bounds.now {
            // A folder kept in git goes on being taken as it was, until somebody tidies it up.
            if let name = fields.string("name", longest: 128), bounds.stored[name] == moment.date { return moment }
            fields.refuse(
                "expires", "is \(moment), and it is \(now) now: the exemption is over",
                "take the exemption out, or agree on a later time")
        } else if moment.date.timeIntervalSince(bounds.now) > bounds.longest {
            let days = Int(bounds.longest / 86_400)
            fields.refuse(
                "expires", "is \(moment), more than \(days) days from now (\(now))",
                "write an earlier time: nestord's policies.longest-exemption allows no more")
        }
        return moment
    }
}

/// What exemptions of a file are held against when it is taken.
package struct ExemptionBounds: Sendable, Hashable {
    package var now: Date
    /// How far from now one may end, in seconds.
    package var longest: TimeInterval
    /// When those end that are stored, by name: one that has ended since is not new, and no fault.
    package var stored: [String: Date]

    package init(now: Date, longest: TimeInterval, stored: [String: Date] = [:]) {
        self.now = now
        self.longest = longest
        self.stored = stored
    }
}
