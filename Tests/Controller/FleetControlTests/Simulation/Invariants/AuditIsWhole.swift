import ControllerAPI
import FleetStore
import NestingModel

final class AuditIsWhole: Invariant {
    static let name = "every correction has its audit record"

    func look(at moment: Sight, in scene: Scene) -> String? {
        let state = scene.store.state
        switch moment {
        case .began(let work):
            guard isRecorded("correction.send", work.request.id, state) else {
                return "\(work.request.id) begins, and is not recorded"
            }
        case .atRest:
            var chain = AuditChain()
            for record in state.audit { chain.take(record) }
            if let fault = chain.fault { return fault.sentence }
            for remediation in state.remediations {
                let start = remediation.rollsBack == nil ? "remediation.start" : "remediation.rollback"
                guard isRecorded(start, remediation.id, state) else {
                    return "\(remediation.id) has no start on record"
                }
                guard remediation.endedAt == nil || isRecorded("remediation.end", remediation.id, state) else {
                    return "\(remediation.id) has no end on record"
                }
            }
        case .committed, .judged: break
        }
        return nil
    }

    private func isRecorded(_ action: String, _ subject: String, _ state: MemoryState) -> Bool {
        state.audit.contains { $0.entry.action == action && $0.entry.subject == subject }
    }
}
