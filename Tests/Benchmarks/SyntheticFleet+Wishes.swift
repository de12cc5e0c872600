import ControllerAPI
import FleetStore
import NestingModel

extension SyntheticFleet {
    /// The one policy and the one report by which a whole controller looks at a measured fleet.
    /// - Parameter revision: of the policies.
    static func putWishes(
        _ work: any FleetWriting, revision: Int, policy: String, report: String, every seconds: Int
    ) throws(StoreFailure) {
        try work.put(
            policies: PolicySet(
                revision: revision,
                policies: [
                    Policy(
                        name: policy, selector: PolicySelector(guests: ["build-*"]),
                        desired: DesiredSettings(exposure: true), mode: .propose)
                ]))
        try work.put(
            reports: ReportSet(
                revision: 1,
                reports: [
                    ReportDefinition(
                        name: report, selector: PolicySelector(all: true),
                        schedule: ReportSchedule(everySeconds: seconds))
                ]))
    }
}
