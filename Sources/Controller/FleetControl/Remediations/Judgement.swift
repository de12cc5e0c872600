import NestingModel

/// What a guest's own agent says about a change, after the guest was restarted.
struct Judgement: Hashable {
    var verification: Verification
    var sentence: String

    /// - Parameters:
    ///   - bootIDBefore: nil where the guest's agent was not read before.
    ///   - restarted: false where its host says that it ran with the change already; it needs no new boot then.
    init(of change: GuestChange, bootIDBefore: String?, restarted: Bool? = nil, report: HostReport) {
        guard let bootID = report.host.bootID.value else {
            self.init(.inconclusive, "its agent can't tell its boot id (\(report.host.bootID))")
            return
        }
        guard restarted == false || bootIDBefore.map({ $0 != bootID }) == true else {
            self.init(
                .inconclusive,
                bootIDBefore == nil
                    ? "its boot id from before is not known, so a restart can't be told"
                    : "it still runs the boot from before (\(bootID))")
            return
        }
        guard let exposure = change.exposure else {
            let run = restarted == false ? "ran with the change already" : "runs a new boot"
            self.init(.passed, "it \(run) and its agent answers")
            return
        }
        switch (report.cpu.extension, exposure) {
        case (.unknown(let reason), _):
            self.init(.inconclusive, "it can't tell whether its CPU has the extension: \(reason)")
        case (.known(.none), false), (.absent, false):
            self.init(.passed, "it sees no virtualization extension")
        case (.known(let found), false):
            self.init(.failed, "it still sees \(found)")
        case (.known(.none), true), (.absent, true):
            self.init(.failed, "it sees no virtualization extension")
        case (.known(let found), true):
            let device =
                switch report.hypervisor.device.value?.createsVM {
                case .known(true)?: ", and /dev/kvm creates a VM"
                case .known(false)?: ", but /dev/kvm creates no VM yet: load its module there"
                default: ""
                }
            self.init(.passed, "it sees \(found)\(device)")
        }
    }

    private init(_ verification: Verification, _ sentence: String) {
        self.verification = verification
        self.sentence = sentence
    }

    /// What the agent that holds the correction is told.
    ///
    /// A change that hides is kept whatever the check says, since going back would expose again; so is one that could
    /// not be checked. Only a change that was found not to work, and does not hide, goes back.
    static func verdict(on verification: Verification, of change: GuestChange) -> CorrectionVerdict {
        verification == .failed && change.exposure != false ? .rollback : .commit
    }
}
