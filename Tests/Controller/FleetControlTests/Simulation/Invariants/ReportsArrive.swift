import ControllerAPI
import FoundationEssentials
import NestingModel

final class ReportsArrive: Invariant {
    static let name = "each report reaches each recipient, in order, and no due time is missed or seen to twice"
    static let everySeconds = 300

    func look(at moment: Sight, in scene: Scene) -> String? {
        guard case .atRest = moment else { return nil }
        let runs = scene.store.state.runs.map(\.summary)
        for recipient in scene.world.recipients {
            let arrivals = scene.post.arrivals.filter { $0.recipient == recipient }
            for run in runs where !arrivals.contains(where: { $0.runID == run.id }) {
                return "run \(run.number) never reached \(recipient)"
            }
            let since = scene.post.arrivals.dropFirst(scene.arrivalsBefore).filter { $0.recipient == recipient }
            let numbers = since.map(\.run)
            if numbers != numbers.sorted() { return "they reached \(recipient) as \(numbers)" }
            for (id, same) in Dictionary(grouping: arrivals, by: \.id) where Set(same.map(\.content)).count > 1 {
                return "\(id) came to \(recipient) with different contents"
            }
            for (run, same) in Dictionary(grouping: arrivals, by: \.runID) where Set(same.map(\.id)).count > 1 {
                return "run \(run) came to \(recipient) as \(same.map(\.id))"
            }
        }
        let due = runs.compactMap(\.dueAt)
        if Set(due).count < due.count { return "a due time was seen to twice: \(due.map { $0.formatted(.iso8601) })" }
        // Whatever happened, the last due time that is well over was seen to: a run for one that was missed before sees to
        // all until then.
        let every = Double(Self.everySeconds)
        let last = ((scene.now.timeIntervalSince1970 - 120) / every).rounded(.down) * every
        if last > SimulatedTime.begin.timeIntervalSince1970, scene.isKnown(.clock, forSeconds: 2 * Self.everySeconds),
            !runs.contains(where: { $0.dueAt != nil && $0.at.timeIntervalSince1970 >= last })
        {
            return "what was due at \(Date(timeIntervalSince1970: last).formatted(.iso8601)) never ran"
        }
        return nil
    }
}
