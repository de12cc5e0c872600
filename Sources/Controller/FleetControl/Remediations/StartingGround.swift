import ControllerAPI
import FleetScheduler
import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy

/// What decides whether a guest's change may start at one moment: freezes, maintenance windows and the hosts' labels,
/// out of one snapshot.
struct StartingGround: Sendable {
    private let freezes: [Freeze]
    private let windows: [MaintenanceWindow]
    private let calendar: WindowCalendar
    private let views: [NodePath: HostView]
    private let now: Date

    /// - Parameters:
    ///   - items: that it is asked about; nil for any.
    ///   - withLabels: whether `labels` is asked, where there are no windows.
    init(
        _ work: any FleetReading, about items: [PlanItem]?, now: Date, withLabels: Bool = false
    ) throws(StoreFailure) {
        self.now = now
        freezes = try work.freezes(at: now)
        windows = try work.windows().windows
        calendar = WindowCalendar(windows)
        // Reports are not read for nothing, and those of the whole fleet only where anything may be asked.
        var hosts: [HostView] = []
        if !windows.isEmpty || withLabels || freezes.contains(where: { $0.selector != nil }) {
            if let items {
                for root in Set(items.map(\.path.names[0])) { hosts += try work.hosts(ofTree: root) }
            } else {
                hosts = try work.hosts()
            }
        }
        views = Dictionary(hosts.map { ($0.host.path, $0) }) { first, _ in first }
    }

    /// Of the nearest enrolled host at or above.
    func labels(of path: NodePath) -> [String: String] {
        nearest(path)?.host.labels ?? [:]
    }

    private func nearest(_ path: NodePath) -> HostView? {
        sequence(first: path, next: \.parent).lazy.compactMap { views[$0] }.first
    }

    /// Every freeze that holds it back; nil where none does.
    func whyFrozen(_ item: PlanItem) -> String? {
        let holding = freezes(holding: [item])
        return holding.isEmpty ? nil : holding.sentence
    }

    /// Those that hold one of these back, or all of them.
    func freezes(holding items: [PlanItem]) -> [Freeze] {
        freezes.filter { freeze in items.contains { holds(freeze, $0) } }
    }

    /// Whether an item, with all that goes down with it, lies in what is frozen.
    private func holds(_ freeze: Freeze, _ item: PlanItem) -> Bool {
        guard let selector = freeze.selector else { return freeze.holdsPlaces(of: item) }
        return item.disturbed.contains { place in
            sequence(first: place, next: \.parent).contains { selects(selector, $0, item) }
        }
    }

    /// - Parameter startSeconds: what a guest may take to start.
    func opening(of item: PlanItem, startSeconds: Int) -> WindowCalendar.Opening {
        guard !windows.isEmpty else { return .now }
        // Each guest that goes down has to be in a window of its own, where it has any; the guest that is changed also
        // obeys those of the machines that it runs in.
        let above = sequence(first: item.path, next: \.parent).map { $0 }
        var groups = [above.flatMap { place in windows.filter { selects($0.selector, place, item) } }]
        groups += item.blastRadius.map { place in windows.filter { selects($0.selector, place, item) } }
        return calendar.opening(
            in: groups.map { $0.filter { !$0.blackout } }, clearOf: groups.joined().filter(\.blackout),
            for: item.wholeSeconds(startSeconds: startSeconds), from: now)
    }

    func mayStart(_ item: PlanItem, startSeconds: Int) -> Bool {
        whyFrozen(item) == nil && opening(of: item, startSeconds: startSeconds) == .now
    }

    /// What a plan's reader is told about an item that can't start at once; nil where it can.
    func waiting(_ item: PlanItem, startSeconds: Int) -> PlanWait? {
        switch opening(of: item, startSeconds: startSeconds) {
        case .now: nil
        case .at(let date): PlanWait(path: item.path, until: date, sentence: "waits for its maintenance window")
        case .never(let sentence): PlanWait(path: item.path, until: nil, sentence: sentence)
        }
    }

    /// A plan of which a freeze of some places holds nothing back: what it does is blocked, and says so. One of the whole
    /// fleet blocks nothing by itself: it is told above the plan, and refused when it is to start.
    func withoutFrozen(_ plan: Plan) -> Plan {
        plan.leavingOut(.frozen) { item in
            let holding = freezes(holding: [item])
            guard holding.contains(where: { !$0.isOfFleet }) else { return nil }
            return (
                "\(item.path) is not touched: \(holding.sentence)", "wait for its end, or \(holding.remedy)"
            )
        }
    }

    /// A plan without what no window will ever let start: that one is blocked, and says so.
    /// - Parameter named: guests that somebody asked for by their paths, which are never left out unasked.
    func withoutNeverStarting(_ plan: Plan, startSeconds: Int, named: [NodePath]) -> Plan {
        plan.leavingOut(.neverStarts) { item in
            guard !named.contains(item.path), case .never(let why) = opening(of: item, startSeconds: startSeconds)
            else { return nil }
            return (
                "\(item.path) could never start: \(why)",
                "change the window (nestor window apply), or run it outside of windows: --now"
            )
        }
    }

    /// - Throws: where an item could never start.
    func checkWindows(of plan: Plan, startSeconds: Int) throws(StoreFailure) {
        for item in plan.items {
            guard case .never(let sentence) = opening(of: item, startSeconds: startSeconds) else { continue }
            throw StoreFailure(
                .conflict, "\(item.path) could never start: \(sentence)",
                remedy: "change the window (nestor window apply), name other places than this one, or run it outside "
                    + "of windows: --now")
        }
    }

    private func selects(_ selector: PolicySelector, _ place: NodePath, _ item: PlanItem) -> Bool {
        let guest = place.parent.flatMap { host in
            views[host]?.report?.guests.value?.first { host.guest(named: $0.name) == place }
        }
        let uuid = place == item.path ? item.uuid : guest?.uuid ?? views[place]?.host.uuid
        return selector.selects(
            place, guestName: place.level > 0 ? guest?.name ?? place.name : nil, uuid: uuid, near: nearest(place))
    }
}

extension FleetReading {
    /// Those that are not over: of the whole fleet first, then the oldest.
    func freezes(at now: Date) throws(StoreFailure) -> [Freeze] {
        let standing = (try value(.freezes, as: [Freeze].self) ?? []).filter { !$0.isOver(at: now) }
        return standing.filter(\.isOfFleet) + standing.filter { !$0.isOfFleet }
    }

    func windows() throws(StoreFailure) -> WindowSet {
        try value(.windows, as: WindowSet.self) ?? WindowSet()
    }
}

extension Freeze {
    func isOver(at now: Date) -> Bool { until.map { $0 <= now } ?? false }

    /// Whether an item, with all that goes down with it, lies in the places that are frozen.
    fileprivate func holdsPlaces(of item: PlanItem) -> Bool {
        guard let paths, !paths.isEmpty else { return true }
        return item.disturbed.contains { place in paths.contains { $0 == place || $0.contains(place) } }
    }
}
