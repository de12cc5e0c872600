import ControllerAPI
import FleetStore
import NestingModel
import NestingPolicy

struct PolicyDraft {
    var policies: [Policy] = []
    var added: [String] = []
    var changed: [String] = []
    var removed: [String] = []
    var warnings: [String] = []
    var changes: [String] { added + changed + removed }
    init(_ request: ApplyRequest, over before: PolicySet, hosts: [HostView]) throws(APIError) {}
}
