import Synchronization
import Testing

@testable import FleetControl

@Suite struct TurnstileTests {
    private final class Room: Sendable {
        let counts = Mutex((now: 0, most: 0, all: 0))
    }

    @Test("Lets one in at a time")
    func oneAtATime() async {
        let (turnstile, room) = (Turnstile(), Room())
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    await turnstile.enter()
                    room.counts.withLock { inside in
                        inside.now += 1
                        inside.most = max(inside.most, inside.now)
                        inside.all += 1
                    }
                    await Task.yield()
                    room.counts.withLock { $0.now -= 1 }
                    turnstile.leave()
                }
            }
        }
        #expect(room.counts.withLock { [$0.now, $0.most, $0.all] } == [0, 1, 50])
    }
}
