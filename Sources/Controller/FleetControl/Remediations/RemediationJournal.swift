import ControllerAPI
import FleetStore
import NestingModel

/// The one way by which a running remediation is written: each write changes what is stored now, in one transaction, so
/// that items in motion at once, and a person's word meanwhile, never overwrite one another.
struct RemediationJournal {
    let controller: FleetController
    let id: String

    func read() async throws(APIError) -> Remediation { try await controller.remediation(id) }

    /// - Returns: as it is stored then.
    @discardableResult
    func write(_ change: @escaping @Sendable (inout Remediation) -> Void) async throws(APIError) -> Remediation {
        let id = id
        return try await controller.record { (work) throws(StoreFailure) in
            var stored = try work.storedRemediation(id)
            change(&stored)
            try work.put(remediation: stored)
            return stored
        }
    }
}

extension FleetReading {
    func storedRemediation(_ id: String) throws(StoreFailure) -> Remediation {
        guard let stored = try remediation(id) else {
            throw StoreFailure(.conflict, "remediation '\(id)' is not in the store", remedy: "nestor remediation list")
        }
        return stored
    }
}
