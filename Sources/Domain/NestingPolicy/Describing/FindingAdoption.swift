package import NestingModel

/// The change of the policies under which a finding would close, since what was found is then what is wanted.
package struct FindingAdoption: Sendable, Hashable {
    package enum Change: Sendable, Hashable {
        /// The policy that decides, which is about this node alone, with the found value.
        case changed(Policy)
        /// One more policy, about this node and this setting alone, which decides over the one that does now.
        case added(Policy)
        /// An exemption of this node and this setting, pinned to the found value.
        case exempted(Exemption)
    }

    package var change: Change
    /// What a person who reviews it should know.
    package var notes: [String]
}

/// Who answers for an exemption, why, and until when.
package struct ExemptionTerms: Sendable, Hashable {
    package var owner: String
    package var reason: String
    package var expires: Moment

    package init(owner: String, reason: String, expires: Moment) {
        self.owner = owner
        self.reason = reason
        self.expires = expires
    }
}

/// Why a finding can't become a policy, and what to do instead.
package struct AdoptionRefusal: Error, Sendable, Hashable {
    package var sentence: String
    package var remedy: String
}

extension AdoptionRefusal {
    /// - Returns: nil for drift that is open.
    init?(_ finding: Finding) {
        let id = finding.id
        switch finding.state {
        case .stale, .unknown:
            self.init(
                sentence: "'\(id)' is stale: its host can't be read, and it may be otherwise by now",
                remedy: "nestor host check \(finding.path.parent ?? finding.path) reads it, or says why it can't")
            return
        case .exempted:
            self.init(
                sentence: "'\(id)' is exempted already: \(finding.exemption?.sentence ?? "an exemption holds it")",
                remedy: "change that exemption in its file, then nestor policy apply")
            return
        case .resolved:
            self.init(sentence: "'\(id)' is resolved: nothing is to adopt", remedy: "nestor drift shows what is open")
            return
        case .open: break
        }
        let ack = "let it be for a while: nestor drift ack \(id) --note WHY"
        switch finding.kind {
        case .drift: return nil
        case .restartNeeded:
            self.init(
                sentence: "'\(id)' is about a restart: the definition has what is wanted, and what runs has not",
                remedy: "restart \(finding.path.name) (nestor remediate \(finding.path)), or \(ack)")
        case .unreadable:
            self.init(
                sentence: "'\(id)' is an unknown value, and nobody can want that: \(finding.sentence)",
                remedy: finding.remedy.isEmpty ? ack : finding.remedy)
        case .policyConflict:
            self.init(
                sentence: "'\(id)' is two policies' disagreement, so that neither can be told to be the one to change",
                remedy: "\(finding.remedy) (nestor policy explain \(finding.path))")
        case .crossCheck:
            self.init(
                sentence: "'\(id)' is what host and guest say differently, and no policy can want both",
                remedy: finding.remedy.isEmpty ? ack : finding.remedy)
        case .guestMoved, .clone, .falseClaim:
            self.init(
                sentence: "'\(id)' is about which machine is which, and no policy can want that",
                remedy: finding.remedy.isEmpty ? ack : finding.remedy)
        case .hostUnread:
            self.init(
                sentence: "'\(id)' is a host that can't be read, and no policy can want that",
                remedy: finding.remedy.isEmpty ? ack : finding.remedy)
        case .unusedExposure:
            self.init(
                sentence: "'\(id)' is a suggestion, and what is found is what the policies want or leave open",
                remedy: "\(finding.remedy); or \(ack)")
        case .unknown:
            self.init(sentence: "'\(id)' is of a kind that this nestord does not know", remedy: ack)
        }
    }
}
