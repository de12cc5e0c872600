import Foundation
import HumanText

/// A named time zone, asked both ways: what its clocks show at an instant, and when they show a time.
///
/// Wall times are seconds since 1970-01-01 00:00 as the clocks of the zone count them, without regard to offsets.
package struct ScheduleZone: Sendable, Hashable {
    package let name: String
    private let zone: TimeZone

    /// - Parameter name: of the IANA database, as `Europe/Berlin`, or `UTC`.
    package init(named name: String) throws(ScheduleFault) {
        guard let zone = Self.zone(name) else {
            let hint = NearestName.hint(name, among: TimeZone.knownTimeZoneIdentifiers)
            throw ScheduleFault(
                "is \(ShownText.quoted(name)), and there is no such time zone",
                remedy: hint ?? "name one of the IANA database, as Europe/Berlin or UTC")
        }
        self.name = name
        self.zone = zone
    }

    package static let utc = ScheduleZone(name: "UTC", zone: .gmt)

    private init(name: String, zone: TimeZone) {
        (self.name, self.zone) = (name, zone)
    }

    private static func zone(_ name: String) -> TimeZone? {
        guard ZoneName.isFit(name) else { return nil }
        return ZoneName.isUTC(name) ? .gmt : TimeZone(identifier: name)
    }

    func offset(at instant: Int) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(instant)))
    }

    func wall(at instant: Int) -> Int { instant + offset(at: instant) }

    /// Days since 1970-01-01, as the clocks count them.
    static func day(ofWall wall: Int) -> Int { (wall - (wall % 86_400 + 86_400) % 86_400) / 86_400 }

    /// The instant at which the clocks show this time: the first one where they show it twice, and the one right after
    /// the gap where they never do. Never falls while the wall time rises.
    func instant(ofWall wall: Int) -> Int {
        // All offsets lie between -12 and +14 hours, and a zone that crossed the date line moved by 24.
        var (low, high) = (wall - 15 * 3600, wall + 13 * 3600)
        let (before, after) = (offset(at: low), offset(at: high))
        if before == after { return wall - before }
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(at: middle) == before { low = middle } else { high = middle }
        }
        // `high` is now the first instant of the other offset.
        if wall - before < high { return wall - before }
        return max(wall - after, high)
    }
}
