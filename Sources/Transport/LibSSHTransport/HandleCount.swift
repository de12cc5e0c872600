import Synchronization

/// How many sessions, channels and pairs of sockets of a connector exist: none may be left when all is closed.
final class HandleCount: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }
    func opened() { count.add(1, ordering: .relaxed) }
    func freed() { count.subtract(1, ordering: .relaxed) }
}
