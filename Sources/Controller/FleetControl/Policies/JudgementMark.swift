import FleetStore
import FoundationEssentials
import NestingModel
import NestingPolicy

/// What the fleet was judged by the last time, in the store: the revision of the policies, and the time, since policies
/// begin to count by themselves. A host that could not be read then is judged by what changed since its own last time.
struct JudgementMark: Codable, Sendable, Equatable {
    struct Time: Codable, Sendable, Hashable {
        var revision: Int
        var at: Date
    }

    var last: Time
    /// Hosts that could not be judged then, and what they were judged by before that.
    var behind: [String: Time] = [:]

    /// - Parameters:
    ///   - set: of the judgement that follows this one.
    ///   - hosts: that it was about.
    ///   - trees: that it was about, by their roots' names; nil for all.
    func followed(by set: PolicySet, hosts: [HostView], of trees: Set<String>?, now: Date) -> JudgementMark {
        var next = JudgementMark(last: isSame(last, set, now) ? last : Time(revision: set.revision, at: now))
        if let trees {
            next.behind = behind.filter { !trees.contains(String($0.key.prefix { $0 != "/" })) }
        }
        for view in hosts where !view.isJudged {
            let path = view.host.path.description
            next.behind[path] = behind[path] ?? last
        }
        return next
    }

    /// What hosts were judged by, where it is not what counts now.
    /// - Parameters:
    ///   - set: what counts now; nil for a draft, from which everything differs.
    ///   - policies: of an earlier revision.
    func earlier(
        than set: PolicySet?, hosts: [HostView], now: Date, policies: (Int) throws(StoreFailure) -> [Policy]
    ) throws(StoreFailure) -> EarlierJudgements {
        var known: [Time: EarlierJudgement] = [:]
        func judgement(_ time: Time) throws(StoreFailure) -> EarlierJudgement? {
            if let set, isSame(time, set, now) { return nil }
            if let judgement = known[time] { return judgement }
            let judgement = EarlierJudgement(try policies(time.revision), at: time.at)
            known[time] = judgement
            return judgement
        }
        var byHost: [NodePath: EarlierJudgement] = [:]
        for view in hosts {
            guard let time = behind[view.host.path.description] else { continue }
            byHost[view.host.path] = try judgement(time)
        }
        return EarlierJudgements(all: try judgement(last), byHost: byHost)
    }

    /// Whether the same policies counted then as now.
    private func isSame(_ time: Time, _ set: PolicySet, _ now: Date) -> Bool {
        time.revision == set.revision && set.policies.allSatisfy { $0.phase(at: time.at) == $0.phase(at: now) }
    }
}

extension HostView {
    /// Whether all that it tells can be held against policies now.
    fileprivate var isJudged: Bool { isCurrent && report?.guests.isUnknown == false }
}

extension FleetReading {
    /// All that an evaluation takes up again.
    func standingFindings() throws(StoreFailure) -> [Finding] { try openFindings() + exemptedFindings() }

    /// - Parameters:
    ///   - before: what counted, where no judgement is on record yet.
    ///   - set: what counts now; nil for a draft.
    func earlierJudgements(
        before: PolicySet, than set: PolicySet?, hosts: [HostView], now: Date
    ) throws(StoreFailure) -> EarlierJudgements {
        let mark = try value(.judgement, as: JudgementMark.self) ?? JudgementMark(revision: before.revision, at: now)
        return try mark.earlier(than: set, hosts: hosts, now: now) { (revision) throws(StoreFailure) in
            try policies(revision: revision)?.policies ?? []
        }
    }
}

extension FleetWriting {
    /// Keeps what the fleet was judged by just now.
    /// - Parameters:
    ///   - before: what counted, where no judgement is on record yet.
    ///   - trees: the judgement was about them and no others; nil for all.
    func markJudged(
        before: PolicySet, by set: PolicySet, hosts: [HostView], of trees: Set<String>?, now: Date
    ) throws(StoreFailure) {
        let mark = try value(.judgement, as: JudgementMark.self)
        let next = (mark ?? JudgementMark(revision: before.revision, at: now)).followed(
            by: set, hosts: hosts, of: trees, now: now)
        if next != mark { try put(next, as: .judgement) }
    }
}

extension JudgementMark {
    init(revision: Int, at time: Date) {
        self.init(last: Time(revision: revision, at: time))
    }
}
