import FoundationEssentials
import NestingModel
import Synchronization

/// A running guest without an agent, on a host of its own tree.
struct PlainGuest {
    var name: String
    var exposed = false
    /// Whether its change goes back by itself.
    var fails = false
}

extension ScriptedFleet {
    /// rack8 and rack9 with so many guests each, beside an empty rack7.
    static func plain(_ counts: [String: Int], failing: Set<String> = []) -> ScriptedFleet {
        let fleet = ScriptedFleet(l1Exposed: true, innerRuns: false)
        fleet.set { state in
            for (host, count) in counts {
                state.plain[host] = (0..<count).map {
                    PlainGuest(name: "g\($0)", fails: failing.contains("\(host)/g\($0)"))
                }
            }
        }
        return fleet
    }

    static func uuid(ofHost path: String) -> String { uuid("00", path) }
    static func uuid(ofGuest name: String, at path: String) -> String { uuid("01", "\(path)/\(name)") }

    private static func uuid(_ kind: String, _ text: String) -> String {
        let number = text.utf8.reduce(UInt64(7)) { ($0 &* 31 &+ UInt64($1)) & 0xFF_FFFF_FFFF }
        let hex = String(number, radix: 16)
        return "000000\(kind)-0000-4000-8000-" + String(repeating: "0", count: 12 - hex.count) + hex
    }

    /// Guests that are exposed, as `rack8/g0`.
    var exposed: Set<String> {
        Set(now.plain.flatMap { host, guests in guests.filter(\.exposed).map { "\(host)/\($0.name)" } })
    }

    func plainReport(of path: String, _ state: State) -> HostReport? {
        guard let guests = state.plain[path] else { return nil }
        return FleetControlTests.report(
            uuid: Self.uuid(ofHost: path), sees: .svm,
            guests: guests.map { guest($0.name, uuid: Self.uuid(ofGuest: $0.name, at: path), exposed: $0.exposed) })
    }

    /// - Returns: whether the change is one of a plain guest.
    func changePlain(_ request: CorrectionRequest, at path: String, _ state: inout State) -> Bool {
        guard let index = index(request.guest, path, state) else { return false }
        state.begun.append(("\(path)/g\(index)", time.date))
        let open = state.records.values.filter { $0.verb == .setGuest && $0.phase == .awaitingVerdict }
        state.mostAtOnce = max(state.mostAtOnce, open.count + 1)
        let own = Set((state.plain[path] ?? []).map { Self.uuid(ofGuest: $0.name, at: path) })
        if open.contains(where: { !own.isDisjoint(with: $0.guests) }) { state.crowded.append(path) }
        if let exposure = request.change?.exposure, state.plain[path]?[index].fails == false {
            state.plain[path]?[index].exposed = exposure
        }
        return true
    }

    func plainFails(_ uuid: String?, at path: String, _ state: State) -> Bool {
        index(uuid, path, state).map { state.plain[path]?[$0].fails == true } ?? false
    }

    private func index(_ uuid: String?, _ path: String, _ state: State) -> Int? {
        state.plain[path]?.firstIndex { Self.uuid(ofGuest: $0.name, at: path) == uuid }
    }
}

/// A time that passes when somebody sleeps, and at once.
final class ManualTime: Clock {
    typealias Duration = Swift.Duration
    typealias Instant = ContinuousClock.Instant

    private struct State {
        var date = Date(timeIntervalSince1970: 1_800_000_000)
        var instant = ContinuousClock.now
    }

    private let state = Mutex(State())

    /// As a calendar shows it.
    var date: Date { state.withLock { $0.date } }
    var now: Instant { state.withLock { $0.instant } }
    var minimumResolution: Duration { .zero }

    func set(_ date: Date) { state.withLock { $0.date = date } }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        state.withLock { state in
            let passed = state.instant.duration(to: deadline)
            guard passed > .zero else { return }
            state.instant = deadline
            state.date += Double(passed.components.seconds) + Double(passed.components.attoseconds) / 1e18
        }
        await Task.yield()
    }
}
