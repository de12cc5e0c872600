import ControllerAPI
package import FoundationEssentials
import NestingModel

/// How often and how soon a failed correction is tried again under `enforce`.
package struct RetryRule: Sendable, Hashable {
    /// After the first try.
    package var retries: Int
    /// In seconds until the first retry; each further one waits twice as long, at most a day.
    package var after: TimeInterval
    /// So many guests that are left out at once stop enforcement in the whole fleet: then it is not the guests.
    package var leftOutLimit: Int

    package init(retries: Int = 2, after: TimeInterval = 1_800, leftOutLimit: Int = 3) {
        self.retries = retries
        self.after = after
        self.leftOutLimit = leftOutLimit
    }

    /// - Parameter failures: so far, from 1.
    /// - Returns: nil where it is not tried again by itself.
    func pause(after failures: Int) -> TimeInterval? {
        guard failures <= retries else { return nil }
        var pause = after
        for _ in 1..<max(failures, 1) { pause = min(pause * 2, 86_400) }
        return pause
    }
}

/// The guests whose last correction did not end well, as the store keeps them, and what enforcement does about it.
///
/// After a failure the whole fleet waits: what failed once may fail everywhere. When the pause is over that guest alone
/// is tried again; when it has failed too often it is left out, and the others go on.
struct TroubledGuests: Codable, Sendable, Hashable {
    /// In the order of their first failures.
    var guests: [TroubledGuest] = []

    enum Turn: Sendable, Hashable {
        /// Nothing starts before that time.
        case waits(TroubledGuest, until: Date)
        /// This guest, and no other.
        case retries(TroubledGuest)
        /// Any but these.
        case goesOn(without: Set<NodePath>)
        /// Too many are left out.
        case stopped
    }

    func turn(at now: Date, _ rule: RetryRule) -> Turn {
        let due = guests.compactMap { guest in guest.nextTry.map { (guest, $0) } }
        if let latest = due.max(by: { $0.1 < $1.1 }), latest.1 > now { return .waits(latest.0, until: latest.1) }
        if let first = due.first { return .retries(first.0) }
        let leftOut = Set(guests.map(\.path))
        return leftOut.count >= rule.leftOutLimit ? .stopped : .goesOn(without: leftOut)
    }

    mutating func failed(
        _ path: NodePath, remediation: String, sentence: String, remedy: String, at now: Date, _ rule: RetryRule
    ) {
        let failures = (guests.first { $0.path == path }?.failures ?? 0) + 1
        let guest = TroubledGuest(
            path: path, remediation: remediation, sentence: sentence, remedy: remedy, failures: failures,
            lastFailure: now, nextTry: rule.pause(after: failures).map { now.addingTimeInterval($0) })
        if let index = guests.firstIndex(where: { $0.path == path }) {
            guests[index] = guest
        } else {
            guests.append(guest)
        }
    }

    /// It was corrected, is no longer wrong, or a person says so.
    mutating func forget(_ path: NodePath) { guests.removeAll { $0.path == path } }

    /// Enforcement has nothing to try there, and it still is not as it should be.
    mutating func leaveOut(_ path: NodePath) {
        for index in guests.indices where guests[index].path == path { guests[index].nextTry = nil }
    }

    /// Why enforcement corrects nothing now, for people; nil while it does.
    func sentence(at now: Date, _ rule: RetryRule) -> String? {
        func last(_ guest: TroubledGuest) -> String {
            "remediation \(guest.remediation): \(guest.path): \(guest.sentence)"
        }
        switch turn(at: now, rule) {
        case .waits(let guest, let until):
            return "until \(until.formatted(.iso8601)), then \(guest.path) is tried again (failed \(guest.failures) of "
                + "at most \(rule.retries + 1) times): \(last(guest))"
        case .stopped:
            return "\(guests.count) guests could not be corrected and are left out; nestor drift settle, or new "
                + "policies, let it go on: " + guests.prefix(3).map(last).joined(separator: "; ")
        case .retries, .goesOn: return nil
        }
    }
}
