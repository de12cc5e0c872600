import FoundationEssentials
import NestingModel

/// Finds what persists, what is new and what ended, between the findings before and those of now.
struct FindingLedger {
    private let now: Date
    private let exemptions: ExemptionIndex
    /// Of before; not all of them are this ledger's.
    private let before: [Finding]
    /// Where its open, stale and exempted ones are in there, by id, and in their order.
    private let places: [String: Int]
    private let order: [Int]
    /// Findings are large, and each is held against those from before where it lies: as good as none is copied.
    private var found: [Finding] = []
    private var foundAgain: Set<Int> = []
    private var foundNew: Set<String> = []
    private var undetermined: Set<String> = []
    /// Hosts whose report is not of now.
    private var unread: Set<NodePath> = []
    /// Hosts whose guests could not be listed.
    private var unlisted: Set<NodePath> = []

    /// - Parameters:
    ///   - known: places of those in `previous` that it is about.
    ///   - exemptions: those of now: a finding that can't be told again stays exempted while its exemption holds.
    init(previous: [Finding], about known: [Int], exemptions: ExemptionIndex, now: Date) {
        before = previous
        var places: [String: Int] = [:]
        places.reserveCapacity(known.count)
        order = known.filter { place in
            guard previous[place].state != .resolved, places[previous[place].id] == nil else { return false }
            places[previous[place].id] = place
            return true
        }
        self.places = places
        self.exemptions = exemptions
        self.now = now
    }

    /// Takes up a finding of now; its times, its cause and the mode that goes with it are set here.
    /// - Parameters:
    ///   - mode: of the policy that decides.
    ///   - offersCorrection: whether its remedy is what people do by hand, and Nestor can do it, too.
    ///   - isIntended: whether what is wanted changed since this node was judged last; asked where a finding is new, or
    ///     is about another wish.
    mutating func open(
        _ finding: consuming Finding, mode: EffectiveMode? = nil, offersCorrection: Bool = false,
        isIntended: () -> Bool = { false }
    ) {
        if let place = places[finding.id] {
            guard foundAgain.insert(place).inserted else { return }
            finding.firstSeen = before[place].firstSeen
            finding.cause = before[place].desired != finding.desired && isIntended() ? .intended : before[place].cause
            if before[place].isSpokenOf { finding.carry(from: before[place], at: now) }
        } else {
            guard foundNew.insert(finding.id).inserted else { return }
            finding.cause = isIntended() ? .intended : .corrective
        }
        if let mode {
            finding.mode = finding.cause == .intended ? mode.intended : mode.corrective
            finding.modeReason = finding.cause == .intended ? mode.intendedReason : mode.correctiveReason
        }
        if offersCorrection {
            finding.remedy = SettingRemedy.offered(finding.remedy, finding.mode, policy: finding.policy ?? "")
        }
        found.append(finding)
    }

    /// It can't be told whether this still holds: an earlier one becomes stale instead of resolved.
    mutating func leaveOpen(_ kind: FindingKind, _ path: NodePath, _ setting: Setting? = nil) {
        undetermined.insert(Finding.id(kind, path, setting))
    }

    mutating func markUnread(_ host: NodePath) { unread.insert(host) }
    mutating func markUnlisted(_ host: NodePath) { unlisted.insert(host) }

    /// The findings of now, the stale ones, and those that ended (once, as resolved).
    mutating func closed() -> [Finding] {
        var result = found
        found = []
        for place in order where !foundAgain.contains(place) {
            var finding = before[place]
            if isStale(finding) {
                leave(&finding)
            } else {
                finding.state = .resolved
                finding.acknowledgement = nil
                finding.lastSeen = now
            }
            result.append(finding)
        }
        return result
    }

    private func leave(_ finding: inout Finding) {
        guard finding.state == .exempted, let exemption = finding.exemption else {
            finding.state = .stale
            finding.lapse(at: now)
            return
        }
        guard let lapse = exemptions.lapse(of: exemption, at: now) else {
            // Times are kept to the second, and it was not seen in this one.
            finding.lastSeen = min(finding.lastSeen, now.addingTimeInterval(-1))
            return
        }
        finding.state = .stale
        finding.lapse(exemption, lapse)
    }

    /// A finding rests on its own host's report, on its parent's, or on both.
    private func isStale(_ finding: Finding) -> Bool {
        if undetermined.contains(finding.id) || finding.kind == .unknown { return true }
        let restsOnOwn: Bool
        let restsOnParent: Bool
        switch finding.kind {
        case .hostUnread: (restsOnOwn, restsOnParent) = (false, false)
        case .falseClaim: (restsOnOwn, restsOnParent) = (true, false)
        case .crossCheck: (restsOnOwn, restsOnParent) = (true, true)
        case .clone, .guestMoved: (restsOnOwn, restsOnParent) = (false, true)
        default:
            let isOfHost = finding.setting == .hostNesting || finding.setting == nil
            (restsOnOwn, restsOnParent) = (isOfHost, !isOfHost)
        }
        if restsOnOwn, unread.contains(finding.path) { return true }
        guard restsOnParent, let parent = finding.path.parent else { return false }
        return unread.contains(parent) || unlisted.contains(parent)
    }
}

extension Finding {
    /// Whether something stands with it that is carried from one evaluation to the next.
    fileprivate var isSpokenOf: Bool { recurrence != nil || contest != nil || acknowledgement != nil }
}
