import ControllerAPI
import FleetStore
import FoundationEssentials
import NestingModel

extension MemoryWork {
    func reports() -> ReportSet { state.reports }
    func reportRuns(of report: String, limit: Int) -> [ReportRunSummary] {
        state.runs.reversed().lazy.map(\.summary).filter { $0.report == report }.prefix(limit).map(\.self)
    }
    func reportRun(of report: String, id: String?) -> ReportRun? {
        state.runs.last { $0.summary.report == report && (id == nil || $0.summary.id == id) }
    }
    func reportMemory(of report: String) -> ReportMemory? { state.memories[report] }
    func deliveries(to recipient: RecipientKey?) -> [ReportDelivery] {
        recipient == nil ? state.deliveries : state.deliveries.filter { $0.key == recipient }
    }
    func waitingDeliveries() -> [RecipientKey: Int] {
        Dictionary(grouping: state.deliveries, by: \.key).mapValues(\.count)
    }
    func recipientHealth(_ recipient: RecipientKey) -> RecipientHealth? { state.health[recipient] }

    func put(reports: ReportSet) { state.reports = reports }
    func put(run: ReportRun) { state.runs.append(run) }
    /// Fewer runs than are kept.
    func thinRuns(of report: String, whole: Int, summaries: Int) {}
    func put(memory: ReportMemory?, of report: String) { state.memories[report] = memory }
    func enqueue(_ delivery: ReportDelivery) {
        state.lastDelivery += 1
        var delivery = delivery
        delivery.number = state.lastDelivery
        state.deliveries.append(delivery)
    }
    func remove(delivery number: Int) { state.deliveries.removeAll { $0.number == number } }
    func put(health: RecipientHealth?, of recipient: RecipientKey) { state.health[recipient] = health }
}
