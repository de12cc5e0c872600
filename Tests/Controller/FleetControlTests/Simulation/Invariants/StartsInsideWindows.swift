import FoundationEssentials
import NestingModel

/// What is first done for a guest begins inside its window and could end there; what follows stays in it.
final class StartsInsideWindows: Invariant {
    static let name = "nothing starts outside its window"

    func look(at moment: Sight, in scene: Scene) -> String? {
        guard case .began(let work) = moment, let (remediation, index) = scene.item(of: work.request.id),
            remediation.outsideWindows != true
        else { return nil }
        let plan = remediation.plan.items[index]
        let isFirst = work.isFirst(in: scene)
        // A window that is taken away, or a clock that is set, finds what has begun where it is.
        if !isFirst, let since = scene.items[remediation.items[index].correction],
            max(scene.changed[.windows] ?? -1, scene.changed[.clock] ?? -1) >= since
        {
            return nil
        }
        let seconds = isFirst ? plan.wholeSeconds(startSeconds: remediation.startSeconds ?? 0) : 1
        let own = scene.store.state.windows.filter { $0.selector.paths == ["\(plan.path.root)/**"] }
        let windows = own.filter { !$0.blackout }
        guard windows.isEmpty || windows.contains(where: { holds($0, scene.now, seconds) }) else {
            return "\(work.request.id) begins at \(scene.now.formatted(.iso8601)), and no window holds its \(seconds) s"
        }
        if let blackout = own.first(where: { $0.blackout && touches($0, scene.now, seconds) }) {
            return "\(work.request.id) begins at \(scene.now.formatted(.iso8601)), and runs into \(blackout.name)"
        }
        return nil
    }

    /// All are daily, and in UTC.
    private func spans(_ window: MaintenanceWindow, _ now: Date) -> [ClosedRange<Double>] {
        let day = (now.timeIntervalSince1970 / 86_400).rounded(.down)
        return [day - 1, day, day + 1].map { day in
            let start = day * 86_400 + Double(window.startMinute * 60)
            return start...(start + Double(window.durationSeconds))
        }
    }

    private func holds(_ window: MaintenanceWindow, _ now: Date, _ seconds: Int) -> Bool {
        let begin = now.timeIntervalSince1970
        return spans(window, now).contains { $0.lowerBound <= begin && begin + Double(seconds) <= $0.upperBound }
    }

    private func touches(_ window: MaintenanceWindow, _ now: Date, _ seconds: Int) -> Bool {
        let begin = now.timeIntervalSince1970
        return spans(window, now).contains { begin < $0.upperBound && $0.lowerBound < begin + Double(seconds) }
    }
}
