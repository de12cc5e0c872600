import ControllerAPI
import DriftReports
import FoundationEssentials
import NestingModel

/// The recipients of reports: they keep what came, and refuse for a while where the script says so.
final class SimulatedPost: @unchecked Sendable {  // used on the simulation's one thread
    struct Arrival {
        var recipient: String
        var id: String
        var run: Int
        var runID: String
        /// The same where the same document came again.
        var content: ReportRun
    }

    var refusing: Set<String> = []
    /// Whoever delivers dies, before or after a document came there: 1 is the next one.
    var death: (number: Int, arrived: Bool)?
    private(set) var arrivals: [Arrival] = []

    func take(_ parcel: ReportParcel) throws(DeliveryFailure) {
        let recipient = String(parcel.place.file?.folder.dropFirst() ?? "")
        if refusing.contains(recipient) { throw DeliveryFailure("the folder is full", remedy: "make room") }
        arrivals.append(
            Arrival(
                recipient: recipient, id: parcel.id, run: parcel.run.summary.number,
                runID: parcel.run.summary.id, content: parcel.run))
    }

    /// Whether whoever delivers now dies of it, and where.
    func takeDeath() -> (number: Int, arrived: Bool)? {
        guard var next = death else { return nil }
        next.number -= 1
        death = next.number > 0 ? next : nil
        return next.number > 0 ? nil : next
    }
}

struct SimulatedCourier: ReportCourier {
    let post: SimulatedPost
    let incarnation: Incarnation

    func deliver(_ parcel: ReportParcel) async throws(DeliveryFailure) {
        if incarnation.isDead { throw DeliveryFailure("dead") }
        let death = post.takeDeath()
        if death?.arrived != false { try post.take(parcel) }
        if death != nil {
            incarnation.kill()
            throw DeliveryFailure("dead")
        }
    }
}
