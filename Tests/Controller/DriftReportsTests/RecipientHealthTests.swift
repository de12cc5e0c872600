import ControllerAPI
import Foundation
import Testing

@testable import DriftReports

@Suite("A recipient's state")
struct RecipientHealthTests {
    @Test("waits longer from failure to failure, an hour at most, and forgets it all by one arrival")
    func backoff() {
        #expect((1...9).map { RecipientHealth.pause(after: $0) } == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600])
        #expect(RecipientHealth.pause(after: 1_000_000) == 3600)
        var health = RecipientHealth()
        let start = SmallFleet.start
        #expect(health.mayTry(at: start))
        health.failed(DeliveryFailure("no", remedy: "do"), at: start)
        health.failed(DeliveryFailure("still no"), at: start.addingTimeInterval(30))
        #expect(health.failingSince == start && health.failures == 2 && health.sentence == "still no")
        #expect(!health.mayTry(at: start.addingTimeInterval(89)))
        #expect(health.mayTry(at: start.addingTimeInterval(90)))
        // A clock that was set back holds nobody up.
        #expect(health.mayTry(at: start.addingTimeInterval(-7200)))
        health.delivered(at: start.addingTimeInterval(90))
        #expect(health == RecipientHealth(lastDelivered: start.addingTimeInterval(90)))
    }

    @Test(
        "leaves one that asks for it alone for longer, never for less than it would by itself nor for more than an hour",
        arguments: [(nil, 30), (5, 30), (45, 45), (7_200, 3_600), (Int.max, 3_600), (-1, 30)])
    func asked(seconds: Int?, pause: TimeInterval) {
        var health = RecipientHealth()
        health.failed(DeliveryFailure("busy", retryAfter: seconds), at: SmallFleet.start)
        #expect(health.retryAt == SmallFleet.start.addingTimeInterval(pause))
    }
}
