package import NestingModel

/// Why a set of policies is refused, as a whole.
package struct PolicyFault: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// Two policies of the same priority and selector ask for different values.
        case conflict = "policy-conflict"
        /// A path starts with a name that no enrolled host has.
        case unknownHost = "unknown-host"
    }

    package var code: Code
    /// The policies that it is about, by name.
    package var policies: [String]
    /// Where the last of them was written.
    package var place: String
    package var sentence: String
    package var remedy: String
    /// The glob of a path that it is about.
    package var path: String?

    package var description: String { place.isEmpty ? sentence : "\(place): \(sentence)" }
}

extension PolicyFault {
    /// All that can be told of policies alone: pairs with the same selector and priority that disagree. (Two that
    /// disagree only where their selectors overlap are found over the fleet, as `policyConflict` findings.)
    package static func conflicts(in policies: [Policy]) -> [PolicyFault] {
        struct Key: Hashable {
            var selector: PolicySelector
            var priority: Int
        }
        var first: [Key: [Setting: (policy: Policy, value: SettingValue)]] = [:]
        var faults: [PolicyFault] = []
        for policy in policies {
            let key = Key(selector: policy.selector.normalised, priority: policy.priority)
            for (setting, value) in policy.desired.asked {
                guard let other = first[key]?[setting] else {
                    first[key, default: [:]][setting] = (policy, value)
                    continue
                }
                guard other.value != value else { continue }
                let otherPlace = other.policy.place.isEmpty ? "" : " (\(other.policy.place))"
                faults.append(
                    PolicyFault(
                        code: .conflict, policies: [other.policy.name, policy.name], place: policy.place,
                        sentence:
                            "policies '\(other.policy.name)'\(otherPlace) and '\(policy.name)' select the same at priority "
                            + "\(policy.priority), and want \(setting) \(setting.shown(other.value)) and "
                            + setting.shown(value),
                        remedy: "give one of them another priority, or make them agree"))
            }
        }
        return faults
    }

    /// Paths whose first name is written out and is no enrolled host's, in what policies and exemptions select, leave
    /// out and set other modes for: a name that is mistyped there would leave nothing out.
    /// - Parameter roots: the names of the enrolled physical hosts.
    package static func unknownHosts(in book: PolicyBook, roots: Set<String>) -> [PolicyFault] {
        let policies = book.policies.flatMap { policy in
            ([policy.selector] + policy.modes.map(\.selector)).map { ("policy", policy.name, policy.place, $0) }
        }
        let exemptions = book.exemptions.map { ("exemption", $0.name, $0.place, $0.selector) }
        return (policies + exemptions).flatMap { kind, name, place, selector in
            selector.allPaths.compactMap { path -> PolicyFault? in
                guard let root = PathGlob(path).root, !roots.contains(root) else { return nil }
                return PolicyFault(
                    code: .unknownHost, policies: [name], place: place,
                    sentence: "\(kind) '\(name)' names '\(path)', and no enrolled host is named '\(root)'",
                    remedy: "enrol the host, or correct the name (see nestor host list)", path: path)
            }
        }
    }
}

extension PolicySelector {
    fileprivate var allPaths: [String] { paths + hosts + not.flatMap(\.allPaths) }

    /// The same for selectors that say the same in another order.
    fileprivate var normalised: PolicySelector {
        PolicySelector(
            all: all, paths: Set(paths).sorted(), hosts: Set(hosts).sorted(), labels: labels,
            labelRules: Set(labelRules.map(\.normalised)).sorted { $0.order < $1.order },
            platforms: Set(platforms).sorted(), levels: Set(levels).sorted(), guests: Set(guests).sorted(),
            uuids: Set(uuids.map { $0.lowercased() }).sorted(),
            not: Set(not.map(\.normalised)).sorted { $0.order < $1.order })
    }

    /// Tells normalised ones apart, the same in every process.
    private var order: String {
        let words: [[String]] = [
            paths, hosts, labels.map { "\($0.key)=\($0.value)" }.sorted(), labelRules.map(\.order),
            platforms.map(\.word),
            levels.map(String.init), guests, uuids, not.map(\.order),
        ]
        return words.map { $0.joined(separator: "\u{1}") }.joined(separator: "\u{2}")
    }
}

extension LabelRule {
    fileprivate var normalised: LabelRule { LabelRule(label, test, Set(values).sorted()) }
    fileprivate var order: String { ([label, test.rawValue] + values).joined(separator: "\u{1}") }
}
