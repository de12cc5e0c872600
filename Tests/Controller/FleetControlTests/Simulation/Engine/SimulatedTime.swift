import FoundationEssentials

/// Time that stands still while anything runs, and then goes on to the next thing that is due. In whole seconds, as
/// the store keeps them.
final class SimulatedTime: @unchecked Sendable {  // used on the simulation's one thread
    /// Seconds since the beginning: nobody sets these.
    private(set) var elapsed = 0
    /// By how much the wall clock was set.
    private(set) var jumped = 0
    private var entries: [Int: (at: Int, run: () -> Void)] = [:]
    private var last = 0

    /// 2027-01-15 08:00 in UTC, a Friday.
    static let begin = Date(timeIntervalSince1970: 1_800_000_000)

    /// As a calendar shows it.
    var date: Date { Self.begin.addingTimeInterval(Double(elapsed + jumped)) }

    func set(clockBy seconds: Int) { jumped += seconds }

    /// - Returns: the entry's number.
    @discardableResult
    func after(_ seconds: Int, _ run: @escaping () -> Void) -> Int {
        last += 1
        entries[last] = (elapsed + max(seconds, 0), run)
        return last
    }

    func pass(_ seconds: Int) async {
        guard seconds > 0 else { return }
        await withUnsafeContinuation { wake in after(seconds) { wake.resume() } }
    }

    func cancel(_ number: Int) { entries[number] = nil }

    /// When the next thing is due; nil where nothing is.
    var next: Int? { entries.values.map(\.at).min() }

    /// Goes on to the next thing that is due, and does it alone.
    func advance() -> Bool {
        guard let due = entries.min(by: { ($0.value.at, $0.key) < ($1.value.at, $1.key) }) else { return false }
        entries[due.key] = nil
        elapsed = max(elapsed, due.value.at)
        due.value.run()
        return true
    }
}

struct SimulatedInstant: InstantProtocol {
    var seconds: Duration

    func advanced(by duration: Duration) -> SimulatedInstant { SimulatedInstant(seconds: seconds + duration) }
    func duration(to other: SimulatedInstant) -> Duration { other.seconds - seconds }
    static func < (left: SimulatedInstant, right: SimulatedInstant) -> Bool { left.seconds < right.seconds }
}

extension Duration {
    /// Rounded up.
    var wholeSeconds: Int { Int(components.seconds) + (components.attoseconds > 0 ? 1 : 0) }
}
