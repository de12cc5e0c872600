package import FoundationEssentials

/// One thing that happened to a node: to its facts, or to a finding about it.
package struct HistoryEntry: Codable, Sendable, Hashable {
    package var at: Date
    package var path: NodePath
    package var kind: HistoryKind
    /// The finding's id.
    package var finding: String?
    package var setting: Setting?
    package var desired: String?
    package var observed: String?
    /// The remediation that corrected, or failed to.
    package var remediation: String?
    /// Who, where it was a person.
    package var by: String?
    package var sentence: String?
    /// The guest as it is from now on, for `facts`.
    package var facts: GuestSnapshot?

    package init(
        at: Date, path: NodePath, kind: HistoryKind, finding: String? = nil, setting: Setting? = nil,
        desired: String? = nil, observed: String? = nil, remediation: String? = nil, by: String? = nil,
        sentence: String? = nil, facts: GuestSnapshot? = nil
    ) {
        self.at = at
        self.path = path
        self.kind = kind
        self.finding = finding
        self.setting = setting
        self.desired = desired
        self.observed = observed
        self.remediation = remediation
        self.by = by
        self.sentence = sentence
        self.facts = facts
    }

    /// About a finding.
    package init(
        _ kind: HistoryKind, _ finding: Finding, at: Date, remediation: String? = nil, by: String? = nil,
        sentence: String? = nil
    ) {
        self.init(
            at: at, path: finding.path, kind: kind, finding: finding.id, setting: finding.setting,
            desired: finding.desired.isEmpty ? nil : finding.desired,
            observed: finding.observed.isEmpty ? nil : finding.observed, remediation: remediation, by: by,
            sentence: sentence)
    }
}

package enum HistoryKind: String, OpenEnumeration {
    /// What its host reports of the guest changed.
    case facts
    /// Its host no longer reports the guest.
    case gone
    case opened, regressed, resolved
    /// An exemption holds it from now on.
    case exempted
    /// The exemption that held it ended, or does not accept what is there now: it is open again.
    case exemptionEnded = "exemption-ended"
    case acknowledged, unacknowledged
    case contested, settled
    /// Nestor corrected it.
    case corrected
    /// Nestor tried to, and it did not hold.
    case correctionFailed = "correction-failed"
    case unknown
}

/// What of a guest's facts is worth keeping over time: small, and without what varies by itself.
package struct GuestSnapshot: Codable, Sendable, Hashable {
    package var uuid: String
    package var state: GuestState
    package var exposure: Fact<Bool>
    package var liveExposure: Fact<Bool>
    /// Whether a guest of this guest ran since it started.
    package var inUse: Fact<Bool>
    package var vcpus: Fact<Int>
    package var maximumVCPUs: Fact<Int>
    package var startupMemory: Fact<Int64>
    package var maximumMemory: Fact<Int64>
    package var dynamicMemory: Fact<Bool>
    /// Whether every interface lets other source addresses out.
    package var macSpoofing: Fact<Bool>
    package var savedState: Fact<Bool>
    package var owner: Fact<OwningManager>

    package init(_ guest: GuestReport) {
        uuid = guest.uuid
        state = guest.state
        exposure = guest.exposure.configured.brief
        liveExposure = guest.exposure.live.brief
        inUse = guest.exposure.inUse.brief
        vcpus = guest.vcpus.current.brief
        maximumVCPUs = guest.vcpus.maximum.brief
        startupMemory = guest.memory.startup.brief
        maximumMemory = guest.memory.maximum.brief
        dynamicMemory = guest.memory.dynamic.brief
        macSpoofing =
            guest.interfaces.map { interfaces in interfaces.allSatisfy { $0.macSpoofing.value == true } }
            .brief
        savedState = guest.savedState.brief
        owner = guest.owner.map(\.manager).brief
    }
}

extension Fact {
    /// Without the reason: it is in the findings, and may differ each time.
    fileprivate var brief: Fact { isUnknown ? .unknown("not told") : self }
}
