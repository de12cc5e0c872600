import ControllerAPI
import FoundationEssentials
import NestingModel

/// All that one simulation begins with, and all that will happen to it: made from a seed.
struct World: Sendable {
    struct Tree: Sendable {
        var name: String
        /// Guests of its host, in their order.
        var guests: [WorldGuest]
        /// The one of them that is a host too, `l1`, and what runs inside it.
        var inner: [WorldGuest]

        var hasInner: Bool { guests.contains { $0.name == World.nested } }
    }

    struct WorldGuest: Sendable {
        var name: String
        var exposed: Bool
        var running: Bool
        /// In GiB, as it starts and at most.
        var memory: Int
        var mostMemory: Int
        var vcpus: Int
    }

    static let nested = "l1"

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
    /// In the order of their times.
    var events: [Event]

    /// Hosts with an agent, outer ones first.
    var hosts: [String] { trees.flatMap { $0.hasInner ? [$0.name, "\($0.name)/\(Self.nested)"] : [$0.name] } }

    /// Guests that are hosts, too.
    var machines: [String] { trees.filter(\.hasInner).map { "\($0.name)/\(Self.nested)" } }

    /// Every guest's path.
    var guests: [String] {
        trees.flatMap { tree in
            tree.guests.map { "\(tree.name)/\($0.name)" } + tree.inner.map { "\(tree.name)/\(Self.nested)/\($0.name)" }
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
