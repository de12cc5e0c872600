package import ControllerAPI
package import FoundationEssentials

/// What an attempt makes of a recipient's state.
extension RecipientHealth {
    /// Between the first failure and the second attempt, and at most; doubled from attempt to attempt.
    package static let firstPause: TimeInterval = 30
    package static let longestPause: TimeInterval = 3_600

    package mutating func delivered(at time: Date) {
        self = RecipientHealth(lastDelivered: time, givenUp: givenUp)
    }

    package mutating func failed(_ failure: DeliveryFailure, at time: Date) {
        failures += 1
        failingSince = failingSince ?? time
        sentence = failure.sentence
        remedy = failure.remedy
        // One that asks for longer is left alone for as long, and for no longer than the longest pause.
        let asked = min(TimeInterval(failure.retryAfter ?? 0), Self.longestPause)
        retryAt = time.addingTimeInterval(max(Self.pause(after: failures), asked))
    }

    /// In seconds.
    package static func pause(after failures: Int) -> TimeInterval {
        // Beyond seven doublings the longest pause holds anyway.
        min(firstPause * Double(1 << min(max(failures - 1, 0), 7)), longestPause)
    }

    package func mayTry(at time: Date) -> Bool {
        guard let retryAt else { return true }
        // A clock that was set back must not make anybody wait for longer than the longest pause.
        return retryAt <= time || retryAt.timeIntervalSince(time) > Self.longestPause
    }
}
