import ControllerAPI
import FoundationEssentials
import NestingModel

/// All that one simulation begins with, and all that will happen to it: made from a seed.
struct World: Sendable {
    struct Tree: Sendable {
        var name: String
        /// Guests of its host, in their order.
        var guests: [WorldGuest]

        var hasInner: Bool { guests.contains { $0.inside != nil } }
    }

    struct WorldGuest: Sendable {
        var name: String
        var exposed: Bool
        var running: Bool
        /// In GiB, as it starts and at most.
        var memory: Int
        var mostMemory: Int
        var vcpus: Int
        /// Whether it starts with its host.
        var autostart: Bool
        /// What runs inside it, where it is a host, too.
        var inside: [WorldGuest]?
    }

    let seed: UInt64
    var trees: [Tree]
    var policies: [PolicyLine]
    var windows: [WindowLine]
    var recipients: [String]
    /// Whether jobs that are ready run in a random order.
    var shuffles: Bool
    var fourEyes: Bool
    /// How many guests policies correct in one remediation.
    var enforcedGuests: Int
    /// A host that nobody has enrolled yet, with all below it; nil where all are.
    var stranger: String?
    /// In the order of their times.
    var events: [Event]

    /// Hosts with an agent, outer ones first.
    var hosts: [String] { trees.flatMap { [$0.name] + Self.machines(below: $0.name, $0.guests) } }

    /// Those that are enrolled from the beginning.
    var enrolled: [String] { hosts.filter { host in stranger.map { !(host + "/").hasPrefix($0 + "/") } ?? true } }

    /// Guests that are hosts, too.
    var machines: [String] { hosts.filter { $0.contains("/") } }

    /// Every guest's path.
    var guests: [String] { everyGuest.map(\.path) }

    /// With their paths, outer ones first.
    var everyGuest: [(path: String, guest: WorldGuest)] { trees.flatMap { Self.guests(below: $0.name, $0.guests) } }

    private static func guests(below host: String, _ guests: [WorldGuest]) -> [(path: String, guest: WorldGuest)] {
        guests.map { ("\(host)/\($0.name)", $0) }
            + guests.flatMap { Self.guests(below: "\(host)/\($0.name)", $0.inside ?? []) }
    }

    private static func machines(below host: String, _ guests: [WorldGuest]) -> [String] {
        guests.flatMap { guest -> [String] in
            guard let inside = guest.inside else { return [] }
            let path = "\(host)/\(guest.name)"
            return [path] + machines(below: path, inside)
        }
    }
}

/// A daily window or blackout of one tree, in UTC.
struct WindowLine: Sendable, Hashable {
    var tree: String
    var blackout: Bool
    /// After 08:00, when every simulation begins.
    var startMinute: Int
    var minutes: Int

    var window: MaintenanceWindow {
        MaintenanceWindow(
            name: name, selector: PolicySelector(paths: ["\(tree)/**"]), blackout: blackout, zone: "UTC",
            recurrence: .weekly(Weekday.allCases), startMinute: 8 * 60 + startMinute, durationSeconds: minutes * 60)
    }

    private var name: String { "\(tree)-\(blackout ? "not" : "only")-\(startMinute)" }

    var yaml: String {
        let minute = 8 * 60 + startMinute
        let start = String(minute / 60 + 100).dropFirst() + ":" + String(minute % 60 + 100).dropFirst()
        return "  - {name: \(name), blackout: \(blackout), select: {paths: [\"\(tree)/**\"]}, time-zone: UTC, "
            + "days: [mon, tue, wed, thu, fri, sat, sun], start: \"\(start)\", duration: \(minutes)m}"
    }
}
