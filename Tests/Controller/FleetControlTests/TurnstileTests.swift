import Synchronization
import Testing

@testable import FleetControl

@Suite struct TurnstileTests {
    @Test("Lets one in at a time")
    func oneAtATime() async {
        let turnstile = Turnstile()
        let inside = Mutex((now: 0, most: 0, all: 0))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    await turnstile.enter()
                    inside.withLock { inside in
                        inside.now += 1
                        inside.most = max(inside.most, inside.now)
                        inside.all += 1
                    }
                    await Task.yield()
                    inside.withLock { $0.now -= 1 }
                    turnstile.leave()
                }
            }
        }
        #expect(inside.withLock { [$0.now, $0.most, $0.all] } == [0, 1, 50])
    }
}
