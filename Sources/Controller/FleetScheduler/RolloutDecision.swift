package import FoundationEssentials
package import NestingModel

/// What a remediation does next: pure, so that the rules can be tested without a fleet.
///
/// What has begun is brought to its end whatever comes. What has not begun starts only where nothing speaks against it:
/// a person's word, the failure budget, the wave, the nesting tree, the limits, a freeze, its maintenance window.
package struct RolloutDecision {
    private let remediation: Remediation
    private let rollout: Rollout
    private let inMotion: Set<Int>
    private let interruption: String?
    private let now: Date
    private let mayWait: Bool
    private let labels: (PlanItem) -> [String: String]
    private let whyFrozen: (PlanItem) -> String?
    private let opening: (PlanItem) -> WindowCalendar.Opening

    package enum Step: Sendable, Hashable {
        /// These items, by their numbers; then it is asked again.
        case start([Int])
        /// Until something changes, or that moment.
        case wait(until: Date?, sentence: String)
        /// Its wave's guests are looked at, at the latest at that moment.
        case soak(wave: Int, until: Date)
        /// It waits for a person.
        case interrupt(String)
        case end
    }

    /// - Parameters:
    ///   - remediation: as it is stored now.
    ///   - inMotion: items that this process works on.
    ///   - interruption: what an item said that waits for a person; nil where none does.
    ///   - mayWait: whether it waits for windows, and for people where it is frozen. What a policy asks for it asks for
    ///     again, and a run that waits would hold up all others: it ends then.
    ///   - labels: of the host that does an item's work.
    ///   - whyFrozen: why a freeze holds an item back; nil where none does.
    ///   - opening: when an item may start.
    package init(
        _ remediation: Remediation, inMotion: Set<Int>, interruption: String?, now: Date,
        mayWait: Bool = true, labels: @escaping (PlanItem) -> [String: String],
        whyFrozen: @escaping (PlanItem) -> String?,
        opening: @escaping (PlanItem) -> WindowCalendar.Opening
    ) {
        self.remediation = remediation
        rollout = remediation.rollout ?? Rollout()
        self.inMotion = inMotion
        self.interruption = interruption
        self.now = now
        self.mayWait = mayWait
        self.labels = labels
        self.whyFrozen = whyFrozen
        self.opening = opening
    }

    package var step: Step {
        let taken = remediation.inMotion.filter { !inMotion.contains($0) }
        if interruption == nil, let first = firstOfEachTree(taken) { return .start(first) }
        if let interruption { return whenStill(.interrupt(interruption)) }
        if remediation.asked?.word == .abort { return whenStill(.end) }
        if remediation.failures > budget { return whenStill(.end) }
        if let asked = remediation.asked, asked.word == .pause {
            return whenStill(.interrupt("paused by \(asked.by)"))
        }
        return wave
    }

    private var budget: Int { rollout.budget(of: remediation.items.count) }

    private func whenStill(_ step: Step) -> Step { inMotion.isEmpty ? step : .wait(until: nil, sentence: "") }

    private var wave: Step {
        let waves = rollout.waves(of: remediation.items.count)
        let done = remediation.wavesDone ?? 0
        for (number, wave) in waves.enumerated().dropFirst(done) {
            guard wave.allSatisfy({ remediation.items[$0].step == .done }) else { return next(in: wave) }
            guard rollout.soakSeconds > 0 else { continue }
            let since = remediation.soak.flatMap { $0.wave == number ? $0.since : nil } ?? now
            return .soak(wave: number, until: since.addingTimeInterval(Double(rollout.soakSeconds)))
        }
        return whenStill(.end)
    }

    private func next(in wave: Range<Int>) -> Step {
        var chosen: [Int] = []
        var earliest: Date?
        var never: String?
        var frozen: String?
        for index in wave where remediation.items[index].step == .waiting && !inMotion.contains(index) {
            let item = remediation.plan.items[index]
            let others = chosen + inMotion
            guard others.count < rollout.inMotion(of: remediation.items.count),
                remediation.failures + others.count <= budget
            else { break }
            guard !others.contains(where: { remediation.plan.items[$0].path.root == item.path.root }),
                isWithinLabels(item, others)
            else { continue }
            if let reason = whyFrozen(item) {
                frozen = frozen ?? reason
                continue
            }
            switch remediation.outsideWindows == true ? .now : opening(item) {
            case .now: chosen.append(index)
            case .at(let date): earliest = min(earliest ?? date, date)
            case .never(let reason): never = never ?? reason
            }
        }
        if !chosen.isEmpty { return .start(chosen) }
        if !inMotion.isEmpty { return .wait(until: earliest, sentence: "") }
        guard mayWait else { return .end }
        if let earliest { return .wait(until: earliest, sentence: "waits for its maintenance window") }
        return .interrupt(frozen ?? never ?? "nothing of it can start")
    }

    private func isWithinLabels(_ item: PlanItem, _ others: [Int]) -> Bool {
        let own = labels(item)
        return rollout.parallelPer.allSatisfy { label, limit in
            guard let value = own[label] else { return true }
            return others.count { labels(remediation.plan.items[$0])[label] == value } < limit
        }
    }

    /// Never two in one tree, whatever a journal says; nil where nothing is left.
    private func firstOfEachTree(_ indexes: [Int]) -> [Int]? {
        var busy = Set(inMotion.map { remediation.plan.items[$0].path.root })
        let chosen = indexes.filter { busy.insert(remediation.plan.items[$0].path.root).inserted }
        return chosen.isEmpty ? nil : chosen
    }
}
