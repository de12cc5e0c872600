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
        /// The same where the same document came again.
        var content: ReportRun
    }

    var refusing: Set<String> = []
    private(set) var arrivals: [Arrival] = []

    func take(_ parcel: ReportParcel) throws(DeliveryFailure) {
        let recipient = String(parcel.place.file?.folder.dropFirst() ?? "")
        if refusing.contains(recipient) { throw DeliveryFailure("the folder is full", remedy: "make room") }
        arrivals.append(
            Arrival(recipient: recipient, id: parcel.id, run: parcel.run.summary.number, content: parcel.run))
    }
}

struct SimulatedCourier: ReportCourier {
    let post: SimulatedPost
    let incarnation: Incarnation

    func deliver(_ parcel: ReportParcel) async throws(DeliveryFailure) {
        if incarnation.isDead { throw DeliveryFailure("dead") }
        try post.take(parcel)
    }
}
